"""The documentation, taken at its word: every block of code is run, every link leads somewhere."""

import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

from session import Session, environment

ROOT = pathlib.Path(__file__).resolve().parents[4]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")),
         *sorted(ROOT.glob("*/README.md")), *sorted(p for p in ROOT.glob("*/*/README.md") if "target" not in p.parts),
         ROOT / "kernel-ext/src/main/python/README.md"]

FENCE = re.compile(r"^```([^\n`]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"^    (?:\$ )?(\./schedbook\b.*)$", re.MULTILINE)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")

# What is no code: output, diagrams, the synopses of docs/magics.md.
TEXT = {"text", "json", "diff", "mermaid", "csv", "properties"}
HELD_ELSEWHERE = {"c"}  # what is made of a policy: InKernelPageTest compares it
SHELL = {"console", "sh", "bash", "shell"}

# Commands that are quick and change nothing; others are checked to be ones that there are.
QUICK = {"help", "doctor"}


def blocks(page):
    for match in FENCE.finditer(page.read_text()):
        words = match[1].split()
        # A block of line magics alone has no language.
        kind = words[0] if words else ("java" if match[2].startswith("%") else "text")
        yield kind, words[1:], match[2]


def cells(page):
    return [(tags, code) for kind, tags, code in blocks(page) if kind == "java"]


def commands(page):
    text = page.read_text()
    yield from INDENTED.findall(text)
    for kind, _, body in blocks(page):
        if kind in SHELL:
            for line in body.replace("\\\n", " ").splitlines():
                if kind != "console" or line.startswith("$ "):
                    yield line.removeprefix("$ ")


def anchors(page):
    """The anchors of a page's headings, as code-hosting sites make them: the second of a name is NAME-1."""
    names = [re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
             for heading in re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)]
    return {name if names.index(name) == i else f"{name}-{names[:i].count(name)}" for i, name in enumerate(names)}


class PageTest(unittest.TestCase):
    """A page's blocks run in their order, in a notebook of their own."""

    separate = True  # for run_tests.py

    def run_page(self, page):
        with tempfile.TemporaryDirectory() as directory:
            shutil.copytree(ROOT / "notebooks" / "recordings", pathlib.Path(directory, "recordings"))
            session = Session(cwd=directory, env=environment())
            try:
                for tags, code in cells(page):
                    # The figures on a page are held to nothing here: two runs show that a line does what it says.
                    code = re.sub(r"(?m)^(%bench .*-n) \d+", r"\1 2", code)
                    with self.subTest(code=code):
                        cell = session.run(code, 300)
                        expected = "error" if "raises-exception" in tags else "ok"
                        self.assertEqual(expected, cell.reply["status"], cell.shown() + cell.shown("text/html"))
                        self.assertEqual([], [s for s in cell.of("stream") if s["name"] == "stderr"])
            finally:
                session.close()


def test_of(page):
    return lambda self: self.run_page(page)


for page in filter(cells, PAGES):
    name = re.sub(r"\W", "_", str(page.relative_to(ROOT).with_suffix("")))
    setattr(PageTest, f"test_{name}", test_of(page))


class DocsTest(unittest.TestCase):

    def test_every_command_is_one_that_there_is(self):
        launcher = (ROOT / "schedbook").read_text() + "".join(
            file.read_text() for file in (ROOT / "kernel-ext/src/main").rglob("*.*") if file.suffix in (".py", ".java"))
        usage = subprocess.run([ROOT / "schedbook", "help"], capture_output=True, text=True, timeout=60).stdout
        known = set(re.findall(r"^  \./schedbook (\S+)", usage, re.MULTILINE))
        seen = 0
        for page in PAGES:
            for line in commands(page):
                words = shlex.split(line, comments=True)
                if not words:
                    continue
                with self.subTest(page=page.name, line=line):
                    if words[0] != "./schedbook":
                        path = f"{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}"
                        self.assertTrue(shutil.which(words[0], path=path) or (ROOT / words[0]).exists(), "no such command")
                        continue
                    seen += 1
                    options = [w.split("=")[0] for w in words[1:] if w.startswith("--")]
                    self.assertEqual([], [o for o in options if o not in launcher and o[2:] not in launcher])
                    rest = [w for w in words[1:] if not w.startswith("--")]
                    if words[1:2] == ["--kernel"]:
                        rest = rest[1:]
                    self.assertIn(rest[0], known)
        self.assertGreater(seen, 5)

    def test_quick_commands_succeed(self):
        for command in QUICK:
            done = subprocess.run([ROOT / "schedbook", command], capture_output=True, text=True, timeout=120)
            self.assertEqual(0, done.returncode, done.stdout + done.stderr)

    def test_every_kind_of_block_is_known(self):
        for page in PAGES:
            for kind, _, body in blocks(page):
                with self.subTest(page=page.name, body=body):
                    self.assertIn(kind, {"java", *TEXT, *SHELL, *HELD_ELSEWHERE})

    def test_every_link_within_the_repository_leads_somewhere(self):
        for page in PAGES:
            for match in LINK.finditer(page.read_text()):
                link = match[1] or match[2]
                if re.match(r"[a-z]+:", link):
                    continue
                with self.subTest(page=page.name, link=link):
                    path, _, anchor = link.partition("#")
                    target = (page.parent / path).resolve() if path else page
                    self.assertTrue(target.exists(), "no such file")
                    if anchor and target.suffix == ".md":
                        self.assertIn(anchor, anchors(target))


if __name__ == "__main__":
    unittest.main()
