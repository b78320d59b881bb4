#!/usr/bin/env python3
"""Measure how fast a cell prints, how soon an interrupt ends one that prints without an end, and how long a cell takes
that declares much.

The kernel of Schedbook, by turns with a stock JJava kernel and with ipykernel. Prints one JSON object a line: the
median and the range of each metric.
"""

import contextlib
import json
import pathlib
import statistics
import subprocess
import sys
import time

from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpec

RUNS = 5
TIMEOUT = 300

JAVA = ("for (int i = 0; i < {n}; i++) System.out.println(i);", "for (int i = 0; ; i++) System.out.println(i);")
PYTHON = ("for i in range({n}): print(i)", "i = 0\nwhile True:\n    i += 1\n    print(i)")

# Lines that take a second or some: JJava sends a message for each.
KERNELS = {
    "schedbook": (JAVA, 100_000),
    "jjava": (JAVA, 300),
    "ipykernel": (PYTHON, 100_000),
}

# Java alone: JShell compiles each declaration by itself.
DECLARATIONS = "\n".join(f"int v{{turn}}_{i} = {i};" for i in range(300))


def manager(name):
    if name != "jjava":
        return KernelManager(kernel_name={"schedbook": "schedbook", "ipykernel": "python3"}[name])
    jars = pathlib.Path(sys.prefix, "share/jupyter/kernels/java")
    stock = KernelManager()
    stock._kernel_spec = KernelSpec(
        argv=["java", "-jar", str(jars / "jjava-launcher.jar"), str(jars / "jjava.jar"), "{connection_file}"],
        interrupt_mode="message", language="java", display_name="Java")
    return stock


@contextlib.contextmanager
def started(name):
    kernel = manager(name)
    kernel.start_kernel(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    client = kernel.client()
    try:
        client.start_channels()
        client.wait_for_ready(timeout=TIMEOUT)
        yield kernel, client
    finally:
        client.stop_channels()
        kernel.shutdown_kernel(now=True)


def run(client, code, interrupt=None):
    """Seconds until a cell is done: all it has printed is here, and so is its reply."""
    lines = 0
    began = time.monotonic()
    msg_id = client.execute(code, allow_stdin=False)
    while True:
        m = client.get_iopub_msg(timeout=TIMEOUT)
        if m["parent_header"].get("msg_id") != msg_id:
            continue
        if m["msg_type"] == "stream":
            lines += m["content"]["text"].count("\n")
        if interrupt and time.monotonic() - began > 2:
            interrupt()
            interrupt, began = None, time.monotonic()
        if m["msg_type"] == "status" and m["content"]["execution_state"] == "idle":
            break
    while client.get_shell_msg(timeout=TIMEOUT)["parent_header"].get("msg_id") != msg_id:
        pass
    return time.monotonic() - began, lines


def main():
    rates = {name: [] for name in KERNELS}
    interrupts = {name: [] for name in KERNELS}
    with contextlib.ExitStack() as running:
        clients = {name: running.enter_context(started(name))[1] for name in KERNELS}
        for turn in range(RUNS + 1):
            for name, ((bounded, _), n) in KERNELS.items():
                seconds, lines = run(clients[name], bounded.format(n=n))
                if lines != n:
                    sys.exit(f"{name} has shown {lines} of {n} lines")
                if turn > 0:  # the first compiles and loads
                    rates[name].append(n / seconds)
        declarations = {"schedbook": [], "jjava": []}
        for turn in range(RUNS + 1):
            for name, seconds in declarations.items():
                took, _ = run(clients[name], DECLARATIONS.replace("{turn}", str(turn)))
                if turn > 0:
                    seconds.append(took)
    report("output.lines", "line/s", 0, rates)
    report("output.declarations", "s", 1, declarations)
    for _ in range(RUNS):
        for name, ((_, endless), _) in KERNELS.items():
            with started(name) as (kernel, client):  # stock JJava's loop goes on behind
                interrupts[name].append(run(client, endless, kernel.interrupt_kernel)[0])
    report("output.interrupt", "s", 3, interrupts)


def report(metric, unit, digits, samples):
    ours = statistics.median(samples["schedbook"])
    for name, values in samples.items():
        value = statistics.median(values)
        print(json.dumps({
            "metric": f"{metric}.{name}", "value": round(value, digits), "unit": unit,
            "peer": None if name == "schedbook" else "schedbook",
            "ratio": None if name == "schedbook" else round(value / ours, 4),
            "low": round(min(values), digits), "high": round(max(values), digits), "n": len(values)},
            separators=(",", ":")), flush=True)


if __name__ == "__main__":
    main()
