#!/usr/bin/env python3
"""Execute a notebook from top to bottom; keep the executed copy and an HTML page.

Exit status: 0 if every cell ran (or failed where it is tagged raises-exception),
1 if a cell failed, 2 if the notebook could not be run at all, 128 + n if signal n
stopped it. A cell that fails or is stopped does not keep the files from being written.
"""

import argparse
import asyncio
import os
import pathlib
import re
import secrets
import signal
import sys
import time
import unicodedata

# Until the notebook runs there is nothing to tidy up, and no traceback to show.
signal.signal(signal.SIGINT, signal.SIG_DFL)

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbconvert import HTMLExporter
from traitlets.config import Config

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def plain(text):
    """Foreign text for a terminal: what that would obey, or turn around, is written out."""
    text = COLOUR.sub("", str(text)).replace("\r\n", "\n")
    return "".join(c if c in "\t\n" or is_seen(c) or joins(text, i) else f"\\u{{{ord(c):x}}}" for i, c in enumerate(text))


def is_seen(c):
    return unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp")


def joins(text, at):
    """Two characters that some scripts and emoji need between their parts."""
    return text[at] in "\u200c\u200d" and at > 0 and ord(text[at - 1]) >= 0x590 and is_seen(text[at - 1])


def say(text, **options):
    print(plain(text), flush=True, **options)


# nbconvert leaves the alternative text of an image out.
PAGE = """{% extends 'lab/index.html.j2' %}
{% block data_png scoped %}
{%- set alt = output | get_metadata('alt', 'image/png') or '' -%}
{{ super() | replace('<img ', '<img alt="' ~ (alt | escape_html) ~ '" ', 1) if alt else super() }}
{%- endblock data_png %}"""


# What stands below a cell magic and is no Java.
LANGUAGES = {"%%prompt": "text", "%%answer": "text", "%%bpf": "c"}


class CannotRun(Exception):
    """Says in one line why there is nothing to run."""


def read(path):
    if path.exists() and not path.is_file() and not path.is_dir():
        raise CannotRun(f"{path}: is a pipe or a device, and no file")
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        return notebook
    except FileNotFoundError:
        raise CannotRun(f"{path}: no such file")
    except IsADirectoryError:
        raise CannotRun(f"{path}: is a directory")
    except OSError as e:
        raise CannotRun(f"{path}: {e.strerror}")
    except Exception as e:  # nbformat, json and jsonschema each have their own
        raise CannotRun(f"{path}: not a notebook ({str(e).splitlines()[0]})")


def first_line(source):
    line = next((l for l in source.splitlines() if l.strip()), "")
    return line if len(line) <= 60 else line[:59] + "…"


def message(output):
    """The text of an error output and of the card shown with it."""
    return f"{output.get('ename', 'error')}: {output.get('evalue', '')}"


class Terminal:
    """One line per code cell, finished when the cell is."""

    def __init__(self, notebook):
        self.total = sum(c.cell_type == "code" and bool(c.source.strip()) for c in notebook.cells)
        self.number = 0
        self.failures = []

    def start(self, cell, cell_index):
        self.number += 1
        self.started = time.monotonic()
        say(f"[{self.number}/{self.total}] {first_line(cell.source)}", end=" ")

    def end(self, cell, cell_index, execute_reply):
        seconds = time.monotonic() - self.started
        content = execute_reply["content"]
        if content["status"] != "error":
            print(f"({seconds:.1f} s)", flush=True)
        elif "raises-exception" in cell.metadata.get("tags", []):
            print(f"({seconds:.1f} s, fails as it is meant to)", flush=True)
        else:
            print(f"({seconds:.1f} s) FAILED", flush=True)
            self.failures.append(f"cell {self.number}: {message(content)}")
            for output in cell.outputs:
                text = output.get("data", {}).get("text/plain", "")
                if output.output_type == "display_data" and content["evalue"] in text:
                    self.failures.append(text)


