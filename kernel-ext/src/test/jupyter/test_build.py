"""What the build makes."""

import hashlib
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[4]
OBJECT = "org/schedbook/bpf/schedbook.bpf.o"


def build(checkout):
    """Builds a copy of the sources there, as the launcher does; returns the jars."""
    made = {ROOT / "target", *ROOT.glob("*/target"), ROOT / "out", ROOT / ".git"}
    shutil.copytree(ROOT, checkout, ignore=lambda directory, names: [n for n in names if ROOT / directory / n in made])
    # Sources have other dates in each checkout.
    for path in checkout.rglob("*"):
        os.utime(path, (1, len(str(checkout))))
    subprocess.run(["mvn", "-o", "-q", "-B", "-DskipTests", "-Dspotless.apply.skip", "package"], cwd=checkout,
                   stdin=subprocess.DEVNULL, check=True, timeout=600)
    return {str(jar.relative_to(checkout)): jar for jar in sorted(checkout.glob("*/target/*.jar"))}


def contents(jar):
    with zipfile.ZipFile(jar) as file:
        return {name: hashlib.sha256(file.read(name)).hexdigest() for name in file.namelist()}


class ReproducibleTest(unittest.TestCase):

    def test_two_checkouts_of_the_same_sources_make_the_same_jars_and_name_no_path_of_the_machine(self):
        with tempfile.TemporaryDirectory() as directory:
            here = pathlib.Path(directory).resolve()
            one, other = build(here / "one"), build(here / "a-longer" / "way")
            self.assertEqual(list(one), list(other))
            self.assertGreaterEqual(len(one), 4, list(one))
            for name in one:
                self.assertEqual(contents(one[name]), contents(other[name]), name)
                self.assertEqual(one[name].read_bytes(), other[name].read_bytes(), f"{name}: order or dates differ")
                with zipfile.ZipFile(one[name]) as jar:
                    naming = [entry for entry in jar.namelist() if str(here).encode() in jar.read(entry)]
                    self.assertEqual([], naming, name)
            [bpf] = [jar for name, jar in one.items() if OBJECT in contents(jar)]
            self.assertRegex(bpf.name, r"schedbook-bpf-.*\.jar")


if __name__ == "__main__":
    unittest.main()
