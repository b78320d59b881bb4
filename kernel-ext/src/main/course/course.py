"""The labs as a course of nbgrader's: its directory, the students' versions, and nbgrader itself.

Not part of the wheel, which students have too: it brings neither the labs' solutions nor their hidden tests.
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[4]
MODULES = ROOT / "kernel-ext" / "src" / "main" / "python"
CONFIG = "nbgrader_config.py"
LAB = re.compile(r"[A-Za-z0-9][\w.-]*")

CONFIGURATION = '''\
"""The labs of Schedbook with nbgrader."""
import os
import pathlib

from schedbook import grading

here = pathlib.Path(__file__).resolve().parent
c = get_config()
c.CourseDirectory.root = str(here)
c.CourseDirectory.course_id = "schedbook"
grading.configure(c)
# The one file that students must not have.
os.environ.setdefault("SCHEDBOOK_HIDDEN_TESTS", str(here / "grader" / "hidden-tests.jar"))
'''


def init(given):
    [tests] = (ROOT / "kernel-ext" / "target" / "hidden-tests").glob("*.jar")
    directory = given.directory
    if (directory / CONFIG).exists() or (directory / "source").exists():
        sys.exit(f"schedbook: {directory} is a course already, and is left as it is. Name another directory.")
    (directory / "grader").mkdir(parents=True, exist_ok=True)
    (directory / "grader").chmod(0o700)
    shutil.copytree(ROOT / "notebooks" / "labs", directory / "source", ignore=shutil.ignore_patterns(".*", "out"))
    shutil.copy(tests, directory / "grader" / "hidden-tests.jar")
    (directory / CONFIG).write_text(CONFIGURATION)
    say(f"The course is in {directory}. Next: ./schedbook course release {directory}")


def release(given):
    directory = require(given.directory)
    known = sorted(lab.name for lab in (directory / "source").iterdir() if lab.is_dir() and LAB.fullmatch(lab.name))
    for lab in given.labs:
        if lab not in known:
            sys.exit(f"schedbook: {directory / 'source'} has no lab {lab}; it has {', '.join(known)}.")
    for lab in given.labs or known:
        status = run(directory, "generate_assignment", lab, "--create", "--force", "--log-level=WARN")
        if status:
            sys.exit(f"schedbook: nbgrader did not make the students' version of {lab}; what it said stands above.")
        say(zipped(directory, lab))


def zipped(directory, lab):
    made = directory / f"{lab}.zip"
    released = directory / "release" / lab
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(released.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(released.parent))
    return made


def nbgrader(given):
    return run(require(given.directory), *given.words)


def formgrader(given):
    """Becomes the server, so that Ctrl-C is for it alone."""
    os.chdir(require(given.directory))
    root = ["--allow-root"] if os.geteuid() == 0 else []
    os.execve(sys.executable, [sys.executable, "-m", "notebook", *root, f"--ServerApp.root_dir={pathlib.Path.cwd()}",
                               "--JupyterNotebookApp.default_url=/formgrader", *given.words], environment())


def run(directory, *words):
    """Runs nbgrader in a course; returns its exit status."""
    return subprocess.call([sys.executable, "-m", "nbgrader", *words], cwd=directory, env=environment())


def environment():
    programs = pathlib.Path(sys.executable).parent  # nbgrader calls alembic by its name
    return dict(os.environ, PYTHONPATH=front(MODULES, "PYTHONPATH"), PATH=front(programs, "PATH"))


def front(path, variable):
    return os.pathsep.join(filter(None, (str(path), os.environ.get(variable))))


def require(directory):
    if not (directory / CONFIG).is_file():
        sys.exit(f"schedbook: {directory} is no course. To make it one, type: ./schedbook course init {directory}")
    return directory


def say(text):
    print(text, file=sys.stderr, flush=True)


def main(words):
    parser = argparse.ArgumentParser(prog="./schedbook course", description="Make a course of the labs, with nbgrader.")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    for does, text in ((init, "make the directory of a course: sources, hidden tests, configuration"),
                       (release, "make the students' versions of labs, and a zip of each"),
                       (nbgrader, "run nbgrader in a course, for example: nbgrader DIR autograde lab1"),
                       (formgrader, "open nbgrader's pages for marking in a browser")):
        added = actions.add_parser(does.__name__, help=text, description=text[0].upper() + text[1:] + ".")
        added.set_defaults(does=does)
        added.add_argument("directory", type=pathlib.Path, metavar="DIR")
        if does is release:
            added.add_argument("labs", nargs="*", metavar="LAB", help="all unless given")
        if does is nbgrader:
            added.add_argument("words", nargs=argparse.REMAINDER, metavar="COMMAND...")
        if does is formgrader:
            added.add_argument("words", nargs=argparse.REMAINDER, metavar="OPTION...", help="options of Jupyter's server")
    given = parser.parse_args(words)
    return given.does(given)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
