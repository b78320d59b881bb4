"""Notebooks as ./schedbook run executes them."""

import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import nbformat

from test_magics import environment, pixels

ROOT = pathlib.Path(__file__).resolve().parents[4]
RUNNER = ROOT / "kernel-ext/src/main/jupyter/run_notebook.py"


def run(notebook, output):
    return subprocess.run(
        [sys.executable, RUNNER, notebook, "--output", output],
        env=environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900)


class FirstSchedulerTest(unittest.TestCase):
    """The first notebook, from top to bottom, offline."""

    @classmethod
    def setUpClass(cls):
        output = pathlib.Path(os.environ.get("SCHEDBOOK_TEST_OUTPUT", ROOT / "out"))
        cls.ran = run(ROOT / "notebooks/01-first-scheduler.ipynb", output)
        cls.page = output / "01-first-scheduler.html"
        cls.cells = {}
        if cls.ran.returncode == 0:
            notebook = nbformat.read(output / "01-first-scheduler.ipynb", as_version=4)
            cls.cells = {c.id: c for c in notebook.cells}

    def text(self, cell):
        return "\n".join(str(o.get("data", {}).get("text/plain", o.get("text", "")))
                         for o in self.cells[cell].outputs)

    def test_it_ran(self):
        self.assertEqual(0, self.ran.returncode, self.ran.stdout + self.ran.stderr)

    def test_no_cell_has_an_error_or_writes_to_stderr(self):
        for cell in self.cells.values():
            for output in cell.get("outputs", []):
                self.assertNotEqual("error", output.output_type, cell.source)
                self.assertNotEqual("stderr", output.get("name"), cell.source)

    def test_the_recorded_answer_is_labelled(self):
        self.assertIn("RECORDED", self.text("prompt"))
        self.assertIn("extends Policy", self.text("prompt"))

    def test_the_policy_was_enabled_in_the_guests_kernel(self):
        for cell in ("attach", "status"):
            self.assertIn("enabled", self.text(cell))
            self.assertIn("fifo-plus", self.text(cell))
        self.assertIn("disabled", self.text("detach"))

    def test_every_contender_was_measured(self):
        for name in ("eevdf", "fifo", "fifo-plus"):
            self.assertRegex(self.text("bench"), rf"(?m)^{name} +\d+\.\d+")

    def test_the_plot_is_not_blank(self):
        images = [o.data["image/png"] for o in self.cells["plot"].outputs if "image/png" in o.get("data", {})]
        self.assertEqual(1, len(images))
        self.assertGreater(len(set(pixels(base64.b64decode(images[0])))), 16)
        self.assertIn("fifo-plus", self.text("plot"))

    def test_the_page_has_the_plot_in_it(self):
        self.assertIn("data:image/png;base64,", self.page.read_text())


class RunnerTest(unittest.TestCase):

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)

    def run_cells(self, *cells):
        notebook = nbformat.v4.new_notebook(cells=list(cells))
        nbformat.write(notebook, self.directory / "n.ipynb")
        return run(self.directory / "n.ipynb", self.directory / "out")

    def test_a_failed_cell_is_printed_and_the_copies_are_written(self):
        ran = self.run_cells(nbformat.v4.new_code_cell("%attach nosuch"))
        self.assertEqual(1, ran.returncode)
        self.assertIn("no policy named 'nosuch'", ran.stderr)
        self.assertNotIn("Traceback", ran.stderr)
        self.assertTrue((self.directory / "out/n.ipynb").exists())
        self.assertTrue((self.directory / "out/n.html").exists())

    def test_a_cell_may_be_meant_to_fail(self):
        cell = nbformat.v4.new_code_cell("%attach nosuch", metadata={"tags": ["raises-exception"]})
        ran = self.run_cells(cell, nbformat.v4.new_code_cell("6 * 7"))
        self.assertEqual(0, ran.returncode, ran.stderr)
        notebook = json.loads((self.directory / "out/n.ipynb").read_text())
        self.assertIn("42", json.dumps(notebook["cells"][1]["outputs"]))

    def test_what_is_no_notebook_is_said_so(self):
        (self.directory / "x.ipynb").write_text("{")
        for name in ("x.ipynb", "none.ipynb"):
            ran = run(self.directory / name, self.directory / "out")
            self.assertEqual(2, ran.returncode)
            self.assertEqual(1, len(ran.stderr.strip().splitlines()), ran.stderr)


if __name__ == "__main__":
    unittest.main()
