"""Start the Schedbook kernel that this file is installed beside, on a JDK 25 or newer."""

import os
import pathlib
import sys

from schedbook import guest, jdk, system

HERE = pathlib.Path(__file__).resolve().parent


def main():
    home = jdk.find()
    if home is None:
        sys.exit(f"Schedbook needs a JDK {jdk.OLDEST} or newer. {system.how_to_get_a_jdk()}")
    java = str(home / "bin" / "java")
    os.execv(java, [java, f"@{HERE / 'jvm.options'}", f"-Dschedbook.guest={guest.directory()}",
                    "-cp", str(HERE / "lib" / "*"), "org.schedbook.jupyter.SchedbookKernel", *sys.argv[1:]])


main()
