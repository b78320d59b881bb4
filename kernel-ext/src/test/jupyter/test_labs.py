"""The labs of the course in one notebook, from top to bottom: solved, and as a student gets them. No guest is needed."""

import base64
import json
import pathlib
import re
import unittest

from session import NotebookTest
from test_magics import pixels

ROOT = pathlib.Path(__file__).resolve().parents[4]
LABS = [f"lab{nr}" for nr in range(1, 9)]
REGION = re.compile(r"([ \t]*)// BEGIN SOLUTION\n.*?// END SOLUTION", re.DOTALL)
CELLS = 21
WRITTEN = 40  # lines of a policy
WIDTH = 100  # what JupyterLab shows of a line beside a file browser


def cells(lab):
    return json.loads((ROOT / "notebooks" / "labs" / lab / f"{lab}.ipynb").read_text())["cells"]


def source(cell):
    return "".join(cell["source"])


def code(lab):
    """The cells that are run without a guest."""
    return [source(cell) for cell in cells(lab)
            if cell["cell_type"] == "code" and "kernel" not in cell["metadata"].get("tags", [])]


def open_(text):
    """A cell as a student gets it."""
    stub = "?" if text.startswith("%%answer") else 'throw new UnsupportedOperationException("Not written yet.");'
    return REGION.sub(lambda region: region[1] + stub, text)


class LabsTest(NotebookTest):

    def test_solved_each_runs_and_passes_its_public_tests(self):
        for lab in LABS:
            pictures = 0
            for text in code(lab):
                with self.subTest(lab, cell=text.splitlines()[0]):
                    cell = self.ok(text)
                    if text.startswith("%check"):
                        self.assertIn("tests passed.", cell.shown("text/html"))
                    pictures += self.pictures(cell)
            self.assertGreaterEqual(pictures, 1 if lab == "lab3" else 2, f"{lab} has a timeline and a figure")

    def pictures(self, cell):
        """How many pictures it shows; none of them is blank."""
        shown = [m["data"]["image/png"] for kind in ("display_data", "execute_result") for m in cell.of(kind)
                 if "image/png" in m["data"]]
        for png in shown:
            self.assertGreater(len(set(pixels(base64.b64decode(png)))), 2)
        return len(shown)

    def test_open_each_runs_to_its_end_and_has_no_points(self):
        for lab in LABS:
            for text in code(lab):
                with self.subTest(lab, cell=text.splitlines()[0]):
                    given = open_(text)
                    cell = self.ok(given)
                    if given.startswith("%%answer"):
                        self.assertIn(" is open: write your answer", cell.shown())
                    elif given.startswith("%check"):
                        self.assertRegex(cell.shown("text/html"), lab + r": 0 of \d+ points")

    def test_what_was_not_written_is_not_drawn_as_if_it_were(self):
        for text in code("lab2")[:7]:
            shown = self.ok(open_(text)).shown()
        self.assertIn("Not all of this is my-rr's doing. It failed in enqueue, line 10", shown)


class FormTest(unittest.TestCase):
    """What each lab has, and how much of it."""

    def test_parts_goals_and_minutes(self):
        for lab in LABS:
            with self.subTest(lab):
                text = "\n".join(source(cell) for cell in cells(lab) if cell["cell_type"] == "markdown")
                self.assertTrue(45 <= int(re.search(r"About (\d+) minutes", text)[1]) <= 90)
                self.assertGreaterEqual(len(re.findall("^- ", text.split("Afterwards you can")[1].split("About")[0], re.M)), 3)
                for part in "See", "On a kernel", "Go on, if you like":
                    self.assertIn(f"\n## {part}\n", "\n" + text)
                self.assertEqual(2, text.count("*Mark scheme.* 1 point"))

    def test_it_is_short(self):
        for lab in LABS:
            self.assertLessEqual(len(cells(lab)), CELLS, lab)
            for text in code(lab):
                with self.subTest(lab, cell=text.splitlines()[0]):
                    written = "".join(region[0] for region in REGION.finditer(text))
                    self.assertLessEqual(written.count("\n"), WRITTEN)
                    self.assertLessEqual(max(map(len, text.splitlines())), WIDTH)


if __name__ == "__main__":
    unittest.main()
