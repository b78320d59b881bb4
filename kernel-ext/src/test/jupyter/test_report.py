"""A lab report: written by a notebook, read and measured again by the launcher."""

import os
import pathlib
import shutil
import subprocess
import unittest

from playwright.sync_api import sync_playwright

from session import NotebookTest
from test_browser import SCREENSHOTS
from test_magics import FIFO

ROOT = pathlib.Path(__file__).resolve().parents[4]

CORNER = """() => {
    const image = document.querySelector('img'), canvas = document.createElement('canvas');
    canvas.getContext('2d').drawImage(image, 0, 0);
    return [...canvas.getContext('2d').getImageData(0, 0, 1, 1).data];
}"""


def reproduce(file):
    return subprocess.run(
        [ROOT / "schedbook", "reproduce", file], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, timeout=400, cwd=ROOT)


class ReportTest(NotebookTest):

    def test_1_without_figures_there_is_nothing_to_report(self):
        self.fails("%report out.html", "Nothing has been measured", "%bench")

    def test_2_a_report_of_a_guest_and_of_the_simulator_is_measured_again_and_agrees(self):
        self.ok("%%policy mine\n" + FIFO)
        self.ok("%bench messaging:groups=1,loops=10 --policies mine -n 2 --fresh")
        self.ok("%bench batch:jobs=8 --policies mine -n 3 --target sim --seed 1")
        shown = self.ok('%report out.html --question "Is mine <fast>?"').shown()
        self.assertIn("2 measurements of 2 policies", shown)
        page = pathlib.Path(self.directory.name, "out.html").read_text()
        for word in ("Is mine &lt;fast&gt;?", "class MyFifo", "perf bench -f simple sched messaging",
                     "./schedbook reproduce out.html", "samples.csv", "simulated", "%target vm --cpus 2",
                     "%target sim --topology 1:1:8:1"):
            self.assertTrue(word in page, word)

        again = reproduce(pathlib.Path(self.directory.name, "out.html"))
        self.assertIn(again.returncode, (0, 1), again.stderr)
        simulated = again.stdout.split("batch")[-1]
        self.assertIn("agrees", simulated, "a simulation comes out the same")
        self.assertNotIn("differs", simulated.split("ratio agrees")[0])
        self.assertIn("perf bench -f simple sched messaging", again.stdout)
        self.ok("%target vm")

    def test_3_policies_are_ranked_machine_by_machine(self):
        shown = self.ok("%leaderboard messaging").shown()
        for word in ("ratio to eevdf", "mine (", "fifo (", "vm, TCG" if "TCG" in shown else "vm, KVM"):
            self.assertIn(word, shown)
        both = self.ok("%leaderboard --against fifo").shown()
        for word in ("sim, simulated", "clock of simulated time", "not ranked together"):
            self.assertIn(word, both)
        self.fails("%leaderboard pipe", "Nothing was measured against eevdf by pipe")

    def test_3_a_place_or_a_kind_that_can_not_be_written_is_named(self):
        self.fails("%report nowhere/out.html", "cannot be written")
        self.fails("%report out.docx", "neither .html nor .pdf")

    def test_4_a_report_prints(self):
        self.ok("%report out.pdf")
        pdf = pathlib.Path(self.directory.name, "out.pdf").read_bytes()
        self.assertTrue(pdf.startswith(b"%PDF"))
        self.assertGreater(len(pdf), 20_000, "plots and all")

    def test_5_what_is_no_report_is_refused(self):
        other = pathlib.Path(self.directory.name, "other.html")
        other.write_text("<html></html>")
        again = reproduce(other)
        self.assertEqual(2, again.returncode)
        self.assertIn("no report", again.stderr)


class ReportPageTest(NotebookTest):
    """How a page looks; needs no guest."""

    def test_a_page_suits_a_light_and_a_dark_screen(self):
        self.ok("%bench batch:jobs=8 --policies vtime -n 5 --target sim --seed 1")
        self.ok("%report out.html")
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"] if os.geteuid() == 0 else [])
            try:
                for scheme, text in (("light", "rgb(0, 0, 0)"), ("dark", "rgb(255, 255, 255)")):
                    page = browser.new_page(color_scheme=scheme, viewport={"width": 1000, "height": 1600})
                    page.goto(pathlib.Path(self.directory.name, "out.html").as_uri())
                    page.screenshot(path=SCREENSHOTS / f"report-{scheme}.png")
                    self.assertEqual(text, page.evaluate("getComputedStyle(document.body).color"))
                    self.assertEqual([0, 0, 0, 0], page.evaluate(CORNER), "a picture has no ground of its own")
                    self.assertLessEqual(
                        page.evaluate("document.documentElement.scrollWidth"), 1000, "nothing sticks out")
            finally:
                browser.close()


if __name__ == "__main__":
    unittest.main()
