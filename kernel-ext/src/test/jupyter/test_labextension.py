"""What our extension of JupyterLab does to a notebook of ours, and does not do to others; needs no guest."""

import pathlib
import re
import tempfile
import unittest

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import expect

import test_browser
from chat_endpoint import ChatEndpoint
from session import KERNEL
from test_magics import FIFO

PROMPT = "/* for\n   the lab */ // or home\n%%prompt mine\nWhile one class uses the CPU, return if others wait for 5 ms."
BROKEN = "%%policy broken\n" + FIFO.replace("SLICE_DFL_NS", "SLICE")
UNCOMPILED = "int a = 1;\nint b = a +\n    nosuch;"
JAVA = "while (true) { String s = \"x\"; return; }"
COLOURS = """cell => [...new Set([...cell.querySelectorAll('.cm-line')].slice({from}).flatMap(
    line => [...line.querySelectorAll('span')]).map(span => getComputedStyle(span).color))]"""


class LabExtensionTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        work = pathlib.Path(directory.name)
        test_browser.SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        cls.endpoint = ChatEndpoint()
        cls.addClassCleanup(cls.endpoint.close)
        browser = test_browser.BrowserTest
        browser.start_lab.__func__(cls, work)
        browser.open_browser.__func__(cls)
        for name, kernel in (("ours", KERNEL), ("other", "python3")):
            nbformat.write(
                new_notebook(
                    cells=[new_code_cell(source) for source in (PROMPT, BROKEN, JAVA, UNCOMPILED)],
                    metadata={"kernelspec": {"name": kernel, "display_name": kernel, "language": "java"}}),
                work / "notebooks" / f"{name}.ipynb")

    def open(self, name):
        self.page.goto(f"{self.url}/lab/tree/{name}.ipynb?token=test&reset")
        test_browser.BrowserTest.wait_until_idle.__func__(self)
        return self.page.locator(".jp-NotebookPanel"), self.page.locator(".jp-CodeCell")

    def colours(self, cell, line):
        return cell.evaluate(COLOURS.replace("{from}", str(line)))

    def picture(self, name):
        self.page.screenshot(path=test_browser.SCREENSHOTS / f"{name}.png")

    def test_words_are_not_coloured_and_errors_are_marked_where_they_are(self):
        panel, cells = self.open("ours")
        expect(panel).to_have_class(re.compile("schedbook-notebook"))
        self.assertLessEqual(len(self.colours(cells.nth(0), 2)), 1)
        self.assertGreater(len(self.colours(cells.nth(1), 1)), 1)
        self.assertGreater(len(self.colours(cells.nth(2), 0)), 1)

        cells.nth(1).locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        mark = cells.nth(1).locator(".schedbook-error")
        expect(mark).to_have_text("SLICE")
        self.assertIn("cannot find symbol", mark.get_attribute("title"))
        self.picture("labextension_ours")
        # What is mended is not marked any more, and what compiles is not marked at all.
        mark.dblclick()
        self.page.keyboard.type("SLICE_DFL_NS")
        expect(mark).to_have_count(0)
        self.page.keyboard.press("Control+Enter")
        expect(cells.nth(1).locator(".jp-OutputArea")).to_contain_text("broken")
        expect(mark).to_have_count(0)

    def test_what_does_not_compile_in_a_cell_of_java_is_marked_until_it_does(self):
        _, cells = self.open("ours")
        cell = cells.nth(3)
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        mark = cell.locator(".schedbook-error")
        expect(mark).to_have_text("nosuch")
        self.assertIn("cannot find symbol", mark.get_attribute("title"))
        self.picture("labextension_java")
        cells.nth(2).locator(".cm-content").click()
        expect(mark).to_have_text("nosuch")
        mark.dblclick()
        self.page.keyboard.type("a")
        expect(mark).to_have_count(0)
        self.page.keyboard.press("Control+Enter")
        expect(cell.locator(".jp-OutputArea-output")).to_have_count(0)
        expect(mark).to_have_count(0)

    def test_notebooks_of_other_kernels_are_left_alone(self):
        panel, cells = self.open("other")
        self.assertNotIn("schedbook", panel.get_attribute("class"))
        expect(self.page.locator(".schedbook-words, .schedbook-error")).to_have_count(0)
        self.assertGreater(len(self.colours(cells.nth(0), 2)), 1)
        self.picture("labextension_other")


if __name__ == "__main__":
    unittest.main()
