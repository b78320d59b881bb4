"""What the launcher and its scripts do on machines other than this one."""

import json
import os
import pathlib
import platform
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

from session import Session, environment

ROOT = pathlib.Path(__file__).resolve().parents[4]
LAUNCHER = ROOT / "schedbook"
GUEST = ROOT / "runtime" / "guest"


HELD = """public class Held extends Policy {
    private final ArrayDeque<Task> waiting = new ArrayDeque<>();

    public void enqueue(Task task, long enqFlags) {
        waiting.add(task);
    }

    public void dequeue(Task task, long deqFlags) {
        waiting.remove(task);
    }

    public void dispatch(int cpu, Task prev) {
        Task next = waiting.poll();
        if (next != null) {
            insert(next, Dsq.LOCAL, SLICE_DFL_NS, 0);
        }
    }
}"""


def program(path, text):
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


class QemuTest(unittest.TestCase):
    """runtime/guest/qemu: which QEMU guests run in."""

    long = True  # for run_tests.py

    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        here = pathlib.Path(self.directory.name)
        self.guest, self.bin = here / "guest", here / "bin"
        self.bin.mkdir()
        self.system = self.bin / "qemu-system-x86_64"

    def system_has(self, version):
        program(self.system, f"echo 'QEMU emulator version {version} (Debian)'")

    def qemu(self, *arguments, **variables):
        known = {k: v for k, v in os.environ.items() if k != "SCHEDBOOK_QEMU"}
        done = subprocess.run(
            [GUEST / "qemu", *arguments], capture_output=True, text=True, timeout=300, check=True,
            env=known | {"SCHEDBOOK_GUEST": str(self.guest), "PATH": f"{self.bin}:{os.environ['PATH']}"} | variables)
        return done.stdout.strip(), done.stderr

    def test_a_system_with_a_new_one_uses_it_and_gives_back_what_was_brought(self):
        self.system_has("8.1.0")
        (self.guest / "qemu" / "current").mkdir(parents=True)
        self.assertEqual((str(self.system), ""), self.qemu("--bring"))
        self.assertFalse((self.guest / "qemu").exists())

    def test_a_system_with_an_old_one_gets_a_new_one_and_stays_as_it_is(self):
        self.system_has("7.2.22")
        used, errors = self.qemu("--bring")
        if used == str(self.system):
            self.skipTest("none could be had here: " + errors)
        self.assertRegex(errors, r"\Afetching a newer QEMU than the system's 7\.2\.22, [^\n]*\n\Z")
        self.assertTrue(used.startswith(str(self.guest.resolve())), used)
        self.assertRegex(subprocess.check_output([used, "--version"], text=True), r"version (8\.[1-9]|9|\d\d)")
        self.assertTrue((pathlib.Path(used).parent / "data" / "bios-256k.bin").is_file())
        self.assertEqual((used, ""), self.qemu())
        self.assertEqual((used, ""), self.qemu("--bring", SCHEDBOOK_DEBIAN_MIRROR="http://127.0.0.1:9/"))

    def test_where_none_can_be_had_the_systems_is_used_with_a_word_said_once_a_day(self):
        self.system_has("7.2.22")
        nowhere = {"SCHEDBOOK_DEBIAN_MIRROR": "http://127.0.0.1:9/"}
        used, errors = self.qemu("--bring", **nowhere)
        self.assertEqual(str(self.system), used)
        self.assertIn("guests run in the system's 7.2.22, emulated ones with their CPUs in turn", errors)
        self.assertEqual((used, ""), self.qemu("--bring", **nowhere))
        self.assertEqual([], list((self.guest / "qemu").glob(".bringing*")))

    def test_one_that_does_not_start_on_this_system_is_not_used(self):
        self.system_has("7.2.22")
        # In the place of what is unpacked: a program whose library is missing.
        program(self.bin / "dpkg-deb", "set -e\nmkdir -p \"$3\"/usr/bin \"$3\"/usr/share/qemu \"$3\"/usr/share/seabios\n"
                "printf '#!/bin/sh\\necho libfdt.so.1 is missing >&2; exit 127\\n' >\"$3/usr/bin/qemu-system-x86_64\"\n"
                "chmod +x \"$3/usr/bin/qemu-system-x86_64\"")
        program(self.bin / "apt-get", "case $* in *indextargets*) echo http://127.0.0.1:9/ bookworm ;; "
                "*download*) touch one.deb ;; esac")
        used, errors = self.qemu("--bring")
        self.assertEqual(str(self.system), used)
        self.assertIn("libfdt.so.1 is missing", errors)

    def test_the_one_that_a_person_names_is_used(self):
        self.system_has("7.2.22")
        self.assertEqual(("/opt/mine/qemu", ""), self.qemu("--bring", SCHEDBOOK_QEMU="/opt/mine/qemu"))
        self.assertFalse(self.guest.exists())



