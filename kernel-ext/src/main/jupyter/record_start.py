#!/usr/bin/env python3
"""Start the notebook kernel and do what a notebook does first, so that the JVM can record it.

record_start.py KERNELSPEC CONFIGURATION: from the configuration java -XX:AOTMode=create makes the
cache with which later kernels start.
"""

import os
import pathlib
import sys
import tempfile

from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpecManager

TIMEOUT = 120

CELLS = [
    "%lsmagic",
    "int answer = 6 * 7;\nanswer",
    "%%policy recorded\npublic class Recorded extends Policy {\n"
    "    public void enqueue(Task task, long enqFlags) {\n"
    "        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);\n    }\n}",
    "%sched",
]


def main(kernelspec, configuration):
    kernelspec = pathlib.Path(kernelspec).resolve()
    manager = KernelManager(
        kernel_name=kernelspec.name,
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(kernelspec.parent)], ensure_native_kernel=False))
    # The JVM records only without the cache that it records for. Options in an environment variable
    # would be split at the blanks of a path.
    java, *words = manager.kernel_spec.argv
    manager.kernel_spec.argv = [
        java, "-XX:AOTMode=record", f"-XX:AOTConfiguration={pathlib.Path(configuration).resolve()}",
        *(word for word in words if not word.startswith("-XX:AOTCache="))]
    with tempfile.TemporaryDirectory() as directory:
        manager.start_kernel(
            cwd=directory, env={name: value for name, value in os.environ.items() if name != "JDK_JAVA_OPTIONS"})
        try:
            client = manager.client()
            client.start_channels()
            client.wait_for_ready(timeout=TIMEOUT)
            for cell in CELLS:
                if client.execute_interactive(cell, timeout=TIMEOUT, output_hook=lambda _: None)["content"]["status"] != "ok":
                    sys.exit(f"failed: {cell}")
            client.shutdown()
            # The JVM writes as it exits.
            manager.provisioner.process.wait(TIMEOUT)
        finally:
            manager.shutdown_kernel(now=True)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Exception as e:  # whatever it is, notebooks start all the same
        sys.exit(f"{type(e).__name__}: {e}")
