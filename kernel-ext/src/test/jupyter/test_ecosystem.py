"""The tools that people use with notebooks, as they call them."""

import hashlib
import itertools
import json
import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import unittest.mock
import zipfile

import nbformat
import pypandoc
from nbclient import NotebookClient
from nbconvert import HTMLExporter, LatexExporter, WebPDFExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from playwright.async_api import BrowserType

from chat_endpoint import ChatEndpoint
from session import KERNEL, environment
from test_magics import FIFO

ROOT = pathlib.Path(__file__).resolve().parents[4]
LAUNCHER = ROOT / "schedbook"
TIMEOUT = 240


def notebook(*sources, tags=()):
    cells = [new_code_cell(source) for source in sources]
    if tags:
        cells[0].metadata["tags"] = list(tags)
    return new_notebook(
        cells=[new_markdown_cell("# A lesson"), *cells],
        metadata={"kernelspec": {"name": KERNEL, "display_name": "Schedbook", "language": "java"},
                  "language_info": {"name": "java"}})


def run(*command, **options):
    done = subprocess.run(
        [str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        **{"env": environment(), "timeout": TIMEOUT, **options})
    if done.returncode:
        raise AssertionError(f"{command}: {done.stdout}\n{done.stderr}")
    return done.stdout


def shown(path):
    return "\n".join(str(o.get("data", {}).get("text/plain", o.get("text", "")))
                     for cell in nbformat.read(path, 4).cells for o in cell.get("outputs", []))


class EcosystemTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.work = pathlib.Path(directory.name)

    def test_an_executed_notebook_becomes_html_latex_and_pdf(self):
        executed = notebook(
            f"%%policy mine\n{FIFO}", "%bench messaging:groups=1,loops=10 --only -p fifo,mine -n 2", "%plot", "%lsmagic",
            "%sim batch --policies mine", "%timeline")
        NotebookClient(executed, timeout=TIMEOUT, resources={"metadata": {"path": str(self.work)}}).execute()
        html, _ = HTMLExporter().from_notebook_node(executed)
        self.assertEqual(2, html.count("jp-RenderedImage jp-OutputArea-output"))
        self.assertIn("<table", html)
        with unittest.mock.patch.dict(
                os.environ, PATH=f"{pathlib.Path(pypandoc.get_pandoc_path()).parent}:{os.environ['PATH']}"):
            latex, resources = LatexExporter().from_notebook_node(executed)
        self.assertIn(r"\includegraphics", latex)
        self.assertEqual(2, sum(name.endswith(".png") for name in resources["outputs"]))

        launch = BrowserType.launch  # the exporter asks for playwright's own browser; this is Debian's

        async def launch_installed(browser_type, **options):
            return await launch(browser_type, executable_path=shutil.which("chromium"), **options)

        with unittest.mock.patch.object(BrowserType, "launch", launch_installed):
            pdf, _ = WebPDFExporter(disable_sandbox=os.geteuid() == 0).from_notebook_node(executed)
        self.assertTrue(pdf.startswith(b"%PDF-"))
        self.assertGreater(len(pdf), 20_000)

    def test_a_cell_that_could_not_run_fails_with_every_tool_and_what_follows_is_not_run(self):
        tools = ("jupyter nbconvert --execute --to notebook --output out.ipynb broken.ipynb", "jupyter execute broken.ipynb",
                 "papermill broken.ipynb out.ipynb")
        cells = {
            "nothing wrong": ("1", True),
            "a constant too long": ('String data = "%s";' % ("x" * 70_000), False),
            "a kernel that ends": ("System.exit(0);", False),
        }
        for tool, (what, (cell, runs)) in itertools.product(tools, cells.items()):
            with self.subTest(f"{tool}, {what}"):
                after = self.work / "after"
                after.unlink(missing_ok=True)
                nbformat.write(notebook("int kept = 42;", cell, f'new java.io.File("{after}").createNewFile()'),
                               self.work / "broken.ipynb")
                done = subprocess.run([sys.executable, "-m", *tool.split()], stdin=subprocess.DEVNULL, capture_output=True,
                                      text=True, env=environment(), timeout=TIMEOUT, cwd=self.work)
                self.assertEqual((runs, runs), (done.returncode == 0, after.exists()), done.stdout + done.stderr)

    def test_jupytext_pairs_a_notebook_with_a_java_file_and_back(self):
        source = self.work / "paired.ipynb"
        cells = [f"%%policy mine\n{FIFO}", "%sched", "int answer = 6 * 7;\nanswer"]
        nbformat.write(notebook(*cells), source)
        run(sys.executable, "-m", "jupytext", "--to", "java:percent", source)
        text = source.with_suffix(".java").read_text()
        self.assertIn("// %%policy mine", text)
        source.unlink()
        run(sys.executable, "-m", "jupytext", "--to", "ipynb", source.with_suffix(".java"))
        back = nbformat.read(source, 4)
        self.assertEqual(cells, [c.source for c in back.cells if c.cell_type == "code"])

    def test_a_console_runs_cells_and_shows_plain_text(self):
        controller, terminal = pty.openpty()
        console = subprocess.Popen(
            [sys.executable, "-m", "jupyter_console", "--kernel", KERNEL, "--simple-prompt"],
            stdin=terminal, stdout=terminal, stderr=terminal, env=environment(TERM="dumb"), cwd=self.work)
        os.close(terminal)
        self.addCleanup(os.close, controller)
        self.addCleanup(console.kill)
        seen = self.read_until(controller, "In [1]:")
        os.write(controller, b"6 * 7\n")
        seen = self.read_until(controller, "In [2]:")
        self.assertRegex(seen, r"Out\[1\]: *42")
        os.write(controller, b"%sched\n")
        seen = self.read_until(controller, "In [3]:")
        self.assertIn("your policies", seen)
        self.assertNotIn("<table", seen)
        os.write(controller, b"\x04")
        self.read_until(controller, "exit ([y]/n)?")
        os.write(controller, b"y\n")
        self.assertEqual(0, console.wait(30))

    def read_until(self, descriptor, text, timeout=60):
        seen, end = "", time.monotonic() + timeout
        while text not in seen:
            self.assertLess(time.monotonic(), end, seen)
            if select.select([descriptor], [], [], 1)[0]:
                seen += os.read(descriptor, 65536).decode(errors="replace")
        return seen


class WheelTest(unittest.TestCase):
    """The wheel, in an environment that has Jupyter and papermill and nothing of ours."""

    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.work = pathlib.Path(directory.name)
        run(LAUNCHER, "wheel", "--output", cls.work)
        [cls.wheel] = cls.work.glob("schedbook-*.whl")
        run(sys.executable, "-m", "venv", cls.work / "venv")
        cls.python = cls.work / "venv" / "bin" / "python"
        run(cls.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
            cls.wheel, "papermill", "twine")
        # A Jupyter that knows no kernels but those of its own environment, and a guest that came as a file.
        cls.clean = environment(HOME=str(cls.work), JUPYTER_DATA_DIR=str(cls.work / "data"), JUPYTER_PATH="",
                                SCHEDBOOK_GUEST=str(cls.work / "guest"))
        image, command = cls.work / "image.tgz", cls.work / "venv/bin/schedbook"
        run(LAUNCHER, "guest", "export", image)
        run(command, "guest", "import", image, env=cls.clean)
        run(command, "set-up", env=cls.clean, timeout=3 * TIMEOUT)

    def write(self, name, *cells, **options):
        """Writes a notebook for the kernel that the wheel brings."""
        lesson = notebook(*cells, **options)
        lesson.metadata.kernelspec.name = "schedbook"
        nbformat.write(lesson, self.work / name)
        return self.work / name

    def test_licences_are_said_as_they_are_with_all_texts_and_a_bill_of_materials(self):
        with zipfile.ZipFile(self.wheel) as file:
            files = {name: file.read(name) for name in file.namelist() if ".dist-info/" in name}
            jars = {pathlib.PurePath(name).name for name in file.namelist() if name.endswith(".jar")}
        [metadata] = [text.decode() for name, text in files.items() if name.endswith("/METADATA")]
        said = set(re.search(r"(?m)^License-Expression: (.*)", metadata)[1].split(" AND "))
        texts = {name.split("/licenses/licenses/")[1]: text.decode(errors="replace")
                 for name, text in files.items() if "/licenses/licenses/" in name}
        listed = re.findall(r"(?m)^(\S+:\S+) (\S+): (.+?)(?: \(in (\S+)\))?$", texts["THIRD-PARTY.txt"])
        # Every jar is listed, and what JJava has put into its own.
        for jar in jars:
            self.assertTrue(jar.startswith("schedbook-") or any(
                f"{name.split(':')[1]}-{version}.jar" == jar for name, version, _, _ in listed), jar)
        self.assertIn("jeromq", "".join(name for name, _, _, within in listed if within))
        licences = {one for _, _, licence, _ in listed for one in licence.split(" AND ")}
        self.assertEqual(said, licences | {"Apache-2.0", "GPL-2.0-only"})
        for name, words in {"LICENSE": "Apache License", "NOTICE": "Schedbook", "GPL-2.0.txt": "GNU GENERAL PUBLIC LICENSE",
                            "MPL-2.0.txt": "Mozilla Public License", "EPL-2.0.txt": "Eclipse Public License"}.items():
            self.assertIn(words, texts[name])
        self.assertTrue(any("Indiana" in text for name, text in texts.items() if name.startswith("jjava-")))
        [sbom] = [json.loads(text) for name, text in files.items() if "/sboms/" in name]
        self.assertEqual(len([jar for jar in jars if not jar.startswith("schedbook-kernel-ext-")]), len(sbom["components"]))

    def test_a_package_index_takes_it_and_pip_misses_nothing(self):
        run(self.python, "-m", "twine", "check", "--strict", self.wheel, env=self.clean)
        run(self.python, "-m", "pip", "check", env=self.clean)

    def test_pip_leaves_nothing_of_it_behind(self):
        home = self.work / "other"
        run(sys.executable, "-m", "venv", home)
        run(home / "bin/python", "-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check", self.wheel)
        run(home / "bin/python", "-m", "compileall", "-q", *home.glob("lib/*/site-packages/schedbook"))
        run(home / "bin/python", "-m", "pip", "uninstall", "--quiet", "--yes", "schedbook")
        self.assertEqual([], [path for path in home.rglob("*") if "schedbook" in str(path.relative_to(home))])

    def test_it_is_small_and_what_was_left_out_for_that_is_said(self):
        self.assertLess(self.wheel.stat().st_size, 60e6)
        with zipfile.ZipFile(self.wheel) as file:
            [texts] = [name for name in file.namelist() if name.endswith("/THIRD-PARTY.txt")]
            [bom] = [name for name in file.namelist() if name.endswith("/bom.json")]
            [jar] = [name for name in file.namelist() if pathlib.PurePath(name).name.startswith("openai-java-core-")]
            [client] = [c for c in json.loads(file.read(bom))["components"] if c["name"] == "openai-java-core"]
            self.assertIn("openai-java-core was changed", file.read(texts).decode())
            self.assertEqual([hashlib.sha256(file.read(jar)).hexdigest()], [h["content"] for h in client["hashes"]])

    def test_a_model_is_asked_and_a_refusal_understood_with_what_it_has_of_openais_client(self):
        endpoint = ChatEndpoint()
        self.addCleanup(endpoint.close)
        # A server too busy at first, and an answer that does not compile.
        endpoint.answer = [429, f"```java\n{FIFO.replace('insert', 'inserts')}\n```", f"```java\n{FIFO}\n```"]
        source = self.write("asked.ipynb", "%%prompt --no-attach worded\nFirst come, first served.", "%history worded")
        run(self.work / "venv/bin/schedbook", "run", source, "--output", self.work / "out",
            env=dict(self.clean, OPENAI_BASE_URL=endpoint.url, OPENAI_API_KEY="sk-test", OPENAI_MODEL="scripted"))
        self.assertEqual(3, len(endpoint.requests))
        self.assertIn("worded@1", shown(self.work / "out" / "asked.ipynb"))

    def test_jupyter_lists_the_kernel(self):
        listed = json.loads(run(self.python, "-m", "jupyter", "kernelspec", "list", "--json", env=self.clean))
        self.assertEqual(str(self.work / "venv/share/jupyter/kernels/schedbook"),
                         listed["kernelspecs"]["schedbook"]["resource_dir"])

    def test_the_command_says_what_there_is_and_what_it_takes(self):
        command = self.work / "venv/bin/schedbook"
        self.assertRegex(run(command, "--version", env=self.clean), r"\Aschedbook \d")
        helped = run(command, "--help", env=self.clean)
        for name in ("doctor", "set-up", "lab", "run", "guest", "reproduce", "calibrate", "soak",
                     "sweep"):
            self.assertIn(name, helped)
            self.assertIn("usage", run(command, name, "--help", env=self.clean).lower())
        self.assertRegex(run(command, "doctor", env=self.clean), r"(?m)^ok +JDK 25 or newer")
        without = subprocess.run(
            [command, "set-up"], capture_output=True, text=True, timeout=TIMEOUT,
            env=dict(self.clean, JAVA_HOME="", HOME=str(self.work), PATH=str(self.work / "venv/bin")))
        if without.returncode:  # where no JDK lies below /usr/lib/jvm
            self.assertRegex(without.stderr, r"\Aschedbook: [^\n]*(missing|built)[^\n]*\n\Z")

    def test_the_command_brings_a_scheduler_to_life_on_an_image_from_another_machine(self):
        command = self.work / "venv/bin/schedbook"
        self.assertRegex(run(command, "doctor", env=self.clean), r"(?m)^ok +guest image .*, imported$")
        source = self.write("live.ipynb", "%attach fifo", "%status", "%detach")
        run(command, "run", source, "--output", self.work / "out", env=self.clean)
        self.assertIn("enabled", shown(self.work / "out" / "live.ipynb"))

    def test_the_extension_of_jupyterlab_is_where_jupyterlab_looks(self):
        extension = self.work / "venv/share/jupyter/labextensions/schedbook"
        lab = json.loads((extension / "package.json").read_text())["jupyterlab"]
        self.assertTrue((extension / lab["_build"]["load"]).is_file())

    def test_papermill_gives_parameters_to_java_and_to_magics(self):
        target = self.work / "executed.ipynb"
        source = self.write(
            "parameters.ipynb",
            'String policy = "fifo"; // what to compile\nint runs = 1;\nList<Integer> sizes = List.of();',
            '%diff {policy} vtime', '"%s %d %s".formatted(policy, runs * 2, sizes)', tags=["parameters"])
        helped = run(self.work / "venv/bin/papermill", "--help-notebook", source, env=self.clean)
        self.assertRegex(helped, r"policy: String .*\n? *.*what to compile")
        run(self.work / "venv/bin/papermill", "-p", "policy", "rr", "-p", "runs", "21", "-y", "sizes: [1, 2]",
            "--cwd", self.work, source, target, env=self.clean)
        self.assertIn("rr 42 [1, 2]", shown(target))
        self.assertIn("RoundRobin", shown(target))


class PrefixTest(unittest.TestCase):

    def test_the_kernel_can_be_installed_into_an_environment(self):
        with tempfile.TemporaryDirectory() as directory:
            run(LAUNCHER, "kernel", "--prefix", directory, env=os.environ)
            listed = json.loads(run(
                sys.executable, "-m", "jupyter", "kernelspec", "list", "--json",
                env=environment(JUPYTER_PATH=str(pathlib.Path(directory, "share/jupyter")))))
            spec = listed["kernelspecs"]["schedbook"]["spec"]
            self.assertTrue(pathlib.Path(spec["argv"][0]).exists())


if __name__ == "__main__":
    unittest.main()