class Client(NotebookClient):
    """Ends on a signal as after a failed cell: the kernel is asked to shut down, and may clean up."""

    stopped = None

    async def async_start_new_kernel(self, **kwargs):
        # Here, because nbclient has just installed handlers that end in a traceback.
        loop, task = asyncio.get_running_loop(), asyncio.current_task()

        def stop(number):
            self.stopped = number
            task.cancel()

        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop, number)
        await super().async_start_new_kernel(**kwargs)

    async def run(self):
        try:
            await self.async_execute()
        except (asyncio.CancelledError, DeadKernelError):
            # nbclient takes any cancelling during a cell for the death of the kernel.
            if not self.stopped:
                raise
        finally:
            if self.km is not None and await self.km.is_alive():
                await self.km.shutdown_kernel()


def write(notebook, source, directory):
    executed = directory / (source.stem + ".ipynb")
    page = directory / (source.stem + ".html")
    replace(executed, nbformat.writes(notebook) + "\n")
    replace(page, html(notebook, source.stem))
    say(executed)
    say(page)


def html(notebook, title):
    # nbconvert takes templates, which are programs, from the working directory if it has any of
    # that name; that directory may be a stranger's.
    here = os.getcwd()
    os.chdir(sys.prefix)
    try:
        exporter = HTMLExporter(raw_template=PAGE, extra_template_basedirs=[],
                                config=Config(HighlightMagicsPreprocessor={"languages": LANGUAGES}))
        return exporter.from_notebook_node(notebook, resources={"metadata": {"name": title}})[0]
    finally:
        os.chdir(here)


def replace(path, text):
    """Puts a file where there may be a link to another: that one stays as it is."""
    unfinished = path.with_name(f".{secrets.token_hex(8)}")
    try:
        with open(unfinished, "x", encoding="utf-8") as file:
            file.write(text)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def refuse_link(directory):
    """As the kernel does of files that a magic writes: a link that came with a notebook leads nowhere else."""
    here = pathlib.Path.cwd()
    named = pathlib.Path(os.path.abspath(directory))
    if named.is_relative_to(here) and not named.resolve().is_relative_to(here.resolve()):
        raise CannotRun(f"{directory} leads out of this directory, to {named.resolve()}: name that, or remove the link")


def run(args):
    notebook = read(args.notebook)
    if args.output.resolve() == args.notebook.resolve().parent:
        raise CannotRun(f"{args.output}: would overwrite the notebook; choose another --output")
    refuse_link(args.output)
    args.output.mkdir(parents=True, exist_ok=True)
    terminal = Terminal(notebook)
    client = Client(
        notebook,
        kernel_name=args.kernel,
        timeout=args.cell_timeout,
        startup_timeout=120,
        resources={"metadata": {"path": str(args.notebook.resolve().parent)}},
        on_cell_execute=terminal.start,
        on_cell_executed=terminal.end,
    )
    started = time.monotonic()
    failed = None
    try:
        asyncio.run(client.run())
    except CellExecutionError as e:
        failed = terminal.failures or [message({"ename": e.ename, "evalue": e.evalue})]
    except CellTimeoutError:
        print("STOPPED", flush=True)
        failed = [f"cell {terminal.number}: took longer than {args.cell_timeout} s"]
    except DeadKernelError:
        print("DIED", flush=True)
        failed = [f"cell {terminal.number}: the kernel died"]
    except NoSuchKernel:
        raise CannotRun(f"no kernel named {args.kernel} is installed; ./schedbook lab or run installs it")
    except RuntimeError as e:
        raise CannotRun(f"the kernel {args.kernel} did not start: {str(e).splitlines()[0]}")
    if client.stopped:
        print("stopped", flush=True)
    write(notebook, args.notebook, args.output)
    print(f"{time.monotonic() - started:.1f} s")
    if failed:
        say("\n".join(failed), file=sys.stderr)
        return 1
    return 128 + client.stopped if client.stopped else 0


def main(words=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebook", type=pathlib.Path)
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("out"), metavar="DIR",
                        help="where DIR/NAME.ipynb and DIR/NAME.html go (default: out)")
    parser.add_argument("--kernel", default=os.environ.get("SCHEDBOOK_KERNELSPEC", "schedbook"),
                        help="name of the kernelspec (default: schedbook)")
    parser.add_argument("--cell-timeout", type=int, default=900, metavar="SECONDS",
                        help="what one cell may take (default: 900)")
    args = parser.parse_args(words)
    try:
        return run(args)
    except CannotRun as e:
        say(e, file=sys.stderr)
        return 2
    except OSError as e:
        say(f"{args.output}: {e.strerror}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
