"""A course made of the labs, with nbgrader itself: what students are given, and how they are graded."""

import csv
import json
import pathlib
import re
import subprocess
import tempfile
import time
import unittest
import urllib.request
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[4]
LIMIT = 900  # seconds for one command; on a quiet machine none takes one of a hundred

TOKEN = "course"

POINTS = 13  # of lab 1, without those that a person gives
SOLUTIONS = ("insert(task, Dsq.GLOBAL", "106.75", "109\n", "Mark scheme", "BEGIN SOLUTION", "BEGIN HIDDEN")
# What the hidden tests of lab 1 are called and made of.
HIDDEN = ("five that arrive", "bound to CPUs", "vwxyz", "HiddenFirst")

# Each would be a grade, or the end of the grader, if it were run.
HOSTILE = """\
var lab = java.nio.file.Path.of("../../../source/lab1/lab1.ipynb");
System.out.println(java.nio.file.Files.readString(lab));
java.nio.file.Files.writeString(java.nio.file.Path.of("../../../ran"), "ran");
System.exit(0);"""

# Each would be run by the browser of whoever marks, or be one of the page's buttons.
SCRIPTS = """\
<img src="x" onerror="document.title = 'ran'"> <script>document.title = 'ran'</script> [x](javascript:ran)

<div class="full-credit" id="check-my-fifo">All of it.</div>

```mermaid
<img src="y" onerror="document.title = 'ran'">
```"""


