"""The command of an installation by pip: sets up what a guest takes, then opens or runs notebooks.

A checkout has its launcher, ./schedbook, which also builds and tests.
"""

import argparse
import importlib.metadata
import os
import pathlib
import shutil
import subprocess
import sys

from schedbook import guest, jdk, system

TOOLS = {
    "reproduce": "measure a lab report again",
    "calibrate": "measure what scheduling costs in the guest, for the simulator",
    "soak": "put policies under stress",
    "sweep": "measure policies for each combination of values of their constants",
}


def data():
    """The directories that the wheel filled: the kernel's, and what builds guests."""
    for file in importlib.metadata.files("schedbook") or ():
        if file.name == "launch.py":
            kernel = pathlib.Path(file.locate()).resolve().parent
            return kernel, kernel.parents[2] / "schedbook"
    sys.exit("schedbook: this is no installation by pip; a checkout has ./schedbook.")


def java():
    home = jdk.find()
    if home is None:
        sys.exit(f"schedbook: a JDK {jdk.OLDEST} or newer is missing. {system.how_to_get_a_jdk()}")
    return home


def tool(*words, quiet=False):
    """Runs a command that is Java; returns its exit status."""
    kernel, share = data()
    jars = os.pathsep.join((str(share / "tools" / "*"), str(kernel / "lib" / "*")))
    return subprocess.call(
        [java() / "bin" / "java", "--enable-native-access=ALL-UNNAMED", f"-Dschedbook.guest={guest.directory()}",
         "-cp", jars, "org.schedbook.tool.Tools", *words],
        stderr=subprocess.DEVNULL if quiet else None)


def script(name, *words, output=None):
    _, share = data()
    environment = dict(os.environ, JAVA_HOME=str(java()), SCHEDBOOK_GUEST=str(guest.directory()))
    return subprocess.run([share / "guest" / name, *words], env=environment, stdin=subprocess.DEVNULL, check=True,
                          stdout=output)


def say(text):
    print(text, file=sys.stderr, flush=True)


def set_up(_=None):
    """Everything for running policies in guests; once it is there, this takes a second."""
    kernel, share = data()
    java()
    missing = system.missing()
    if missing:
        sys.exit(f"schedbook: {', '.join(missing)} is missing, without which no guest runs. {system.how_to_get(missing)}")
    try:
        if not (guest.is_there() and guest.is_imported()):
            if not system.can_build():
                sys.exit(f"schedbook: there is no guest image, and none can be built here. {system.how_to_build()}")
            if not guest.is_there():
                say("building the guest image, a small Debian with a sched_ext kernel: some minutes, once")
            script("build-image", output=subprocess.DEVNULL)
        if shutil.which("apt-get"):
            script("qemu", "--bring", output=subprocess.DEVNULL)
        jars = (share / "payload.txt").read_text().split()
        script("build-payload", *(kernel / "lib" / jar for jar in jars), output=subprocess.DEVNULL)
    except subprocess.CalledProcessError as e:
        sys.exit(f"schedbook: {pathlib.Path(e.cmd[0]).name} failed; what it said stands above.")
    if tool("save-guest", "--check", quiet=True):
        say("booting a guest and saving it, so that later ones resume at once: about a minute")
        if tool("save-guest"):
            say("No guest is saved; they will boot, which takes some seconds longer.")


def lab(given):
    set_up()
    # In this process: python -m would take modules from the working directory, which may be a stranger's.
    from jupyterlab import labapp

    return labapp.main(given.words)


def run(given):
    if not given.notebook.is_file():
        sys.exit(f"schedbook: there is no notebook {given.notebook}.")
    set_up()
    from schedbook import run_notebook

    return run_notebook.main([str(given.notebook), "--output", str(given.output)])


def doctor(_):
    """Says what is there and what is missing; the exit status is 1 if anything is."""
    home, missing = jdk.find(), system.missing()
    row("ok" if home else "missing", f"JDK {jdk.OLDEST} or newer", home or system.how_to_get_a_jdk())
    for program, (*_, purpose) in system.NEEDS.items():
        row("missing" if program in missing else "ok", program,
            f"{purpose}: {system.how_to_get([program])}" if program in missing else purpose)
    if guest.is_there():
        row("ok", "guest image", f"{guest.current().resolve()}{', imported' if guest.is_imported() else ''}")
    else:
        row("not yet", "guest image", "set-up makes it" if system.can_build() else system.how_to_build())
    return 1 if missing or home is None else 0


def row(state, what, where):
    print(f"{state:<8} {what:<20} {where}")


def arguments():
    version = importlib.metadata.version("schedbook")
    parser = argparse.ArgumentParser(
        prog="schedbook", description="Write a Linux CPU scheduler in a notebook and see it run.",
        epilog="SCHEDBOOK_GUEST names where guest images are kept.")
    parser.add_argument("--version", action="version", version=f"schedbook {version}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name, does, text):
        added = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        added.set_defaults(does=does)
        return added

    command("doctor", doctor, "say what is there, what is missing, and how to get it")
    command("set-up", set_up, "make what guests need: some minutes, once")
    command("lab", lab, "open JupyterLab, with whatever options it is given")
    running = command("run", run, "execute a notebook; leaves a copy and a page in a directory")
    running.add_argument("notebook", type=pathlib.Path, metavar="NOTEBOOK")
    running.add_argument("--output", type=pathlib.Path, default=pathlib.Path("out"), metavar="DIR")
    command("guest", None, "write a guest's image to a file, or take it from one")
    for name, text in TOOLS.items():
        command(name, None, text)
    return parser


def main(words=None):
    words = sys.argv[1:] if words is None else words
    name = words[0] if words else ""
    if name == "guest":  # these know what they take themselves
        return guest.run(words[1:])
    if name in TOOLS:
        if not {"-h", "--help"} & set(words):
            set_up()
        return tool(*words)
    parser = arguments()
    if name == "lab" and not {"-h", "--help"} & set(words):
        given = argparse.Namespace(does=lab, words=words[1:])
    else:
        given = parser.parse_args(words)
    return given.does(given)


if __name__ == "__main__":
    sys.exit(main())
