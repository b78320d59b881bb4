"""A guest's image as one file: what was exported is imported, and nothing else is."""

import gzip
import hashlib
import io
import os
import pathlib
import platform
import subprocess
import sys
import tarfile
import tempfile
import unittest

PYTHON = pathlib.Path(__file__).resolve().parents[2] / "main" / "python"
PROGRAM = PYTHON / "schedbook" / "guest.py"
sys.path.insert(0, str(PYTHON))

from schedbook import guest, system

KEY = "0123456789ab"


def kernel(kind):
    at, magic = guest.KERNELS[kind]
    return b"\0" * at + magic + b"\0" * 5000


class ImageTest(unittest.TestCase):

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.work = pathlib.Path(directory.name)
        self.parts = {
            "vmlinuz": kernel(platform.machine()), "initrd": os.urandom(3000), "root.ext4": os.urandom(1 << 20),
            "guest.properties": f"kernel=7.3\nkey={KEY}\n".encode()}

    def guest(self, directory, *arguments):
        return subprocess.run(
            [sys.executable, PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=120,
            env=dict(os.environ, SCHEDBOOK_GUEST=str(self.work / directory)))

    def has_image(self, directory):
        image = self.work / directory / "base" / KEY
        image.mkdir(parents=True)
        for name, content in self.parts.items():
            (image / name).write_bytes(content)
        (image.parent / "current").symlink_to(KEY)

    def pack(self, members, name="image.tgz"):
        """An archive that somebody else made; members are (TarInfo or name, content)."""
        path = self.work / name
        with tarfile.open(path, "w:gz") as tar:
            for info, content in members:
                if isinstance(info, str):
                    info = tarfile.TarInfo(info)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
        return path

    def listed(self, **changes):
        parts = self.parts | {name.replace("_", "."): content for name, content in changes.items()}
        sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in parts.items())
        return [(guest.SUMS, sums.encode()), *parts.items()]

    def assert_refused(self, path, words):
        done = self.guest("there", "import", path)
        self.assertEqual((1, ""), (done.returncode, done.stdout), done.stderr)
        self.assertRegex(done.stderr, r"\Aschedbook: [^\n]*\n\Z")
        self.assertIn(words, done.stderr)
        self.assertEqual([], list((self.work / "there" / "base").glob("*")))

    def test_what_was_exported_is_imported_and_is_what_guests_run_on(self):
        self.has_image("here")
        done = self.guest("here", "export", self.work / "image.tgz")
        self.assertEqual(0, done.returncode, done.stderr)
        digest = hashlib.sha256((self.work / "image.tgz").read_bytes()).hexdigest()
        self.assertEqual(f"{digest}  {self.work / 'image.tgz'}\n", done.stdout)
        done = self.guest("there", "import", self.work / "image.tgz", "--sha256", digest.upper())
        self.assertEqual(0, done.returncode, done.stderr)
        current = self.work / "there" / "base" / "current"
        self.assertEqual(KEY, os.readlink(current))
        for name, content in self.parts.items():
            self.assertEqual(content, (current / name).read_bytes())
        self.assertEqual(digest, (current / "imported").read_text().strip())
        # Again, and over itself.
        self.assertEqual(0, self.guest("there", "import", self.work / "image.tgz").returncode)
        self.assertEqual({KEY, "current"}, {path.name for path in current.parent.iterdir()})

    def test_the_same_image_is_the_same_file_whenever_it_is_exported(self):
        self.has_image("here")
        one, other = (self.guest("here", "export", self.work / name).stdout.split()[0] for name in ("a", "b"))
        self.assertEqual(one, other)

    def test_another_file_than_expected_is_not_imported(self):
        path = self.pack(self.listed())
        done = self.guest("there", "import", path, "--sha256", "0" * 64)
        self.assertEqual(1, done.returncode)
        self.assertIn("is not the file it should be", done.stderr)

    def test_where_there_is_no_image_or_no_file_that_is_said(self):
        done = self.guest("here", "export", self.work / "image.tgz")
        self.assertEqual((1, "schedbook: There is no guest image here yet: set-up makes one.\n"),
                         (done.returncode, done.stderr))
        self.assertFalse((self.work / "image.tgz").exists())
        done = self.guest("here", "import", self.work / "none")
        self.assertEqual((1, f"schedbook: {self.work / 'none'}: No such file or directory.\n"),
                         (done.returncode, done.stderr))
        done = self.guest("here", "import", self.work)
        self.assertIn("is no file", done.stderr)

    def test_what_is_no_file_is_neither_waited_for_nor_written_through(self):
        os.mkfifo(self.work / "pipe")
        (self.work / "zero").symlink_to("/dev/zero")
        for name in ("pipe", "zero"):
            self.assert_refused(self.work / name, "is no file")
        self.has_image("here")
        (self.work / "victim").write_text("precious")
        (self.work / "image.tgz.part").symlink_to(self.work / "victim")
        done = self.guest("here", "export", self.work / "image.tgz")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual("precious", (self.work / "victim").read_text())

    def test_an_image_for_another_machine_is_refused_by_its_kernel(self):
        other = next(kind for kind in guest.KERNELS if kind != platform.machine())
        self.assert_refused(self.pack(self.listed(vmlinuz=kernel(other))), f"holds a kernel for {other}, and this is")
        self.assert_refused(self.pack(self.listed(vmlinuz=b"MZ")), "no machine known here")

    def test_what_is_damaged_or_cut_short_is_refused(self):
        whole = self.pack(self.listed()).read_bytes()
        for length in (0, 10, 1000, len(whole) // 2, len(whole) - 2000):
            with self.subTest(length=length):
                (self.work / "cut.tgz").write_bytes(whole[:length])
                self.assert_refused(self.work / "cut.tgz", "cut.tgz is ")
        flipped = bytearray(gzip.decompress(whole))
        flipped[-20000] ^= 1
        (self.work / "flipped.tgz").write_bytes(gzip.compress(bytes(flipped)))
        self.assert_refused(self.work / "flipped.tgz", "is damaged")
        (self.work / "words.tgz").write_text("no archive at all")
        self.assert_refused(self.work / "words.tgz", "is damaged, or no guest image")
        self.assert_refused(self.pack(self.listed()[:-1]), "guest.properties is not in it")
        changed = [(name, b"x" if name == "initrd" else content) for name, content in self.listed()]
        self.assert_refused(self.pack(changed), "its initrd is not what the list in it says")

    def test_nothing_but_the_parts_of_an_image_is_taken_out_of_a_file(self):
        for name in ("../../escaped", "/tmp/escaped", "base/initrd", ".bashrc", "sbin/init"):
            with self.subTest(name=name):
                self.assert_refused(self.pack([(name, b"x"), *self.listed()]), "is no guest image: it holds")
        link = tarfile.TarInfo("initrd")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        self.assert_refused(self.pack([self.listed()[0], (link, b"")]), "is no guest image: it holds")
        self.assert_refused(self.pack([*self.listed(), ("initrd", b"x")]), "too large, or there twice")
        self.assert_refused(self.pack(self.listed()[1:]), "does not begin with SHA256SUMS")
        self.assertEqual([], list(self.work.glob("**/escaped")))

    def test_a_key_that_is_a_path_is_none(self):
        for key in ("../../../x", "0123456789ab/../..", "", "0123456789AB"):
            with self.subTest(key=key):
                properties = f"key={key}\n".encode()
                self.assert_refused(self.pack(self.listed(guest_properties=properties)), "does not say what it was made from")

    def test_a_part_that_unpacks_without_end_is_stopped_before_it_is_unpacked(self):
        path = self.work / "bomb.tgz"
        info = tarfile.TarInfo("guest.properties")
        info.size = 1 << 40
        with gzip.open(path, "wb") as packed:
            sums = tarfile.TarInfo(guest.SUMS)
            packed.write(sums.tobuf() + info.tobuf() + b"\0" * (1 << 22))
        self.assert_refused(path, "too large, or there twice")


class SystemTest(unittest.TestCase):
    """What is to be typed where something is missing."""

    def release(self, text):
        with tempfile.NamedTemporaryFile("w", suffix="os-release") as file:
            file.write(text)
            file.flush()
            return system.families(pathlib.Path(file.name))

    def test_systems_are_known_by_what_they_are_made_from(self):
        for text, family in (
                ('ID=debian\nVERSION_ID="13"', "debian"), ("ID=ubuntu\nID_LIKE=debian", "debian"),
                ('ID=linuxmint\nID_LIKE="ubuntu debian"', "debian"), ("ID=fedora", "fedora"),
                ('ID="rocky"\nID_LIKE="rhel centos fedora"', "fedora"), ("ID=arch", "arch"),
                ("ID=manjaro\nID_LIKE=arch", "arch"), ("ID=alpine", None), ("", None), ('ID="', None), ("x", None)):
            with self.subTest(text=text):
                self.assertEqual(family, system.family(self.release(text)))

    def test_each_is_told_its_own_line(self):
        lines = {name: system.how_to_get(["qemu-system-x86_64"], [name]) for name in ("debian", "fedora", "arch", "x")}
        self.assertEqual({
            "debian": "Type: sudo apt-get install -y --no-install-recommends qemu-system-x86",
            "fedora": "Type: sudo dnf install -y qemu-system-x86-core",
            "arch": "Type: sudo pacman -S --noconfirm qemu-system-x86",
            "x": "Install qemu-system-x86_64."}, lines)
        for name, word in (("debian", "openjdk-25"), ("fedora", "java-25"), ("arch", "jdk25"), ("alpine", "Temurin")):
            self.assertIn(word, system.how_to_get_a_jdk([name]))

    def test_where_none_can_be_built_an_image_comes_from_another_machine(self):
        self.assertIn("schedbook guest import FILE", system.how_to_build(["fedora"]))


if __name__ == "__main__":
    unittest.main()
