"""How things end: a magic by an interrupt, a kernel by a restart or a shutdown, with nothing left behind."""

import contextlib
import pathlib
import signal
import sqlite3
import tempfile
import time
import unittest

import psutil

from chat_endpoint import ChatEndpoint
from session import Session, environment

# What an interrupt has to reach: the cell, what shows that it is under way, and how it ends.
LONG = [
    ("%attach fifo", "Starting the", "error"),
    ("%bench messaging -n 50 --every-run", "fifo", "error"),
    ("%compare eevdf fifo -n 50 --every-run", "fifo", "error"),
    ("%top --seconds 60", "CPU 0", "ok"),
    ("%shell sleep 60", "sleep", "error"),
    ("%sim messaging:groups=40,loops=20000 --cpus 256 --policies vtime", "Simulating", "error"),
    ("%%prompt slow --no-attach\nFirst come, first served.", "word word", "error"),
    ("Schedbook.bench(\"messaging\", \"eevdf\", \"fifo\");", None, "error"),
    ("Thread.sleep(60_000);", None, "error"),
]

# What a person waits at most; an interrupt answers within a second on a machine that is not busy.
DEADLINE = 10


class InterruptTest(unittest.TestCase):

    def test_an_interrupt_ends_whatever_runs_and_spoils_nothing(self):
        endpoint = ChatEndpoint()
        self.addCleanup(endpoint.close)
        endpoint.answer = "word " * 500
        endpoint.pause = 0.2
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        session = Session(cwd=directory.name, env=environment(
            OPENAI_BASE_URL=endpoint.url, OPENAI_API_KEY="sk-test", OPENAI_MODEL="scripted"))
        self.addCleanup(session.close)
        session.run("import org.schedbook.Schedbook;")
        for code, sign, status in LONG:
            with self.subTest(code=code):
                if code.startswith("%top"):
                    self.assertEqual("ok", session.run("%attach fifo", 120).reply["status"])
                asked = session.kc.execute(code)
                if sign:
                    session.wait_for(asked, lambda m: sign in str(m["content"].get("data", {})))
                else:
                    time.sleep(2)  # plain Java shows nothing by which to know that it runs
                session.km.interrupt_kernel()
                cell = session.collect(asked, DEADLINE)
                self.assertEqual(status, cell.reply["status"], cell.shown())
                self.assertNotIn("goes on in the background", cell.shown() + str(cell.reply))
                self.assertEqual("ok", session.run("%status", DEADLINE).reply["status"])
        self.assertIn("enabled", session.run("%attach fifo", 120).shown())
        with contextlib.closing(sqlite3.connect(pathlib.Path(directory.name, ".schedbook", "store.db"))) as store:
            self.assertEqual([("ok",)], store.execute("PRAGMA integrity_check").fetchall())
            # What the model had written by then was paid for.
            self.assertGreater(store.execute("SELECT count(*) FROM piece WHERE text LIKE 'word%'").fetchone()[0], 0)


class EndTest(unittest.TestCase):

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.session = Session(cwd=directory.name, env=environment())
        self.addCleanup(self.session.kc.stop_channels)
        self.addCleanup(self.session.km.shutdown_kernel, now=True)
        self.assertIn("enabled", self.session.run("%attach fifo", 120).shown())
        kernel = psutil.Process(self.session.km.provisioner.pid)
        self.processes = [kernel, *kernel.children(recursive=True)]
        self.assertTrue(any("qemu" in process.name() for process in self.processes))

    def assert_gone(self):
        _, alive = psutil.wait_procs(self.processes, timeout=DEADLINE)
        self.assertEqual([], alive)

    def test_a_restart_in_the_middle_of_a_benchmark_leaves_nothing_running(self):
        asked = self.session.kc.execute("%bench messaging -n 50 --every-run")
        self.session.wait_for(asked, lambda m: "fifo" in str(m["content"].get("data", {})))
        self.session.km.restart_kernel()
        self.assert_gone()
        self.session.kc.wait_for_ready(timeout=60)
        self.assertIn("No guest is running", self.session.run("%status").shown())

    def test_a_kernel_that_is_killed_leaves_nothing_running(self):
        self.session.km.signal_kernel(signal.SIGKILL)
        self.assert_gone()

    def test_a_shutdown_leaves_nothing_running(self):
        self.session.km.shutdown_kernel()
        self.assert_gone()


if __name__ == "__main__":
    unittest.main()
