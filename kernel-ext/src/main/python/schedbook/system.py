"""What a guest takes of this system, and how it is had on each: one line to type."""

import os
import pathlib
import shlex
import shutil

# Program: its package for apt, dnf and pacman; and what it is for.
NEEDS = {
    "qemu-system-x86_64": ("qemu-system-x86", "qemu-system-x86-core", "qemu-system-x86", "runs the guest"),
    "mke2fs": ("e2fsprogs", "e2fsprogs", "e2fsprogs", "makes the disks of the guest"),
}
# Builds the guest's system out of Debian's archive; elsewhere one that was built there is imported.
BUILDS = {
    "mmdebstrap": "mmdebstrap",
    "apt-get": "apt",
    "newuidmap": "uidmap",
}
KEYS = pathlib.Path("/usr/share/keyrings/debian-archive-keyring.gpg")

JDKS = {
    "debian": "sudo apt-get install -y openjdk-25-jdk-headless  (Debian 13 and newer; older ones have none)",
    "ubuntu": "sudo apt-get install -y openjdk-25-jdk-headless",
    "fedora": "sudo dnf install -y java-25-openjdk-devel",
    "arch": "sudo pacman -S --noconfirm jdk25-openjdk",
}
INSTALL = {
    "debian": "sudo apt-get install -y --no-install-recommends",
    "fedora": "sudo dnf install -y",
    "arch": "sudo pacman -S --noconfirm",
}
COLUMN = {"debian": 0, "fedora": 1, "arch": 2}


def families(release=pathlib.Path("/etc/os-release")):
    """This system's name and those of what it is made from: ubuntu, debian."""
    try:
        lines = release.read_text(errors="replace").splitlines()
    except OSError:
        return []
    said = dict(line.split("=", 1) for line in lines if "=" in line)
    return [name for key in ("ID", "ID_LIKE") for name in " ".join(_words(said.get(key, ""))).split()]


def _words(value):
    try:
        return shlex.split(value)
    except ValueError:
        return []


def family(names=None):
    """debian, fedora or arch, whose packages this system has; None for any other."""
    return next((name for name in (families() if names is None else names) if name in INSTALL), None)


def how_to_get_a_jdk(names=None):
    names = families() if names is None else names
    elsewhere = ("unpack a build for Linux (Eclipse Temurin, Amazon Corretto, Azul Zulu) below /usr/lib/jvm or ~/.jdks,"
                 " or set JAVA_HOME to where one is")
    line = next((JDKS[name] for name in names if name in JDKS), None)
    return f"Type: {line}; or {elsewhere}." if line else f"{elsewhere[0].upper()}{elsewhere[1:]}."


def has(program):
    return shutil.which(program, path=os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin") is not None


def missing():
    """The programs without which no guest runs, each with what it is for."""
    return {program: need[-1] for program, need in NEEDS.items() if not has(program)}


def can_build():
    """Whether a guest's system can be built here: that takes Debian's tools, and without root a range of ids."""
    return all(has(program) for program in BUILDS if program != "newuidmap" or os.geteuid()) and KEYS.exists()


def how_to_get(programs, names=None):
    """The line that installs these, or their names where this system's packages are not known."""
    known = family(names)
    if known is None:
        return "Install " + ", ".join(programs) + "."
    packages = sorted({NEEDS[program][COLUMN[known]] if program in NEEDS else BUILDS[program] for program in programs})
    return f"Type: {INSTALL[known]} {' '.join(packages)}"


def how_to_build(names=None):
    """What to do where the guest's system cannot be built."""
    if family(names) == "debian":
        wanted = [program for program in BUILDS if not has(program)]
        keys = "" if KEYS.exists() else " debian-archive-keyring"
        return how_to_get(wanted, names) + keys if wanted else f"Type: {INSTALL['debian']}{keys}"
    return ("It is built with Debian's tools. On a Debian or Ubuntu machine type: schedbook guest export FILE;"
            " bring the file here, and type: schedbook guest import FILE")
