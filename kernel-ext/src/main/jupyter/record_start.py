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
    # The JVM records only without the cache that it records for.
    manager.kernel_spec.argv = [word for word in manager.kernel_spec.argv if not word.startswith("-XX:AOTCache=")]
    options = f"-XX:AOTMode=record -XX:AOTConfiguration={pathlib.Path(configuration).resolve()}"
    with tempfile.TemporaryDirectory() as directory:
        manager.start_kernel(cwd=directory, env=os.environ | {"JDK_JAVA_OPTIONS": options})
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
    main(*sys.argv[1:])
