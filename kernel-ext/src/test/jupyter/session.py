"""A kernel and a client of it: what a front end does, without the front end."""

import os
import tempfile
import time
import unittest

from jupyter_client.manager import start_new_kernel

KERNEL = os.environ.get("SCHEDBOOK_KERNELSPEC", "schedbook")
TIMEOUT = 60
# What a better compiler takes, a kernel of a test does not live to win back.
FAST = "-XX:TieredStopAtLevel=1"


def environment(**more):
    """This process's environment without a model endpoint, and with fewer compilers for its kernels."""
    more["JDK_JAVA_OPTIONS"] = f"{FAST} {more.get('JDK_JAVA_OPTIONS', '')}".strip()
    return {k: v for k, v in os.environ.items() if not k.startswith("OPENAI_")} | more


class Cell:
    """What came back for one execute request."""

    def __init__(self, reply, messages):
        self.reply = reply
        self.messages = messages

    def of(self, msg_type):
        return [m["content"] for m in self.messages if m["msg_type"] == msg_type]

    def shown(self, mime="text/plain"):
        """Everything displayed, updates in their place, as a notebook keeps it."""
        slots, ids = [], {}
        for m in self.messages:
            content = m["content"]
            ident = content.get("transient", {}).get("display_id")
            if m["msg_type"] == "update_display_data":
                slots[ids[ident]] = content["data"]
            elif m["msg_type"] in ("display_data", "execute_result"):
                ids[ident] = len(slots)
                slots.append(content["data"])
        return "\n".join(str(s[mime]) for s in slots if mime in s)


class Conversation:
    """What is said to a kernel through a client; every wait is bounded."""

    def __init__(self, kc):
        self.kc = kc
        self.seen = []

    def run(self, code, timeout=TIMEOUT):
        return self.collect(self.kc.execute(code, allow_stdin=False), timeout)

    def wait_for(self, msg_id, condition, timeout=TIMEOUT):
        """Reads what the cell shows until a message meets the condition."""
        end = time.monotonic() + timeout
        while True:
            m = self.kc.get_iopub_msg(timeout=max(0, end - time.monotonic()))
            if m["parent_header"].get("msg_id") == msg_id:
                self.seen.append(m)
                if condition(m):
                    return m

    def collect(self, msg_id, timeout=TIMEOUT):
        """Waits for the end of a cell."""
        end = time.monotonic() + timeout
        reply = self.reply(msg_id, timeout)
        while True:
            m = self.kc.get_iopub_msg(timeout=max(0, end - time.monotonic()))
            if m["parent_header"].get("msg_id") != msg_id:
                continue
            if m["msg_type"] == "status" and m["content"]["execution_state"] == "idle":
                seen, self.seen = self.seen, []
                return Cell(reply, seen)
            self.seen.append(m)

    def reply(self, msg_id, timeout=TIMEOUT):
        """Waits for the answer on the shell channel."""
        end = time.monotonic() + timeout
        while True:
            reply = self.kc.get_shell_msg(timeout=max(0, end - time.monotonic()))
            if reply["parent_header"].get("msg_id") == msg_id:
                return reply["content"]

    def complete(self, code, at=None):
        return self.reply(self.kc.complete(code, len(code) if at is None else at))

    def inspect(self, code, at):
        return self.reply(self.kc.inspect(code, at))


class Session(Conversation):
    """A running kernel. `options` go to its process."""

    def __init__(self, **options):
        self.km, kc = start_new_kernel(kernel_name=KERNEL, startup_timeout=TIMEOUT, **options)
        super().__init__(kc)

    def close(self):
        self.kc.stop_channels()
        self.km.shutdown_kernel()


class NotebookTest(unittest.TestCase):
    """A notebook in a directory of its own for all tests of a class, without a model endpoint."""

    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.session = Session(cwd=cls.directory.name, env=environment())

    @classmethod
    def tearDownClass(cls):
        cls.session.close()
        cls.directory.cleanup()

    def ok(self, code, timeout=120):
        cell = self.session.run(code, timeout)
        self.assertEqual("ok", cell.reply["status"], cell.shown())
        self.assertEqual([], [s for s in cell.of("stream") if s["name"] == "stderr"])
        return cell

    def fails(self, code, *words, timeout=120):
        """The cell fails with these words on it, and with no Java stack trace."""
        cell = self.session.run(code, timeout)
        self.assertEqual("error", cell.reply["status"], cell.shown())
        for word in words:
            self.assertIn(word, cell.shown())
        self.assertNotIn("\tat ", cell.shown() + "".join(cell.reply["traceback"]))
        self.assertEqual("ok", self.session.run("6 * 7").reply["status"])
        return cell
