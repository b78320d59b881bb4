"""Start the Schedbook kernel that this file is installed beside, on a JDK 25 or newer."""

import glob
import os
import pathlib
import re
import shutil
import sys

HERE = pathlib.Path(__file__).resolve().parent


def candidates():
    """Where JDKs are, as ./schedbook looks for them."""
    if "JAVA_HOME" in os.environ:
        yield pathlib.Path(os.environ["JAVA_HOME"])
    javac = shutil.which("javac")
    if javac:
        yield pathlib.Path(javac).resolve().parents[1]
    for pattern in ("/usr/lib/jvm/*", "/usr/java/*", "~/.sdkman/candidates/java/*", "~/.jdks/*"):
        yield from map(pathlib.Path, sorted(glob.glob(os.path.expanduser(pattern))))


def is_jdk(home):
    """Read from its release file: starting it would take longer."""
    try:
        version = re.search(r'^JAVA_VERSION="(\d+)', (home / "release").read_text(), re.MULTILINE)
    except OSError:
        return False
    return version is not None and int(version[1]) >= 25 and (home / "bin" / "javac").exists()


def main():
    home = next(filter(is_jdk, candidates()), None)
    if home is None:
        sys.exit("Schedbook needs a JDK 25 or newer: install one below /usr/lib/jvm, or set JAVA_HOME.")
    java = str(home / "bin" / "java")
    os.execv(java, [java, f"@{HERE / 'jvm.options'}", "-cp", str(HERE / "lib" / "*"),
                    "org.schedbook.jupyter.SchedbookKernel", *sys.argv[1:]])


main()
