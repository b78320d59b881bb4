"""Where a JDK 25 or newer is on this machine, looked for as ./schedbook does."""

import glob
import os
import pathlib
import re
import shutil

OLDEST = 25


def candidates():
    if os.environ.get("JAVA_HOME"):
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
    except (OSError, UnicodeDecodeError):
        return False
    return version is not None and int(version[1]) >= OLDEST and all(
        (home / "bin" / tool).exists() for tool in ("javac", "jlink"))


def find():
    """The first that there is, or None."""
    return next(filter(is_jdk, candidates()), None)
