"""A notebook in JupyterLab as a person meets it: real clicks and keys in a headless Chromium.

Leaves pictures of what it saw in target/screenshots.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import nbformat
from axe_playwright_python.sync_playwright import Axe
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import expect, sync_playwright

from chat_endpoint import ChatEndpoint
from session import KERNEL, environment
from test_magics import FIFO

SCREENSHOTS = pathlib.Path(__file__).resolve().parents[4] / "target" / "screenshots"
TIMEOUT = 20

# All cells stay in the page, nothing asks for the network, nothing pops up.
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "docmanager-extension/plugin": {"autosave": False},
}

CELLS = {
    "doctor": "%doctor",
    "prompt": "%%prompt worded\nFirst come, first served.",
    "attach": "%attach worded",
    "top": "%top --seconds 1",
    "bench": "%bench messaging -p eevdf,fifo -g 1 -l 20 -n 2",
    "plot": "%plot",
    "sim": "%sim interactive --policies vtime --cpus 4",
    "timeline": "%timeline",
    "sched": "%sched",
    "list": "%lsmagic",
    "broken": "%%policy broken\n" + FIFO.replace("SLICE_DFL_NS", "SLICE"),
}


class BrowserTest(unittest.TestCase):
    """One notebook, from opening it to restarting its kernel; the tests run in the order of their names."""

    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        work = pathlib.Path(directory.name)
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        cls.endpoint = ChatEndpoint()
        cls.addClassCleanup(cls.endpoint.close)
        cls.endpoint.answer = f"Here it is:\n```java\n{FIFO}\n```\n"
        cls.endpoint.pause = 0.1
        cls.start_lab(work)
        cls.open_browser()
        nbformat.write(
            new_notebook(
                cells=[new_code_cell(source, id=name) for name, source in CELLS.items()],
                metadata={"kernelspec": {"name": KERNEL, "display_name": "Schedbook", "language": "java"}}),
            work / "notebooks" / "lesson.ipynb")
        cls.page.goto(f"{cls.url}/lab/tree/lesson.ipynb?token=test")
        cls.wait_until_idle()

    @classmethod
    def wait_until_idle(cls):
        expect(cls.page.get_by_text(re.compile(r"\| Idle"))).to_be_visible()

    @classmethod
    def start_lab(cls, work):
        for name, values in SETTINGS.items():
            file = work / "settings" / "@jupyterlab" / (name + ".jupyterlab-settings")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(values))
        (work / "notebooks").mkdir()
        lab = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.port=0",
             "--IdentityProvider.token=test", "--LabApp.expose_app_in_browser=True",
             f"--ServerApp.root_dir={work / 'notebooks'}"],
            env=environment(
                JUPYTERLAB_SETTINGS_DIR=str(work / "settings"), JUPYTER_RUNTIME_DIR=str(work / "runtime"),
                OPENAI_BASE_URL=cls.endpoint.url, OPENAI_MODEL="scripted"),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        def stop():
            lab.terminate()
            lab.wait(20)

        cls.addClassCleanup(stop)
        end = time.monotonic() + TIMEOUT
        while not (files := list((work / "runtime").glob("jpserver-*.json"))):
            assert time.monotonic() < end and lab.poll() is None, "JupyterLab did not start"
            time.sleep(0.1)
        cls.url = json.loads(files[0].read_text())["url"].rstrip("/")

    @classmethod
    def open_browser(cls):
        playwright = sync_playwright().start()
        cls.addClassCleanup(playwright.stop)
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"] if os.geteuid() == 0 else [])
        cls.addClassCleanup(browser.close)
        cls.page = browser.new_page(viewport={"width": 1280, "height": 1000}, device_scale_factor=1.5)
        cls.page.set_default_timeout(TIMEOUT * 1000)
        expect.set_options(timeout=TIMEOUT * 1000)

    def cell(self, name):
        """The cell that holds what CELLS says, wherever it stands by now."""
        first_line = re.escape(CELLS.get(name, name).split("\n")[0])
        return self.page.locator(".jp-CodeCell").filter(
            has=self.page.locator(".cm-content", has_text=re.compile("^" + first_line))).first

    def output(self, name):
        return self.cell(name).locator(".jp-OutputArea")

    def menu(self, *path):
        self.page.get_by_role("menuitem", name=path[0], exact=True).click()
        for item in path[1:]:
            self.page.locator(".lm-Menu-itemLabel", has_text=re.compile(f"^{re.escape(item)}$")).last.click()

    def new_cell(self, source):
        """Adds a cell at the end and types into it."""
        self.page.locator(".jp-CodeCell .cm-content").last.click()
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("b")
        self.page.keyboard.press("Enter")
        self.page.keyboard.type(source)
        return self.page.locator(".jp-CodeCell").last

    def theme(self, name):
        self.page.evaluate(
            "name => window.jupyterapp.commands.execute('apputils:change-theme', {theme: name})", name)
        expect(self.page.locator("body")).to_have_attribute("data-jp-theme-name", name)

    def tearDown(self):
        self.picture(self.id().rpartition(".")[2])

    def picture(self, name):
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")

    def test_1_all_cells_run_and_the_answer_streams(self):
        self.menu("Run", "Run All Cells")
        expect(self.output("prompt")).to_contain_text("scripted is writing")
        expect(self.output("prompt")).to_contain_text("public class MyFifo")
        expect(self.output("prompt")).not_to_contain_text("Written by")
        self.picture("streaming")
        expect(self.output("prompt")).to_contain_text("Written by scripted")
        expect(self.cell("%%policy worded")).to_be_attached()
        expect(self.output("attach")).to_contain_text("enabled")
        expect(self.output("top")).to_contain_text("nr_user_dispatches")
        expect(self.output("bench")).to_contain_text("ratio to eevdf", timeout=120_000)
        image = self.output("plot").locator("img")
        expect(image).to_be_visible()
        self.assertGreater(image.evaluate("image => image.naturalWidth"), 600)
        self.assertTrue(image.evaluate("image => image.complete"))
        expect(self.output("broken")).to_contain_text("^^^^^")

    def test_2_outputs_are_accessible_in_a_light_and_a_dark_theme(self):
        for theme in ("JupyterLab Light", "JupyterLab Dark"):
            self.theme(theme)
            # JupyterLab draws images without the alternative text that their metadata has.
            found = Axe().run(self.page, context={"include": [".jp-OutputArea-output"]},
                              options={"rules": {"image-alt": {"enabled": False}}})
            serious = [
                f"{v['id']}: {v['help']}: {[n['html'][:200] for n in v['nodes'][:3]]}"
                for v in found.response["violations"] if v["impact"] in ("serious", "critical")]
            self.assertEqual([], serious, theme)
            for name in CELLS:
                self.cell(name).scroll_into_view_if_needed()
                self.cell(name).screenshot(path=SCREENSHOTS / f"{name}-{theme.split()[1].lower()}.png")
        self.theme("JupyterLab Light")

    def test_3_a_timeline_is_zoomed_by_keys_and_moved_by_the_mouse(self):
        cell = self.cell("timeline")
        chart = cell.locator(".vega-embed")
        canvas = chart.locator("canvas")
        canvas.scroll_into_view_if_needed()
        expect(chart).to_have_attribute("aria-label", re.compile("interactive under vtime.* CPU 3 busy"))
        zoom, middle = cell.get_by_label("zoom"), cell.get_by_label("middle")
        drawn = "canvas => canvas.toDataURL()"
        pictures = [canvas.evaluate(drawn)]

        def changes():
            end = time.monotonic() + TIMEOUT
            while (picture := canvas.evaluate(drawn)) in pictures:
                self.assertLess(time.monotonic(), end, "the picture stays as it was")
            pictures.append(picture)

        cell.locator(".jp-InputPrompt").first.click()
        for _ in range(3):  # JupyterLab's own buttons of the cell may come first
            self.page.keyboard.press("Tab")
            if zoom.evaluate("field => field === document.activeElement"):
                break
        expect(zoom).to_be_focused()
        self.assertNotEqual("none", zoom.evaluate("field => getComputedStyle(field).outlineStyle"), "focus shows")
        before = float(zoom.input_value())
        for _ in range(8):
            self.page.keyboard.press("ArrowUp")
        self.assertEqual(before + 2, float(zoom.input_value()))
        changes()
        self.page.keyboard.press("Tab")
        expect(middle).to_be_focused()
        self.page.keyboard.press("ArrowUp")
        changes()

        box = canvas.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        before = middle.input_value()
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + 200, y, steps=4)
        self.page.mouse.up()
        expect(middle).not_to_have_value(before)
        self.assertGreater(float(before), float(middle.input_value()))
        changes()
        before = zoom.input_value()
        self.page.keyboard.down("Control")
        self.page.mouse.wheel(0, -100)
        self.page.keyboard.up("Control")
        expect(zoom).not_to_have_value(before)
        changes()
        tooltip = self.page.locator("#vg-tooltip-element.visible")
        for above in range(0, 100, 10):
            self.page.mouse.move(x, y - above)
            if tooltip.is_visible():
                break
        expect(tooltip).to_contain_text("task:")
        self.picture("timeline-zoomed")
        self.page.mouse.dblclick(x, y)
        expect(zoom).to_have_value("0")
        found = Axe().run(self.page, context={"include": [".jp-RenderedVegaCommon5"]})
        self.assertEqual([], [v["id"] for v in found.response["violations"]])

    def test_4_tab_completes_magics_options_and_policies(self):
        cell = self.new_cell("%ben")
        self.take("%bench")
        self.page.keyboard.type(" messaging --polic")
        self.take("--policies")
        expect(cell.locator(".cm-content")).to_have_text("%bench messaging --policies")
        self.page.keyboard.type(" ")
        self.page.keyboard.press("Tab")
        offered = self.page.locator(".jp-Completer-item")
        expect(offered.filter(has_text=re.compile("^worded$"))).to_be_visible()
        expect(offered.filter(has_text="worded@kernel")).to_be_visible()
        expect(offered.filter(has_text="eevdf")).to_be_visible()
        self.picture("completion")
        self.page.keyboard.press("Escape")

    def take(self, only):
        """Takes the one completion there is."""
        self.page.keyboard.press("Tab")
        expect(self.page.locator(".jp-Completer-item")).to_have_text(only)
        self.page.keyboard.press("Enter")

    def test_5_shift_tab_shows_the_policy_api(self):
        self.new_cell("%%policy x\nclass X extends Policy { public void enqueue(Task t, long f) { insert(")
        self.page.keyboard.press("Shift+Tab")
        tooltip = self.page.locator(".jp-Tooltip")
        expect(tooltip).to_contain_text("Puts a task at the end of a DSQ")
        self.picture("inspection")
        self.page.keyboard.press("Escape")

    def test_6_the_stop_button_interrupts_a_benchmark(self):
        cell = self.new_cell("%bench messaging -p eevdf,fifo -n 50")
        self.page.keyboard.press("Control+Enter")
        expect(cell.locator(".jp-OutputArea")).to_contain_text("warm-up")
        asked = time.monotonic()
        self.page.locator("[data-command='notebook:interrupt-kernel'], [data-jp-item-name=interrupt]").first.click()
        expect(cell.locator(".jp-OutputArea")).to_contain_text("%bench was interrupted.")
        self.assertLess(time.monotonic() - asked, 3)
        self.picture("interrupted")

    def test_7_a_restarted_kernel_has_no_guest(self):
        self.menu("Kernel", "Restart Kernel…")
        self.page.get_by_role("button", name="Confirm Kernel Restart").click()
        cell = self.new_cell("%status")
        self.wait_until_idle()
        self.page.keyboard.press("Control+Enter")
        expect(cell.locator(".jp-OutputArea")).to_contain_text("No guest is running.")


if __name__ == "__main__":
    unittest.main()
