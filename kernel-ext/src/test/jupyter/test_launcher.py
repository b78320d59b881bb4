"""What the launcher and its scripts do on machines other than this one."""

import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[4]
GUEST = ROOT / "runtime" / "guest"


def program(path, text):
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


class QemuTest(unittest.TestCase):
    """runtime/guest/qemu: which QEMU guests run in."""

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

class MatrixTest(unittest.TestCase):

    def test_every_policy_runs_on_the_oldest_kernel_that_the_archive_has(self):
        done = subprocess.run([ROOT / "schedbook", "matrix", "--oldest"], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=900)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"(?m)^ok +\d+\.\d+.* s  fifo \d+, rr \d+, vtime \d+")


if __name__ == "__main__":
    unittest.main()
