"""Notebooks as ./schedbook run executes them."""

import base64
import pathlib
import subprocess
import sys
import unittest

import nbformat

from test_magics import environment, pixels

ROOT = pathlib.Path(__file__).resolve().parents[4]
RUNNER = ROOT / "kernel-ext/src/main/jupyter/run_notebook.py"


class FirstSchedulerTest(unittest.TestCase):
    """The first notebook, from top to bottom, offline."""

    @classmethod
    def setUpClass(cls):
        output = ROOT / "out"
        cls.ran = subprocess.run(
            [sys.executable, RUNNER, ROOT / "notebooks/01-first-scheduler.ipynb", "--output", output],
            env=environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900)
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


if __name__ == "__main__":
    unittest.main()
