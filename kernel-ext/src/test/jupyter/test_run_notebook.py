"""run_notebook.py as the launcher calls it: its files, its exit status, what it prints."""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

KERNEL = os.environ.get("SCHEDBOOK_KERNELSPEC", "schedbook")
PROGRAM = pathlib.Path(__file__).resolve().parents[2] / "main" / "jupyter" / "run_notebook.py"
TIMEOUT = 120

PLOT = """import org.schedbook.plot.*;
new SamplePlot("title", "time", "s", List.of(new Series("fifo", new double[] {1, 2, 4})), "simulated <&>")"""


class RunNotebookTest(unittest.TestCase):

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)

    def notebook(self, *cells):
        path = self.directory / "lesson.ipynb"
        nbformat.write(new_notebook(cells=[
            new_code_cell(source, metadata={"tags": tags}) for source, *tags in cells]), path)
        return path

    def command(self, *args):
        return [sys.executable, str(PROGRAM), "--output", "out", "--kernel", KERNEL, *map(str, args)]

    def run_program(self, *args):
        return subprocess.run(
            self.command(*args), cwd=self.directory, capture_output=True, text=True, timeout=TIMEOUT)

    def executed(self):
        return nbformat.read(self.directory / "out" / "lesson.ipynb", as_version=4)

    def test_executes_and_keeps_both_files(self):
        words = "%%prompt mine --show\nwhile it is new, return for 3 ms"
        result = self.run_program(self.notebook(("6 * 7",), ("%nosuch", "raises-exception"), (PLOT,), (words,)))
        self.assertEqual((0, ""), (result.returncode, result.stderr))
        self.assertIn("[1/4] 6 * 7", result.stdout)
        cells = self.executed().cells
        self.assertEqual("42", cells[0].outputs[0].data["text/plain"])
        self.assertIn("error", [o.output_type for o in cells[1].outputs])
        self.assertIn("2.000", cells[2].outputs[0].data["text/plain"])
        page = (self.directory / "out" / "lesson.html").read_text()
        self.assertIn("data:image/png;base64,", page)
        self.assertIn('alt="title: median time fifo 2.000 s (n=3)."', page)
        self.assertIn("while it is new, return for 3 ms", page)  # words, and no Java to be coloured

    def test_what_a_notebook_says_of_itself_changes_nothing(self):
        planted = "<script>planted()</script>"
        path = self.directory / "lesson.ipynb"
        cell = new_code_cell("6 * 7 + System.getProperty(\"java.class.path\").indexOf(\"no such\")", metadata={
            "tags": [planted, f'"{planted}'], "schedbook": {"target": "host"}, "papermill": {"parameters": {"a": planted}}})
        nbformat.write(new_notebook(cells=[cell], metadata={
            "title": planted, "kernelspec": {"name": "python3", "display_name": planted, "language": planted},
            "language_info": {"name": planted, "file_extension": "/../x", "pygments_lexer": planted},
            "authors": [{"name": planted}], "schedbook": {"target": "host", "allow-commands": True}}), path)
        result = self.run_program(path)
        self.assertEqual((0, ""), (result.returncode, result.stderr))
        self.assertEqual("41", self.executed().cells[0].outputs[0].data["text/plain"])
        self.assertEqual({"lesson.ipynb", "lesson.html"}, {f.name for f in (self.directory / "out").iterdir()})
        self.assertFalse(planted in (self.directory / "out" / "lesson.html").read_text())

    def test_failed_cell_is_named_and_the_files_are_kept(self):
        result = self.run_program(self.notebook(("1",), ("%lsmagic --nope",), ("6 * 7",)))
        self.assertEqual(1, result.returncode)
        self.assertIn("cell 2: UsageError: %lsmagic: Unknown option: '--nope'", result.stderr)
        self.assertIn("^^^^^^", result.stderr)
        self.assertNotIn("Traceback", result.stderr)
        self.assertEqual([], self.executed().cells[2].outputs)
        self.assertTrue((self.directory / "out" / "lesson.html").exists())

    def test_cell_that_takes_too_long(self):
        result = self.run_program(self.notebook(("Thread.sleep(60_000);",)), "--cell-timeout", 2)
        self.assertEqual(1, result.returncode)
        self.assertEqual("cell 1: took longer than 2 s\n", result.stderr)

    def test_what_cannot_run_is_one_line(self):
        garbage = self.directory / "garbage.ipynb"
        garbage.write_text("no JSON")
        for args, said in (
                (["missing.ipynb"], "missing.ipynb: no such file"),
                ([garbage], "not a notebook"),
                ([self.notebook(("1",)), "--kernel", "nosuch"], "no kernel named nosuch"),
                ([self.notebook(("1",)), "--output", "."], "would overwrite"),
                ([self.notebook(("1",)), "--output", "garbage.ipynb"], "garbage.ipynb: File exists")):
            result = self.run_program(*args)
            self.assertEqual(2, result.returncode, args)
            self.assertIn(said, result.stderr)
            self.assertEqual(1, result.stderr.count("\n"), result.stderr)

    def test_a_terminal_obeys_nothing_of_a_notebook(self):
        hostile = "\x1b[2J\x1b]0;title\x07\u202e\u2066\x9b1m\u200b"
        escaped = hostile.encode("unicode_escape").decode().replace("\\x", "\\u00")
        result = self.run_program(self.notebook(
            (f"// {hostile}",), (f'throw new IllegalStateException("{escaped}");',)))
        self.assertEqual(1, result.returncode)
        for printed in (result.stdout, result.stderr):
            self.assertEqual("", "".join(c for c in printed if c in hostile and not c.isprintable()))
        self.assertIn("[1/2] // \\u{1b}[2J", result.stdout)
        self.assertIn("\\u{202e}\\u{2066}\\u{9b}1m\\u{200b}", result.stderr)
        error = self.executed().cells[1].outputs[-1]
        for text in (error.evalue, *error.traceback):
            self.assertNotRegex(text, "\x1b\\[2J|\x1b\\]|\u202e|\x9b")

    def test_templates_in_the_working_directory_are_not_run(self):
        mark = self.directory / "ran"
        template = "{{ cycler.__init__.__globals__.os.mkdir('%s') }}" % mark
        for name in ("lab/index.html.j2", "lab/lab/index.html.j2", "base/index.html.j2", "base/base.html.j2",
                     "index.html.j2", "<memory>", "nbconvert/templates/lab/index.html.j2"):
            planted = self.directory / name
            planted.parent.mkdir(parents=True, exist_ok=True)
            planted.write_text(template)
        (self.directory / "lab" / "conf.json").write_text('{"base_template": "nosuch"}')
        result = self.run_program(self.notebook(("6 * 7",)))
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertFalse(mark.exists())
        self.assertIn("42", (self.directory / "out" / "lesson.html").read_text())

    def test_a_pipe_or_a_device_is_not_waited_for(self):
        os.mkfifo(self.directory / "pipe.ipynb")
        (self.directory / "zero.ipynb").symlink_to("/dev/zero")
        for name in ("pipe.ipynb", "zero.ipynb"):
            result = self.run_program(name)
            self.assertEqual((2, f"{name}: is a pipe or a device, and no file\n"), (result.returncode, result.stderr))

    def test_nothing_is_written_through_a_link(self):
        victims = [self.directory / name for name in ("victim.ipynb", "victim.html")]
        (self.directory / "out").mkdir()
        for victim in victims:
            victim.write_text("precious")
            (self.directory / "out" / f"lesson{victim.suffix}").symlink_to(victim)
        result = self.run_program(self.notebook(("6 * 7",)))
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertEqual(["precious"] * 2, [victim.read_text() for victim in victims])
        written = sorted((self.directory / "out").iterdir())
        self.assertEqual(["lesson.html", "lesson.ipynb"], [f.name for f in written])
        self.assertFalse(any(f.is_symlink() for f in written))
        self.assertEqual("42", self.executed().cells[0].outputs[0].data["text/plain"])
        (self.directory / "outside").mkdir()
        (self.directory / "inside").mkdir()
        (self.directory / "inside" / "out").symlink_to(self.directory / "outside")
        result = subprocess.run(self.command(self.directory / "lesson.ipynb"), cwd=self.directory / "inside",
                                capture_output=True, text=True, timeout=TIMEOUT)
        self.assertEqual(2, result.returncode)
        self.assertRegex(result.stderr, r"\Aout leads out of this directory, to [^\n]*\n\Z")
        self.assertEqual([], list((self.directory / "outside").iterdir()))

    def test_signal_ends_the_kernel_too(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            mark = self.directory / f"pid-{number}"
            path = self.notebook((
                f'java.nio.file.Files.writeString(java.nio.file.Path.of("{mark}"),'
                ' "" + ProcessHandle.current().pid()); Thread.sleep(60_000);',))
            with subprocess.Popen(self.command(path), cwd=self.directory, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
                end = time.monotonic() + TIMEOUT
                while not (mark.exists() and mark.read_text()) and time.monotonic() < end:
                    time.sleep(0.1)
                program.send_signal(number)
                _, said = program.communicate(timeout=TIMEOUT)
            self.assertEqual((128 + number, ""), (program.returncode, said))
            self.assertFalse(pathlib.Path("/proc", mark.read_text()).exists())
            self.assertTrue((self.directory / "out" / "lesson.html").exists())


if __name__ == "__main__":
    unittest.main()
