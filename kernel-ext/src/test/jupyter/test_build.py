"""What the build makes, and what it is held to."""

import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[4]
OBJECT = "org/schedbook/bpf/schedbook.bpf.o"


def maven(directory, *words):
    return subprocess.run(["mvn", "-o", "-q", "-B", *words], cwd=directory, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=True, timeout=600).stdout


def build(checkout, *words):
    """Builds a copy of the sources there, as the launcher does; returns the jars."""
    made = {ROOT / "target", *ROOT.glob("*/target"), ROOT / "out", ROOT / ".git"}
    shutil.copytree(ROOT, checkout, ignore=lambda directory, names: [n for n in names if ROOT / directory / n in made])
    # Sources have other dates in each checkout.
    for path in checkout.rglob("*"):
        os.utime(path, (1, len(str(checkout))))
    maven(checkout, "-DskipTests", "-Dspotless.apply.skip", *(words or ["package"]))
    return {str(jar.relative_to(checkout)): jar for jar in sorted(checkout.glob("*/target/*.jar"))}


def contents(jar):
    with zipfile.ZipFile(jar) as file:
        return {name: hashlib.sha256(file.read(name)).hexdigest() for name in file.namelist()}


class ReproducibleTest(unittest.TestCase):
    long = True  # for run_tests.py

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


class ExampleTest(unittest.TestCase):
    """runtime/example, as somebody builds it who has installed the library with Maven."""

    long = True  # for run_tests.py

    def test_a_program_with_the_runtime_for_a_library_simulates_checks_and_attaches(self):
        with tempfile.TemporaryDirectory() as directory:
            here = pathlib.Path(directory).resolve()
            # What is installed goes into a repository of the test's own.
            shutil.copytree(pathlib.Path.home() / ".m2/repository", here / "repository", copy_function=os.symlink,
                            ignore=shutil.ignore_patterns("schedbook"))
            ours = f"-Dmaven.repo.local={here / 'repository'}"
            build(here / "checkout", ours, "-pl", "runtime", "-am", "install")
            example = here / "checkout/runtime/example"
            maven(example, ours, "verify")
            reports = "".join(f.read_text() for f in example.glob("target/surefire-reports/TEST-*.xml"))
            self.assertRegex(reports, r'tests="1"[^>]* failures="0"')
            said = maven(example, ours, "exec:exec", "-Dthen=attach")
            self.assertIn("in-turn, simulated", said)
            self.assertRegex(said, r"in-turn enabled, [1-9]\d* tasks enqueued")


class ScriptsTest(unittest.TestCase):

    def test_shellcheck_has_nothing_to_say_of_any_script(self):
        shell = re.compile(rb"#!.*\b(ba)?sh\b|(.*\n){0,4}# shellcheck shell=")
        made = {ROOT / "target", *ROOT.glob("*/target"), ROOT / "out", ROOT / ".git"}
        scripts = [path for path in ROOT.rglob("*") if path.is_file() and not made.intersection(path.parents)
                   and shell.match(path.read_bytes()[:400])]
        for known in ("schedbook", ".ci/run", ".ci/update", "bpf/compile.sh", "runtime/guest/archive"):
            self.assertIn(ROOT / known, scripts)
        checked = subprocess.run([pathlib.Path(sys.executable).parent / "shellcheck", "--external-sources", *scripts],
                                 capture_output=True, text=True, timeout=120)
        self.assertEqual("", checked.stdout + checked.stderr)


