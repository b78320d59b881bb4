"""The book: its pages as a reader opens them from a disk, and what keeps it from being made."""

import copy
import importlib.util
import json
import pathlib
import re
import subprocess
import tempfile
import unittest
import zipfile

import nbformat
from playwright.sync_api import expect, sync_playwright

ROOT = pathlib.Path(__file__).resolve().parents[4]
LIMIT = 900  # seconds for the whole; on a quiet machine it takes one
TIMEOUT = 20

spec = importlib.util.spec_from_file_location("book", ROOT / "docs" / "book" / "book.py")
book = importlib.util.module_from_spec(spec)
spec.loader.exec_module(book)


class PagesTest(unittest.TestCase):
    """All docs and one lab; ./schedbook book has the others, too."""

    @classmethod
    def setUpClass(cls):
        made = tempfile.TemporaryDirectory()
        cls.addClassCleanup(made.cleanup)
        cls.site = pathlib.Path(made.name, "book")
        done = subprocess.run([ROOT / "schedbook", "book", cls.site, "--only", "lab1"], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=LIMIT)
        if done.returncode:
            raise AssertionError(done.stdout + done.stderr)
        cls.lab = cls.site / "notebooks" / "labs" / "lab1"
        cls.text = (cls.lab / "lab1.html").read_text()

    def test_a_lab_has_run_and_shows_its_picture(self):
        self.assertIn("public tests passed", self.text)
        images = re.findall(r'<img [^>]*src="([^"]+\.png)"', self.text)
        self.assertTrue(images)
        for image in images:
            self.assertTrue((self.lab / image).resolve().is_file(), image)

    def test_what_shows_a_kernel_is_labelled(self):
        labels = re.findall(r"Recorded in a guest on (\d{4}-\d\d-\d\d); not run for this page", self.text)
        self.assertEqual(1, len(labels), labels)

    def test_what_was_recorded_says_nothing_of_the_machine_that_it_was_recorded_on(self):
        for file in book.RECORDED.glob("*.json"):
            self.assertEqual([], re.findall(r"saved in (?!~/\.cache/)\S*|/(?:root|home)/\S*", file.read_text()), file.name)

    def test_students_pages_have_neither_solutions_nor_answers_nor_mark_schemes(self):
        for word in "SLICE_INF_NS, enqFlags", "106.75", "Mark scheme", "BEGIN SOLUTION":
            self.assertIn(word, book.path_of("lab1").read_text())
            for file in [*self.site.rglob("*.html"), *self.site.rglob("*.js")]:
                if (file.name, word) != ("course.html", "BEGIN SOLUTION"):
                    self.assertNotIn(word, re.sub(r"<[^>]+>", "", file.read_text()), file)

    def test_a_lab_can_be_taken_away(self):
        [link] = re.findall(r'href="([^"]+lab1\.zip)"', self.text)
        with zipfile.ZipFile((self.lab / link).resolve()) as archive:
            self.assertEqual(["lab1/lab1.ipynb"], archive.namelist())

    def test_it_is_opened_from_a_disk_and_searched_there(self):
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            try:
                page = browser.new_page()
                asked, wrong = [], []
                page.on("request", lambda request: asked.append(request.url))
                page.on("pageerror", lambda error: wrong.append(str(error)))
                page.goto(f"file://{self.site}/index.html")
                page.locator("input[name=q]").first.fill("convoy")
                page.keyboard.press("Enter")
                found = page.locator("#search-results a", has_text="Lab 1")
                expect(found.first).to_be_visible(timeout=TIMEOUT * 1000)
                found.first.click()
                expect(page.get_by_role("heading", name="Lab 1")).to_be_visible(timeout=TIMEOUT * 1000)
                self.assertEqual([], wrong)
                self.assertEqual([], [url for url in asked if not url.startswith(("file:", "data:"))])
            finally:
                browser.close()


class WrongTest(unittest.TestCase):

    def site(self, **pages):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        for name, body in pages.items():
            pathlib.Path(directory.name, f"{name}.html").write_text(body)
        return book.broken(pathlib.Path(directory.name))

    def test_links_that_lead_nowhere(self):
        self.assertEqual([], self.site(a='<a href="b.html#place">b</a><a href="#here">c</a><p id="here">', b='<p id="place">'))
        self.assertEqual(["a.html: b.html#plaice names no place of that page"],
                         self.site(a='<a href="b.html#plaice">b</a>', b='<p id="place">'))
        self.assertEqual(["a.html: c.html leads nowhere"], self.site(a='<a href="c.html">c</a>'))
        self.assertEqual(["a.html: c.png leads nowhere"], self.site(a='<img src="c.png">'))

    def test_parts_from_elsewhere(self):
        for part in '<script src="https://example.org/x.js"></script>', '<link rel="stylesheet" href="//example.org/x.css">':
            [wrong] = self.site(a=part)
            self.assertIn("from elsewhere", wrong)
        self.assertEqual([], self.site(a='<a href="https://example.org/">leads there</a>'))

    def test_a_recording_is_of_the_cells_as_they_are(self):
        for name in book.notebooks():
            book.recorded(name, book.read(name))
        notebook = book.read("lab2")
        for change in "my-rr", "attach":
            changed = copy.deepcopy(notebook)
            [cell] = [cell for cell in changed.cells if cell.id == change]
            cell.source += "\nclass More {}"
            with self.assertRaisesRegex(book.CannotBuild, "--record lab2"):
                book.recorded("lab2", changed)
        unlabelled = copy.deepcopy(notebook)
        [cell] = [cell for cell in unlabelled.cells if cell.id == "attach"]
        cell.metadata.tags = []
        with self.assertRaisesRegex(book.CannotBuild, "kernel"):
            book.recorded("lab2", unlabelled)

    def test_what_is_in_the_way_is_left_as_it_is(self):
        with tempfile.TemporaryDirectory() as directory:
            kept = pathlib.Path(directory, "thesis.txt")
            kept.write_text("mine")
            with self.assertRaisesRegex(book.CannotBuild, "something else in it"):
                book.build(pathlib.Path(directory), ["lab1"], None, False)
            self.assertEqual("mine", kept.read_text())


if __name__ == "__main__":
    unittest.main()
