"""Run the tests beside this file, two classes at a time.

run_tests.py [--long | NAME...]  NAME is a module, or a class or a test of one; all unless given, but without
--long not those that take minutes and that only a change of one thing can break (`long`).

Each class has a process of its own, and where its tests do not share a notebook (`separate`) each test has.
What measures in a guest (`ALONE`) runs with nothing beside it: two emulated guests whose threads wait for each
other take three times as long at once as one after the other. What a process wrote is shown when it ends, and at
the end how long each took. What failed is tried once more with nothing beside it, as the machine may have had
other work; what passes then is listed as a flake.
"""

import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
AT_ONCE = 2
LIMIT = 1200  # seconds for a process; far more than any takes

ALONE = ("test_notebooks", *(f"test_docs.PageTest.test_{page}" for page in ("README", "docs_tour", "docs_measuring")))

# Of the others, what takes minutes goes first, so that none of it is left for the end.
FIRST = ("test_browser", "test_hub", "test_build", "test_launcher", "test_report", "test_book", "test_labs")


def tests(suite):
    for part in suite:
        if isinstance(part, unittest.TestSuite):
            yield from tests(part)
        else:
            yield part


def units(names, long=False):
    """The names to give to unittest, each to a process of its own."""
    loader = unittest.TestLoader()
    suite = loader.loadTestsFromNames(names) if names else loader.discover(str(HERE))
    found = {}
    for test in tests(suite):
        kind = type(test)
        name = f"{kind.__module__}.{kind.__qualname__}"
        if kind.__module__.startswith("unittest"):  # stands for a module that cannot be imported
            raise SystemExit(f"{test.id()}: {getattr(test, '_exception', 'cannot be loaded')}")
        if not (names or long) and getattr(kind, "long", False):
            continue
        if len(names) and test.id() in names or getattr(kind, "separate", False):
            name = test.id()
        found[name] = None
    rank = {name: next((i for i, first in enumerate(FIRST) if name.startswith(first)), len(FIRST)) for name in found}
    return sorted(found, key=rank.get)  # stable


class Ran:
    """One process that has ended."""

    def __init__(self, name):
        self.name = name
        start = time.monotonic()
        with tempfile.TemporaryFile("w+") as out:
            process = subprocess.Popen([sys.executable, "-m", "unittest", "--verbose", name], cwd=HERE,
                                       stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
            limit = threading.Timer(LIMIT, process.kill)
            limit.start()
            _, status, usage = os.wait4(process.pid, 0)
            limit.cancel()
            process.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            self.output = out.read()
        self.ok = process.returncode == 0
        self.seconds = time.monotonic() - start
        self.busy = usage.ru_utime + usage.ru_stime  # with the kernels and guests that it waited for

    def row(self):
        return f"{self.seconds:6.1f} s, {self.busy:6.1f} s of CPU  {self.name}{'' if self.ok else '  FAILED'}"


def main(arguments):
    start = time.monotonic()
    names = [name for name in arguments if name != "--long"]
    to_run = units(names, long="--long" in arguments)
    ran = []
    alone = [name for name in to_run if name.startswith(ALONE)]
    for at_once, some in ((1, alone), (AT_ONCE, [name for name in to_run if name not in alone])):
        with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
            for end in concurrent.futures.as_completed([pool.submit(Ran, name) for name in some]):
                one = end.result()
                ran.append(one)
                print(f"\n===== {one.name}\n{one.output}", flush=True)
    flakes = []
    for index, one in enumerate(ran):
        if not one.ok:
            ran[index] = again = Ran(one.name)
            flakes += [again.name] if again.ok else []
            print(f"\n===== {again.name}, once more\n{again.output}", flush=True)
    print("\nWhat took longest:")
    for one in sorted(ran, key=lambda one: -one.seconds)[:20]:
        print(one.row())
    print(f"{time.monotonic() - start:6.1f} s in all, {sum(one.busy for one in ran):.0f} s of CPU")
    failed = [one.name for one in ran if not one.ok]
    if flakes:
        print(f"FLAKES: {', '.join(flakes)}")
    print(f"FAILED: {', '.join(failed)}" if failed else f"OK: {len(ran)} classes")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.path.insert(0, str(HERE))
    sys.exit(main(sys.argv[1:]))