def schedbook(*words, fails=False):
    done = subprocess.run([ROOT / "schedbook", *map(str, words)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=LIMIT)
    if bool(done.returncode) != fails:
        raise AssertionError(f"{words}: exit status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def source(cell):
    return "".join(cell["source"])


def graded(notebook, grade_id):
    [cell] = [cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id]
    return cell


def free(text):
    return {"cell_type": "code", "id": "free", "metadata": {}, "source": text, "execution_count": None, "outputs": []}


class CourseTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        made = tempfile.TemporaryDirectory()
        cls.addClassCleanup(made.cleanup)
        cls.directory = pathlib.Path(made.name, "course")
        schedbook("course", "init", cls.directory)
        schedbook("course", "release", cls.directory, "lab1", "lab8")

    def notebook(self, version, lab="lab1"):
        return json.loads((self.directory / version / lab / f"{lab}.ipynb").read_text())

    def submit(self, student, notebook):
        place = self.directory / "submitted" / student / "lab1"
        place.mkdir(parents=True)
        (place / "lab1.ipynb").write_text(json.dumps(notebook))

    def nbgrader(self, *words):
        return schedbook("course", "nbgrader", self.directory, *words)

    def test_the_students_version_has_neither_solutions_nor_mark_schemes(self):
        for lab in "lab1", "lab8":
            with zipfile.ZipFile(self.directory / f"{lab}.zip") as archive:
                self.assertEqual([f"{lab}/{lab}.ipynb"], archive.namelist())
                text = archive.read(f"{lab}/{lab}.ipynb").decode()
            given, ours = json.loads(text), self.notebook("source", lab)
            self.assertEqual(len(ours["cells"]), len(given["cells"]))
            for word in SOLUTIONS:
                self.assertNotIn(word, "\n".join(map(source, given["cells"])), lab)
            for cell in ours["cells"]:
                meta = cell["metadata"].get("nbgrader", {})
                if not meta.get("solution"):
                    continue
                left = source(graded(given, meta["grade_id"]))
                with self.subTest(lab, cell=meta["grade_id"]):
                    self.assertNotEqual(source(cell), left)
                    if left.startswith("%%answer"):
                        self.assertTrue(left.endswith("\n?"), left)
                    elif left.startswith("%%policy"):
                        self.assertIn("Not written yet.", left)
                    else:
                        self.assertRegex(left, r"\A\*\*[12]\.\*\* [^<]+\n\nYOUR ANSWER HERE\Z")
        self.assertIn("Mark scheme", source(graded(self.notebook("source"), "explain-1")))

    def test_nbgrader_gives_the_points_that_are_due_and_runs_no_other_cell(self):
        reference = self.notebook("source")
        self.submit("reference", reference)
        self.submit("skeleton", self.notebook("release"))
        hostile = self.notebook("source")
        hostile["cells"].insert(1, free(HOSTILE))
        hostile["cells"].insert(1, {"cell_type": "markdown", "id": "text", "metadata": {}, "source": SCRIPTS})
        graded(hostile, "explain-1")["source"] = "**My answer**\n\n" + SCRIPTS
        self.submit("hostile", hostile)
        self.submit("forger", self.forged())
        wrong = self.notebook("source")
        policy = graded(wrong, "my-fifo")
        policy["source"] = source(policy).replace("SLICE_INF_NS", "SLICE_DFL_NS")
        self.submit("wrong", wrong)
        self.nbgrader("autograde", "lab1")
        self.nbgrader("generate_feedback", "lab1")
        self.nbgrader("export")
        scores = self.scores("grades.csv", "student_id", "score")
        self.assertEqual({"reference": POINTS, "hostile": POINTS, "skeleton": 0, "forger": 0, "wrong": scores["wrong"]},
                         scores)
        self.assertTrue(POINTS - 6 <= scores["wrong"] < POINTS, scores)
        schedbook("grade", "lab1", self.directory / "submitted", "--out", self.directory / "ours.csv")
        self.assertEqual(self.scores("ours.csv", "student", "points"), scores)
        self.assertFalse((self.directory / "ran").exists(), "a free cell was run")
        for student in scores:
            pages = list((self.directory / "feedback" / student / "lab1").rglob("*"))
            self.assertEqual(["lab1.html"], [page.name for page in pages])
            for word in HIDDEN:
                self.assertNotIn(word, pages[0].read_text(), student)
            self.assertEqual([], self.scripts(pages[0].read_text()), student)
        page = self.marking("hostile")
        self.assertIn("<strong>My answer</strong>", page)
        self.assertIn("Full credit", page)
        self.assertEqual([], self.scripts(page))
        self.assertIn("which slice has no end", (self.directory / "feedback" / "wrong" / "lab1" / "lab1.html").read_text())

    @staticmethod
    def scripts(page):
        return re.findall(r"<[^>]*(?:'ran'|javascript:ran|=\"full-credit)[^>]*>|<script>document.title", page)

    def marking(self, student):
        """The page on which a student is marked, as ./schedbook course formgrader serves it."""
        log = self.directory.with_name("server.log")
        with log.open("w") as out:
            server = subprocess.Popen([ROOT / "schedbook", "course", "formgrader", self.directory, "--no-browser",
                                       "--ServerApp.port=0", f"--IdentityProvider.token={TOKEN}"],
                                      stdin=subprocess.DEVNULL, stdout=out, stderr=out)
            try:
                address = self.address(log, server)
                [at] = [each["id"] for each in json.loads(self.page(address, "api/submitted_notebooks/lab1/lab1"))
                        if each["student"] == student]
                return self.page(address, f"submissions/{at}/")
            finally:
                server.terminate()
                server.wait(60)

    def address(self, log, server):
        for _ in range(LIMIT):
            said = log.read_text()
            if found := re.search(r"http://localhost:\d+/formgrader(?=\?)", said):
                return found[0]
            if server.poll() is not None:
                break
            time.sleep(1)
        raise AssertionError(said)

    @staticmethod
    def page(address, path):
        asked = urllib.request.Request(f"{address}/{path}", headers={"Authorization": f"token {TOKEN}"})
        with urllib.request.urlopen(asked, timeout=LIMIT) as answer:
            return answer.read().decode()

    def scores(self, file, student, points):
        with open(self.directory / file) as table:
            return {row[student]: float(row[points]) for row in csv.DictReader(table) if row.get("assignment", "lab1") == "lab1"}

    def forged(self):
        """Nothing is solved, and of each test something is said that would have it skipped or pass."""
        forged = self.notebook("release")
        graded(forged, "check-my-fifo")["metadata"]["tags"] = ["skip-execution"]
        graded(forged, "check-my-lifo")["metadata"]["nbgrader"]["locked"] = False
        graded(forged, "check-mean-turnaround")["source"] = "3"
        check = graded(forged, "check-lifo-mean")
        check["source"] = "1"
        check["metadata"]["nbgrader"]["points"] = 100
        graded(forged, "my-fifo")["source"] = HOSTILE
        graded(forged, "my-lifo")["source"] = "// %%policy my-lifo\n" + HOSTILE
        return forged

    def test_a_course_is_not_overwritten_and_what_is_none_is_said(self):
        self.assertIn("is a course already", schedbook("course", "init", self.directory, fails=True))
        self.assertIn("it has lab1, lab2", schedbook("course", "release", self.directory, "lab99", fails=True))
        with tempfile.TemporaryDirectory() as elsewhere:
            said = schedbook("course", "nbgrader", elsewhere, "autograde", "lab1", fails=True)
            self.assertIn(f"{elsewhere} is no course. To make it one, type: ./schedbook course init", said)


if __name__ == "__main__":
    unittest.main()