class PinnedTest(unittest.TestCase):
    """Nothing is fetched by the build that could be another thing tomorrow."""

    def test_every_python_requirement_has_one_version_and_hashes(self):
        files = sorted(ROOT.glob("kernel-ext/src/*/*/requirements.txt"))
        self.assertEqual(5, len(files), files)
        for file in files:
            wanted = re.findall(r"(?m)^([\w-]+)(?:\[\w+\])?[<>=]", file.with_suffix(".in").read_text())
            entries = re.split(r"(?m)^(?=\S)", re.sub(r"(?m)^#.*\n", "", file.read_text()))[1:]
            self.assertGreaterEqual(len(entries), len(wanted))
            for entry in entries:
                self.assertRegex(entry, r"\A[\w.-]+(\[\w+\])?==\S+( ; .*)? \\\n( +--hash=sha256:[0-9a-f]{64}( \\)?\n?)+\Z",
                                 file)
            names = {re.split(r"[=\[]", entry)[0].lower().replace("_", "-") for entry in entries}
            self.assertEqual(set(), {name.lower().replace("_", "-") for name in wanted} - names)

    def test_a_file_whose_hash_is_another_is_not_installed(self):
        with tempfile.TemporaryDirectory() as directory:
            text = (ROOT / "kernel-ext/src/main/jupyter/requirements.txt").read_text()
            one = re.search(r"(?m)^psutil==\S+", text)[0]
            wanted = pathlib.Path(directory, "requirements.txt")
            wanted.write_text(f"{one} --hash=sha256:{'0' * 64}\n")
            done = subprocess.run([sys.executable, "-m", "pip", "download", "--no-deps", "--require-hashes", "-d", directory,
                                   "-r", wanted], capture_output=True, text=True, timeout=300)
            self.assertNotEqual(0, done.returncode)
            self.assertEqual([wanted], list(pathlib.Path(directory).iterdir()), done.stderr)

    def launcher(self, function, home):
        """Calls a function of the launcher."""
        script = (ROOT / "schedbook").read_text()
        functions = script[:script.index("\nwhile [[ ${1:-} == --kernel ]]")].replace(
            '"$(readlink -f "${BASH_SOURCE[0]}")"', f'"{ROOT}/schedbook"')
        return subprocess.run(["bash", "-c", f"{functions}\n{function}"], capture_output=True, text=True, timeout=120,
                              env=os.environ | {"HOME": home})

    def test_a_library_in_mavens_repository_that_was_changed_stops_the_build(self):
        sums = (ROOT / ".mvn/checksums.sha256").read_text().splitlines()
        self.assertGreater(len(sums), 300)
        [name] = [line.split("  ")[1] for line in sums if re.search(r"/picocli-[\d.]+\.jar$", line)]
        with tempfile.TemporaryDirectory() as home:
            self.assertEqual((0, ""), (self.launcher("libraries_are_right", home).returncode, ""), "nothing fetched yet")
            jar = pathlib.Path(home, ".m2/repository", name)
            jar.parent.mkdir(parents=True)
            shutil.copy(next(ROOT.glob("kernel-ext/target/lib/picocli-*.jar")), jar)
            self.assertEqual(0, self.launcher("libraries_are_right", home).returncode)
            jar.write_bytes(jar.read_bytes() + b"more")
            done = self.launcher("libraries_are_right", home)
            self.assertEqual(1, done.returncode)
            self.assertIn(f"{name}: FAILED", done.stderr)

    def test_every_library_that_runs_is_on_the_list(self):
        done = self.launcher("libraries_are_known", os.environ["HOME"])
        self.assertEqual((0, ""), (done.returncode, done.stderr))


class JarsTest(unittest.TestCase):

    def test_every_jar_of_ours_has_its_licence_its_notice_and_its_bill_of_materials(self):
        jars = [jar for jar in ROOT.glob("*/target/schedbook-*.jar") if not jar.stem.endswith("tests")]
        self.assertEqual(3, len(jars), jars)
        jars += [*ROOT.glob("kernel-ext/target/tools/*.jar"), *ROOT.glob("kernel-ext/target/hidden-tests/*.jar")]
        self.assertEqual(5, len(jars), jars)
        for jar in jars:
            with zipfile.ZipFile(jar) as file:
                self.assertEqual((ROOT / "LICENSE").read_bytes(), file.read("META-INF/LICENSE"))
                self.assertEqual((ROOT / "NOTICE").read_bytes(), file.read("META-INF/NOTICE"))
                self.assertIn(b"CycloneDX", file.read("META-INF/sbom/bom.json"))

    def test_the_sources_and_the_licence_of_what_runs_in_the_kernel_are_beside_it(self):
        [jar] = [jar for jar in ROOT.glob("bpf/target/schedbook-bpf-*.jar") if not jar.stem.endswith("tests")]
        with zipfile.ZipFile(jar) as file:
            names = set(file.namelist())
            self.assertIn(OBJECT, names)
            for source in (ROOT / "bpf/src/main/c").iterdir():
                self.assertIn(f"org/schedbook/bpf/source/src/main/c/{source.name}", names)
            self.assertIn(b"GNU GENERAL PUBLIC LICENSE", file.read("org/schedbook/bpf/source/LICENSE"))


if __name__ == "__main__":
    unittest.main()