class PathsTest(unittest.TestCase):
    """The launcher in a checkout whose path has what shells, sed, JSON and Java's option files take for theirs."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.work = pathlib.Path(directory.name).resolve() / "my lab & 'half' a\\b|c \"d\""
        self.checkout, self.home = self.work / "check out", self.work / "ho me"
        for part in ("jupyter", "labextension"):
            shutil.copytree(ROOT / "kernel-ext/src/main" / part, self.checkout / "kernel-ext/src/main" / part)
        built = self.checkout / "kernel-ext/target"
        built.mkdir()
        for made in (*ROOT.glob("kernel-ext/target/schedbook-kernel-ext-*.jar"), ROOT / "kernel-ext/target/lib"):
            (built / made.name).symlink_to(made)
        script = LAUNCHER.read_text()
        (self.checkout / "functions").write_text(script[:script.index("\nwhile [[ ${1:-} == --kernel ]]")])
        (self.home / "cache/schedbook").mkdir(parents=True)
        self.spec = self.home / "data/kernels/schedbook"
        self.extension = self.home / "data/labextensions/schedbook"

    def launcher(self, commands):
        """Runs functions of the launcher, with all that it makes below the directory of the test."""
        variables = {"HOME": self.home, "XDG_CACHE_HOME": self.home / "cache", "SCHEDBOOK_GUEST": self.home / "guest",
                     "JUPYTER_DATA_DIR": self.home / "data"}
        java = subprocess.check_output(["bash", "-c", 'readlink -f "$(command -v javac)"'], text=True).strip()
        home = os.environ.get("JAVA_HOME", java.removesuffix("/bin/javac"))
        return subprocess.run(
            ["bash", "-c", f'source ./functions; JAVA_HOME="{home}"; venv="{sys.prefix}"; {commands}'],
            cwd=self.checkout, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
            env=os.environ | {name: str(value) for name, value in variables.items()})

    def test_the_kernel_is_where_it_is_said_to_be_and_clean_leaves_nothing_of_it(self):
        done = self.launcher("venv=$venvs/none; set_up_kernelspec")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        java, options, cache, guest, _, path, *_ = json.loads((self.spec / "kernel.json").read_text())["argv"]
        self.assertTrue(os.access(java, os.X_OK), java)
        self.assertEqual(f"@{self.checkout}/kernel-ext/src/main/jupyter/jvm.options", options)
        self.assertEqual(f"-XX:AOTCache={self.checkout}/kernel-ext/target/start.aot", cache)
        self.assertEqual(f"-Dschedbook.guest={self.home}/guest", guest)
        jar, libraries = path.split(":")
        self.assertTrue(pathlib.Path(jar).is_file(), jar)
        self.assertEqual(f"{self.checkout}/kernel-ext/target/lib/*", libraries)
        lab = json.loads((self.extension / "package.json").read_text())["jupyterlab"]
        self.assertTrue((self.extension / lab["_build"]["load"]).is_file())

        done = self.launcher("clean_command")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual([], [path for path in (self.spec, self.extension, self.checkout / "kernel-ext/target")
                              if path.exists()])
        self.assertTrue(any(ROOT.glob("kernel-ext/target/lib/*.jar")), "what is linked to is not removed")

    def test_whoever_waits_for_another_set_up_says_so(self):
        self.assertEqual("", self.launcher("wait_for_others").stderr)
        other = '(exec 9>"$cache/.lock"; flock 9; touch held; sleep 1; touch done) & until [ -e held ]; do sleep .1; done'
        done = self.launcher(f"{other}; wait_for_others; ls done")
        self.assertEqual(("done\n", "Another set-up is under way; this one waits for its end.\n"),
                         (done.stdout, done.stderr))

    def test_a_cache_that_others_can_write_to_is_not_run(self):
        with tempfile.TemporaryDirectory() as here:
            cache = pathlib.Path(here, "schedbook")
            cache.mkdir()
            cache.chmod(0o757)
            variables = os.environ | {"XDG_CACHE_HOME": here, "JUPYTER_DATA_DIR": here}
            for change, words in ((lambda: None, "can be written to by others"),
                                  (lambda: cache.chmod(0o755) or os.chown(cache, 4711, -1), "belongs to user 4711")):
                if words.startswith("belongs") and os.geteuid():
                    continue  # only root gives files away
                change()
                done = subprocess.run([LAUNCHER, "set-up"], env=variables, capture_output=True, text=True, timeout=60)
                self.assertEqual(1, done.returncode, done.stderr)
                self.assertIn(f"schedbook: {cache} {words}", done.stderr)
                self.assertEqual([], list(cache.iterdir()))

    def test_no_module_of_the_directory_that_somebody_is_in_is_run(self):
        for module in ("venv", "ensurepip", "pip", "typing", "json"):
            (self.checkout / f"{module}.py").write_text('open("was-run", "w")\n')
        # An environment that is not there is made; without a network that fails, and late enough.
        self.launcher("venv=$venvs/none; has_venv; make_venv \"$HOME/made\" /dev/null; install_requirements /dev/null \"$HOME/done\"")
        self.assertTrue((self.home / "made/bin/python").exists())
        self.assertFalse((self.checkout / "was-run").exists())
        self.assertNotRegex(LAUNCHER.read_text(), r'python3?"? -[mc]', "but with -I before it")

    def test_an_address_is_shown_without_secrets_and_nothing_in_it_is_obeyed(self):
        for address, seen in (
                ("https://user:PASSWORD@host:8080/v1?api-key=SECRET#part", "https://host:8080/v1"),
                ("user:PASS?WORD/x@host/v1", "host/v1"),
                ("http://host\x1b[2J\x07\n/v1", "http://host^[[2J^G/v1"),
                ("http://host/\u202ev1", "http://host/M-bM-^@M-.v1")):
            done = self.launcher(f"address={shlex.quote(address)}; shown \"$address\"")
            self.assertEqual((seen + "\n", ""), (done.stdout, done.stderr))
        done = self.launcher("OPENAI_API_KEY=k OPENAI_BASE_URL=https://user:PASSWORD@host/v1?k=SECRET doctor_command")
        self.assertIn("https://host/v1, with a key", done.stdout)
        self.assertNotRegex(done.stdout + done.stderr, "PASSWORD|SECRET")

    def test_the_start_is_recorded_and_the_jvm_takes_the_record(self):
        done = self.launcher("set_up_kernelspec; set_up_start_cache")
        self.assertRegex(done.stderr, r"\Arecording how a notebook starts, .* \d+ s\n\Z",
                         (self.home / "cache/schedbook/setup.log").read_text())
        # With this mode a JVM that cannot use its record does not start.
        argv = [word for word in json.loads((self.spec / "kernel.json").read_text())["argv"]][:-2]
        taken = subprocess.run([*argv, "-XX:AOTMode=on", "--version"], capture_output=True, text=True, timeout=60)
        self.assertEqual(0, taken.returncode, taken.stdout + taken.stderr)
        self.assertEqual([], list(self.checkout.glob("kernel-ext/target/*.record")))

    def test_a_record_that_fails_is_a_line_and_no_stack_trace(self):
        for broken in ("/bin/false", "/no such/java"):
            done = self.launcher(f"set_up_kernelspec; sed -i 's|\"/[^\"]*/bin/java\"|\"{broken}\"|' \"$kernelspec/kernel.json\"; "
                                 "set_up_start_cache; echo goes on")
            self.assertEqual("goes on\n", done.stdout)
            steps, said, rest = done.stderr.split("\n")
            self.assertRegex(steps, r"\Arecording how a notebook starts")
            self.assertRegex(said, r"\ANothing is recorded; notebooks start all the same, about a second later\. "
                                   r"In \S.*/setup\.log: \w+: \S")
            self.assertEqual("", rest)


class BenchTest(unittest.TestCase):

    def test_the_benchmarks_that_are_listed_are_those_that_there_are(self):
        listed = subprocess.run([LAUNCHER, "bench"], capture_output=True, text=True, check=True, timeout=60).stdout
        names = [line.split()[0] for line in listed.splitlines()]
        functions = re.findall(r"(?m)^bench_(?!command)(\w+)\(\)", LAUNCHER.read_text())
        self.assertEqual(sorted(functions), sorted(name.replace("-", "_") for name in names))
        for name in ("nope", "in_kernel", "in-kernel policies"):
            refused = subprocess.run([LAUNCHER, "bench", name], capture_output=True, text=True, timeout=60)
            self.assertEqual((1, f"schedbook: There is no benchmark {name}; ./schedbook bench lists them.\n"),
                             (refused.returncode, refused.stderr))


class MatrixTest(unittest.TestCase):
    long = True  # for run_tests.py

    def test_every_policy_that_is_published_runs_on_the_oldest_and_the_newest_kernel_of_the_archive(self):
        done = subprocess.run([LAUNCHER, "matrix", "--published", "--oldest", "--newest"], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=3600)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        both = ", ".join(rf"{name} \d+, {name}@kernel \d+" for name in ("fifo", "rr", "vtime"))
        kernels = re.findall(rf"(?m)^ok +(\d+\.\d+)\..* s  {both}, \d+ published and \d+ by hand in the kernel$",
                             done.stdout)
        self.assertEqual(2, len(set(kernels)), done.stdout)


class ForeignGuestTest(unittest.TestCase):
    """A guest whose CPUs are not this machine's; loads are small, for all of it is emulated."""

    long = True  # for run_tests.py

    ARCH = "arm64" if platform.machine() == "x86_64" else "amd64"

    @classmethod
    def setUpClass(cls):
        cls.added = subprocess.run([LAUNCHER, "guest", "add", cls.ARCH], stdin=subprocess.DEVNULL,
                                   capture_output=True, text=True, timeout=900)

    def test_a_policy_compiled_here_schedules_the_other_kernel(self):
        self.assertEqual(0, self.added.returncode, self.added.stdout + self.added.stderr)
        session = Session(env=environment())
        self.addCleanup(session.close)
        load = "perf bench -f simple sched messaging -t -g 1 -l 10"
        for code, shown in (
                (f"%target vm --arch {self.ARCH}", f"an {self.ARCH} guest"),
                ("%shell uname -m", {"arm64": "aarch64", "amd64": "x86_64"}[self.ARCH]),
                ("%attach fifo", "enabled"), (f"%shell {load}", r"\d+\.\d+"),
                ("%attach vtime", "enabled"), (f"%shell {load}", r"\d+\.\d+"),
                (f"%%policy held\n{HELD}", "held"), ("%attach held", "enabled"), (f"%shell {load}", r"\d+\.\d+"),
                ("%status", "(?s)held.*enabled"), ("%detach", "disabled"),
                ("%attach fifo --in-kernel", "enabled"), (f"%shell {load}", r"\d+\.\d+"), ("%detach", "disabled"),
                ("%bench batch:jobs=2 --only -p fifo -n 1 --warm-ups 0", r"(?m)fifo +\d")):
            cell = session.run(code, 600)
            self.assertEqual("ok", cell.reply["status"], code + cell.shown() + cell.shown("text/html"))
            self.assertRegex(cell.shown(), shown, code)
        cell = session.run("%target vm --clock instructions", 60)
        self.assertRegex(cell.shown() + str(cell.reply), "a clock of instructions is for amd64")

    def test_its_own_architecture_and_one_unknown_are_refused_in_words(self):
        for arch, said in (("", "Which architecture?"), ("sparc", "Which architecture?"),
                           ({"arm64": "amd64", "amd64": "arm64"}[self.ARCH], "this machine's own")):
            refused = subprocess.run([LAUNCHER, "guest", "add", *arch.split()], stdin=subprocess.DEVNULL,
                                     capture_output=True, text=True, timeout=60)
            self.assertEqual(1, refused.returncode)
            self.assertIn(said, refused.stderr)


if __name__ == "__main__":
    unittest.main()
