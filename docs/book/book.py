"""The docs, the notebooks and the labs as one static site, from notebooks that have run.

Cells that are tagged `kernel` need a guest. They are not run here: what is shown of them was recorded in one
(--record), and is of these very sources, or nothing is built.
"""

import argparse
import asyncio
import datetime
import hashlib
import html.parser
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

import nbclient
import nbformat
from nbformat.v4 import new_markdown_cell, new_output

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
RECORDED = HERE / "recorded"
MARKING = ROOT / "docs" / "marking.md"  # has answers in it
COURSE = ROOT / "kernel-ext" / "src" / "main" / "course" / "course.py"
LABS = [f"lab{nr}" for nr in range(1, 9)]
PAGES = ("README.md", "CONTRIBUTING.md", "docs/*.md", "runtime/guest/README.md", "binder/README.md")
FILES = ("docs/images/*", "LICENSE", "NOTICE", "bpf/LICENSE", "runtime/src/jmh/c/*.c")
BADGE = re.compile(r"^\[!\[.*\n+", re.MULTILINE)  # fetched from elsewhere
LAB_NOTE = """\
*[Download this notebook]({lab}.zip). On this page {solutions}. The outputs are those of solutions that pass all \
tests: look at them after your own.*"""
TAKES_A_KERNEL = re.compile(r"^(?:var \w+ = )?%(attach|bench|compare|detach|improve|shell|status|top)\b", re.MULTILINE)
SHOWN = ("text/html", "text/plain", "text/markdown", "image/png")
CELL_LIMIT = 600  # seconds


class CannotBuild(Exception):
    """Says what is wrong, and what to do about it."""


def path_of(name):
    return ROOT / "notebooks" / ("labs/" + name if name in LABS else "") / f"{name}.ipynb"


def notebooks():
    return [*sorted(file.stem for file in (ROOT / "notebooks").glob("*.ipynb")), *LABS]


def read(name):
    return nbformat.read(path_of(name), as_version=4)


# --- What was recorded in a guest -----------------------------------------------------------------------


def needs_kernel(cell):
    return "kernel" in cell.metadata.get("tags", [])


