#!/usr/bin/env python3
"""Measure how long a notebook takes to start, with and without what set-up has recorded of earlier starts.

Prints one JSON object a line: the median and the range of each metric.
"""

import json
import os
import statistics
import time

from jupyter_client import KernelManager

RUNS = 10
TIMEOUT = 120


def start(options):
    """Seconds from nothing to a kernel that answers, and to the end of a first cell with a magic of ours."""
    began = time.monotonic()
    manager = KernelManager(kernel_name="schedbook")
    manager.start_kernel(env=os.environ | ({"JDK_JAVA_OPTIONS": options} if options else {}))
    try:
        client = manager.client()
        client.start_channels()
        client.wait_for_ready(timeout=TIMEOUT)
        ready = time.monotonic() - began
        client.execute_interactive("%lsmagic", timeout=TIMEOUT, output_hook=lambda _: None)
        return ready, time.monotonic() - began
    finally:
        manager.shutdown_kernel(now=True)


def main():
    variants = {"cached": "", "plain": "-XX:AOTMode=off"}
    samples = {(metric, name): [] for metric in ("ready", "first-cell") for name in variants}
    for run in range(RUNS + 1):
        for name, options in variants.items():
            ready, first = start(options)
            if run > 0:  # the first of each fills the page cache
                samples["ready", name].append(ready)
                samples["first-cell", name].append(first)
    for (metric, name), values in samples.items():
        print(json.dumps({
            "metric": f"start.{metric}.{name}", "value": round(statistics.median(values), 3), "unit": "s",
            "peer": None, "ratio": None, "low": round(min(values), 3), "high": round(max(values), 3),
            "n": len(values)}, separators=(",", ":")), flush=True)


if __name__ == "__main__":
    main()
