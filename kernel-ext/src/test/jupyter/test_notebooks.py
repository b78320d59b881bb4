"""Notebooks as ./schedbook run executes them."""

import base64
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import nbformat

from session import environment
from test_magics import pixels

ROOT = pathlib.Path(__file__).resolve().parents[4]
RUNNER = ROOT / "kernel-ext/src/main/jupyter/run_notebook.py"


class Executed:
    """A notebook that has run from top to bottom, offline."""

    name = None

    @classmethod
    def setUpClass(cls):
        output = ROOT / "out"
        # A copy, so that nothing is there that an earlier run, or a person, has kept beside the notebook.
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        notebooks = pathlib.Path(scratch.name, "notebooks")
        shutil.copytree(ROOT / "notebooks", notebooks, ignore=shutil.ignore_patterns(".schedbook", ".ipynb_checkpoints"))
        cls.ran = subprocess.run(
            [sys.executable, RUNNER, notebooks / f"{cls.name}.ipynb", "--output", output],
            env=environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)
        cls.page = output / f"{cls.name}.html"
        cls.cells = {}
        if cls.ran.returncode == 0:
            notebook = nbformat.read(output / f"{cls.name}.ipynb", as_version=4)
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

    def test_the_one_in_the_repository_has_no_outputs(self):
        notebook = nbformat.read(ROOT / "notebooks" / f"{self.name}.ipynb", as_version=4)
        self.assertEqual([], [c.id for c in notebook.cells if c.get("outputs") or c.get("execution_count")])

    def test_plots_are_not_blank(self):
        images = [o.data["image/png"] for o in self.cells["plot"].outputs if "image/png" in o.get("data", {})]
        self.assertEqual(1, len(images))
        self.assertGreater(len(set(pixels(base64.b64decode(images[0])))), 16)


class FirstSchedulerTest(Executed, unittest.TestCase):

    name = "01-first-scheduler"

    def test_the_recorded_answer_is_labelled(self):
        self.assertIn("RECORDED", self.text("prompt"))
        self.assertIn("extends Policy", self.text("prompt"))

    def test_the_policy_was_enabled_in_the_guests_kernel(self):
        for cell in ("attach", "status"):
            self.assertIn("enabled", self.text(cell))
            self.assertIn("fifo-plus", self.text(cell))
        self.assertIn("disabled", self.text("detach"))

    def test_every_contender_was_measured(self):
        for name in ("eevdf", "fifo", "fifo-plus@kernel"):
            self.assertRegex(self.text("bench"), rf"(?m)^{name} +\d+\.\d+")
            self.assertRegex(self.text("mixed"), rf"(?m)^p99 latency, µs +{name} +\d")

    def test_the_page_has_the_plot_in_it(self):
        self.assertIn("data:image/png;base64,", self.page.read_text())


class ThreeByHandTest(Executed, unittest.TestCase):

    name = "02-three-by-hand"

    def test_all_three_schedule_the_guest_as_long_as_it_takes(self):
        for policy in ("eevdf", "my-fifo", "my-rr", "my-vtime"):
            self.assertRegex(self.text("bench"), rf"(?m)^p99 latency, µs +{policy} +\d")


class ComparingHonestlyTest(Executed, unittest.TestCase):

    name = "03-comparing-honestly"

    def test_the_pairs_of_single_runs_were_counted(self):
        self.assertRegex(self.text("once"), r"In \d+ of 100, one of the twins")

    def test_every_comparison_has_a_verdict(self):
        verdict = r"(better|worse|cannot tell)"
        self.assertRegex(self.text("twins"), rf"(?m)^twin .*{verdict}")
        for workload in ("messaging", "wakeup", "batch"):
            self.assertRegex(self.text("compare"), rf"(?m)^{workload} .*{verdict}")


class ImprovingWithAModelTest(Executed, unittest.TestCase):

    name = "04-improving-with-a-model"

    def test_plans_and_policies_are_labelled_as_recorded(self):
        self.assertIn("RECORDED plan", self.text("improve"))
        self.assertIn("RECORDED answer", self.text("improve"))

    def test_the_slow_scheduler_was_improved_by_what_was_measured_here(self):
        self.assertRegex(self.text("improve"), r"The winner is round [123]: careful is careful@2")
        self.assertIn("kept", self.text("plot"))

    def test_the_winner_is_compared_on_loads_that_no_round_was_judged_by(self):
        for workload in ("pipe", "messaging", "wakeup"):
            self.assertRegex(self.text("after"), rf"(?m)^{workload} .*(better|worse|cannot tell)")

    def test_what_the_models_wrote_is_in_the_history(self):
        self.assertIn("careful@1", self.text("history"))
        self.assertIn("plan", self.text("history"))


class TheSamePolicyThreeTimesTest(Executed, unittest.TestCase):

    name = "05-the-same-policy-three-times"

    def test_the_jobs_end_in_the_same_order_in_all_three_places(self):
        for cell in ("simulated", "in-user-space", "in-kernel"):
            self.assertEqual("[heavy, middle, light]", self.text(cell).strip())
        self.assertIn("Three times", self.text("same"))

    def test_each_place_was_what_it_was_said_to_be(self):
        self.assertIn("heaviest is attached\n", self.text("attach"))
        self.assertIn("heaviest is attached in the kernel", self.text("attach-kernel"))
        self.assertIn("heaviest@kernel", self.text("status"))
        self.assertIn("sb_insert_vtime", self.text("c"))

    def test_both_places_in_the_guest_were_measured(self):
        for policy in ("eevdf", "heaviest", "heaviest@kernel"):
            self.assertRegex(self.text("bench"), rf"(?m)^{policy} +\d+\.\d+")


if __name__ == "__main__":
    unittest.main()