def sources_of(notebook, at):
    """The hash of what a cell's outputs depend on: itself, the policies before it, what ran in the guest before it."""
    parts = [bare(cell.source) for cell in notebook.cells[:at + 1]
             if cell.cell_type == "code" and (needs_kernel(cell) or cell.source.startswith("%%"))]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def bare(source):
    """Without blanks and comments, nor the marks around solutions, which are comments."""
    lines = (line.strip() for line in source.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def recorded(name, notebook):
    """The outputs of those cells that need a kernel, by the cells' ids."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and TAKES_A_KERNEL.search(cell.source) and not needs_kernel(cell):
            raise CannotBuild(f"The cell {cell.id} of {name} takes a guest, and is not tagged: kernel")
    wanted = {cell.id: sources_of(notebook, at) for at, cell in enumerate(notebook.cells) if needs_kernel(cell)}
    file = RECORDED / f"{name}.json"
    kept = json.loads(file.read_text()) if file.is_file() else {"cells": {}}
    for cell, sources in wanted.items():
        if kept["cells"].get(cell, {}).get("sources") != sources:
            raise CannotBuild(f"What is recorded of {name} is not of its cell {cell} as it is now.\n"
                              f"Record it anew, in a guest: ./schedbook book --record {name}")
    return {cell: [label(kept["date"]), *map(nbformat.from_dict, kept["cells"][cell]["outputs"])] for cell in wanted}


def label(date):
    text = f"Recorded in a guest on {date}; not run for this page."
    return new_output("display_data", data={"text/plain": text, "text/html": f'<p class="recorded">{text}</p>'})


def record(name):
    notebook = read(name)
    execute({name: notebook}, guest=True)
    cells = {}
    for at, cell in enumerate(notebook.cells):
        if needs_kernel(cell):
            cells[cell.id] = {"sources": sources_of(notebook, at), "outputs": shown(cell)}
    RECORDED.mkdir(exist_ok=True)
    kept = {"date": datetime.date.today().isoformat(), "cells": cells}
    text = json.dumps(kept, indent=1, ensure_ascii=False) + "\n"
    (RECORDED / f"{name}.json").write_text(of_any_machine(text))


def of_any_machine(text):
    """With the guest where it is unless a machine says otherwise, and no home directory."""
    for place, usual in ((os.environ.get("SCHEDBOOK_GUEST"), "~/.cache/schedbook/guest"), (str(pathlib.Path.home()), "~")):
        if place:
            text = text.replace(place, usual)
    return text


def shown(cell):
    """What a page shows of a cell's outputs; of those that became nothing, such as a progress bar that is done, none."""
    kept = []
    for output in cell.outputs:
        output.pop("execution_count", None)
        if output.output_type == "execute_result":
            output.output_type = "display_data"
        if "data" in output:
            output.data = {mime: output.data[mime] for mime in SHOWN if output.data.get(mime)}
        if output.get("data", True):
            kept.append(output)
    return kept


# --- Running notebooks ----------------------------------------------------------------------------------


def execute(notebooks, guest=False):
    """Runs notebooks, two at a time, each beside a copy of what it reads; what needs a kernel only in a guest."""
    async def all_of_them():
        two = asyncio.Semaphore(2)
        await asyncio.gather(*(run(two, name, notebook) for name, notebook in notebooks.items()))

    async def run(two, name, notebook):
        async with two:
            say(f"running {name}")
            for cell in notebook.cells:
                if needs_kernel(cell) and not guest:
                    cell.metadata.tags.append("skip-execution")
            with tempfile.TemporaryDirectory() as directory:
                shutil.copytree(ROOT / "notebooks" / "recordings", pathlib.Path(directory, "recordings"))
                client = nbclient.NotebookClient(notebook, kernel_name=kernel(), timeout=CELL_LIMIT, startup_timeout=120,
                                                 resources={"metadata": {"path": directory}})
                try:
                    await client.async_execute()
                except nbclient.exceptions.CellExecutionError as e:
                    raise CannotBuild(f"A cell of {name} failed:\n{e}") from None

    asyncio.run(all_of_them())


def kernel():
    return os.environ.get("SCHEDBOOK_KERNELSPEC", "schedbook")


# --- The pages ------------------------------------------------------------------------------------------


def release(course, labs, nbgrader):
    """The students' versions, and a zip of each: nbgrader makes them, from a course that is made for it."""
    for words in ("init", course), ("release", course, *labs):
        done = subprocess.run([nbgrader, COURSE, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            raise CannotBuild(f"The students' versions were not made:\n{done.stdout}{done.stderr}")


def as_students_have_it(notebook, given):
    """Cells that are to be filled in, as a student gets them; an answer's output would tell the answer."""
    theirs = {cell.id: cell for cell in given.cells}
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = theirs[cell.id].source
            if not cell.source.startswith("%%policy"):
                cell.pop("outputs", None) if cell.cell_type == "markdown" else cell.update(outputs=[])


def stage(pages, made, course, solutions):
    """Lays out pages and notebooks as the repository does, so that their links to each other hold."""
    for pattern in (*PAGES, *FILES):
        for file in sorted(ROOT.glob(pattern)):
            copy = pages / file.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            if file == MARKING and not solutions:
                copy.write_text(f"{file.read_text().splitlines()[0]}\n\nThis page is in the instructor's book only.\n")
            elif file.suffix == ".md":
                copy.write_text(BADGE.sub("", file.read_text()))
            else:
                shutil.copy(file, copy)
    for name in notebooks():
        place = pages / path_of(name).relative_to(ROOT)
        place.parent.mkdir(parents=True, exist_ok=True)
        notebook = made.get(name)
        if notebook is None:  # its title, for links to it
            notebook = read(name)
            notebook.cells[1:] = [new_markdown_cell("*This book was made without this notebook.*")]
        elif name in LABS:
            shutil.copy(course / f"{name}.zip", place.parent)
            if not solutions:
                as_students_have_it(notebook, nbformat.read(course / "release" / name / f"{name}.ipynb", as_version=4))
            note = LAB_NOTE.format(lab=name, solutions="solutions and mark schemes are in their places" if solutions
                                   else "what you are to write is left out")
            notebook.cells.insert(1, new_markdown_cell(note))
        nbformat.write(notebook, place)
    (pages / "_static").mkdir()
    shutil.copy(HERE / "book.css", pages / "_static")
    for file in "conf.py", "index.md":
        shutil.copy(HERE / file, pages)


def sphinx(pages, site):
    done = subprocess.run([sys.executable, "-m", "sphinx", "-q", "-b", "html", "-n", "-W", "--keep-going", pages, site],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise CannotBuild((done.stdout + done.stderr).replace(f"{pages}/", ""))


class Page(html.parser.HTMLParser):
    """The anchors of a page, where it leads, and what it takes to show it."""

    def __init__(self, file):
        super().__init__()
        self.anchors, self.links, self.parts = set(), [], []
        self.feed(file.read_text())

    def handle_starttag(self, tag, attributes):
        has = dict(attributes)
        self.anchors.update(filter(None, (has.get("id"), has.get("name") if tag == "a" else None)))
        if tag == "a" and has.get("href"):
            self.links.append(has["href"])
        elif tag in ("img", "script", "iframe", "source"):
            self.parts += filter(None, [has.get("src")])
        elif tag == "link" and has.get("rel") not in ("canonical", "license"):
            self.parts += filter(None, [has.get("href")])


def broken(site):
    """The links and parts of a site that lead nowhere, and the parts that a reader without a network has not."""
    pages = {file.resolve(): Page(file) for file in site.rglob("*.html")}
    wrong = []
    for file, page in pages.items():
        for link in page.links + page.parts:
            address = urllib.parse.urlsplit(link)
            if address.scheme == "data":
                continue
            if address.scheme or address.netloc:
                if link in page.parts:
                    wrong.append(f"{file.relative_to(site.resolve())} takes {link} from elsewhere")
                continue
            target = (file.parent / urllib.parse.unquote(address.path)).resolve() if address.path else file
            anchor = urllib.parse.unquote(address.fragment)
            if not target.is_file():
                wrong.append(f"{file.relative_to(site.resolve())}: {link} leads nowhere")
            elif anchor and target in pages and anchor not in pages[target].anchors:
                wrong.append(f"{file.relative_to(site.resolve())}: {link} names no place of that page")
    return sorted(set(wrong))


def build(directory, names, nbgrader, solutions):
    if directory.exists() and any(directory.iterdir()) and not (directory / ".buildinfo").is_file():
        raise CannotBuild(f"{directory} has something else in it, and is left as it is. Name another directory.")
    all_of_them = {name: read(name) for name in notebooks()}
    kept = {name: recorded(name, notebook) for name, notebook in all_of_them.items()}  # a stale one is found early
    made = {name: all_of_them[name] for name in names}
    execute(made)
    for name, notebook in made.items():
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs = kept[name][cell.id] if needs_kernel(cell) else shown(cell)
    with tempfile.TemporaryDirectory() as scratch:
        pages, site, course = (pathlib.Path(scratch, name) for name in ("pages", "site", "course"))
        pages.mkdir()
        labs = [name for name in names if name in LABS]
        if labs:
            say("making the students' versions")
            release(course, labs, nbgrader)
        stage(pages, made, course, solutions)
        say("making the pages")
        sphinx(pages, site)
        wrong = broken(site)
        if wrong:
            raise CannotBuild("\n".join(wrong))
        shutil.rmtree(directory, ignore_errors=True)
        directory.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(site, directory)
    say(f"The book is in {directory}: open {directory / 'index.html'}")


def say(text):
    print(text, file=sys.stderr, flush=True)


def main(words):
    parser = argparse.ArgumentParser(prog="./schedbook book", description=__doc__.splitlines()[0])
    parser.add_argument("directory", nargs="?", type=pathlib.Path, default=pathlib.Path("out/book"), metavar="DIR",
                        help="where the pages go (default: out/book)")
    parser.add_argument("--solutions", action="store_true", help="leave solutions and mark schemes in")
    parser.add_argument("--only", metavar="NAME,NAME", help="run these notebooks, and only name the others")
    parser.add_argument("--record", metavar="NAME,NAME", help="make no pages; record what these show in a guest, or all")
    parser.add_argument("--nbgrader", help=argparse.SUPPRESS)  # the Python that has it
    given = parser.parse_args(words)
    try:
        if given.record:
            for name in chosen(given.record):
                record(name)
        else:
            build(given.directory, chosen(given.only or "all"), given.nbgrader, given.solutions)
        return 0
    except CannotBuild as e:
        say(f"schedbook: {e}")
        return 1


def chosen(names):
    known = notebooks()
    given = known if names == "all" else names.split(",")
    for name in given:
        if name not in known:
            raise CannotBuild(f"There is no notebook {name}; there are {', '.join(known)}.")
    return given


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
