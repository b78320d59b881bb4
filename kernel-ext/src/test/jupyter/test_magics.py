"""Schedbook's magics as a person meets them: cells sent by a real client, a real guest behind them."""

import base64
import contextlib
import json
import os
import pathlib
import re
import sqlite3
import struct
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest
import xml.etree.ElementTree
import zlib
from html import escape

import nbformat
import psutil

from chat_endpoint import ChatEndpoint
from session import KERNEL, NotebookTest, Session, environment

FIFO = """public class MyFifo extends Policy {
    public void enqueue(Task task, long enqFlags) {
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}"""

QUEUED = """public class Queued extends Policy {
    public void init() {
        createDsq(0);
    }

    public int selectCpu(Task task, int prevCpu, long wakeFlags) {
        return prevCpu;  // never past the queue
    }

    public void enqueue(Task task, long enqFlags) {
        insertVtime(task, 0, SLICE_DFL_NS, task.vtime(), enqFlags);
    }
}"""

KEY = "sk-test-4711"

RUN_NOTEBOOK = pathlib.Path(__file__).resolve().parents[2] / "main" / "jupyter" / "run_notebook.py"


def pixels(png):
    """The bytes of a PNG's pixels, filters included: enough to tell a blank image from a drawn one."""
    data, at = b"", 8
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at:at + 8])
        if kind == b"IDAT":
            data += png[at + 8:at + 8 + length]
        at += 12 + length
    return zlib.decompress(data)


def rows(directory, table="attempt"):
    """What the store beside a notebook has, as dictionaries."""
    file = pathlib.Path(directory, ".schedbook", "store.db")
    if not file.exists():
        return []
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2")]


class MagicsTest(NotebookTest):

    def test_doctor_shows_the_targets(self):
        text = self.ok("%doctor").shown()
        self.assertIn("target vm", text)
        self.assertIn("target host", text)

    def test_tab_completes_an_unfinished_policy(self):
        code = "%%policy mine\n" + FIFO[:FIFO.index("ert(")]
        reply = self.session.complete(code)
        self.assertEqual(["insert(", "insertVtime("], reply["matches"])
        self.assertEqual((len(code) - len("ins"), len(code)), (reply["cursor_start"], reply["cursor_end"]))

    def test_shift_tab_shows_the_javadoc_of_the_policy_api(self):
        code = "%%policy mine\n" + FIFO
        for place in ("nsert(", " Dsq"):
            reply = self.session.inspect(code, code.index(place))
            self.assertIn("Policy.insert(Task task, long dsq,", reply["data"]["text/plain"])
            self.assertIn("Puts a task at the end of a DSQ", reply["data"]["text/html"])
        self.assertFalse(self.session.inspect(code + "  ", len(code) + 1)["found"])

    def test_an_unknown_policy_lists_those_there_are(self):
        self.fails("%attach fofi", "no policy named 'fofi'", "fifo", "%%policy fofi")

    def test_an_unknown_option_shows_the_right_form(self):
        self.fails("%bench messaging --police fifo", "--police", "--policies")

    def test_an_unknown_workload_is_named(self):
        self.fails("%bench massaging", "massaging", "messaging")

    def test_an_empty_policy_cell_says_what_to_write(self):
        self.fails("%%policy mine", "nothing below it")

    def test_a_policy_cell_without_policy_says_what_is_missing(self):
        self.fails("%%policy mine\nclass X {}", "extends Policy")

    def test_a_compile_error_has_line_and_column_of_the_cell_and_is_underlined(self):
        cell = self.fails("%%policy mine\n" + FIFO.replace("SLICE_DFL_NS", "SLICE"), "SLICE", "^^^^^")
        self.assertIn("cell line 4, column 34", cell.reply["traceback"][0])

    def test_a_policy_that_stopped_compiling_is_not_attached_as_it_was(self):
        self.ok("%%policy stale\n" + FIFO)
        self.fails("%%policy stale\n" + FIFO.replace("insert", "insrt"), "insrt")
        self.fails("%attach stale", "does not compile")

    def test_a_policy_that_does_what_none_may_do_is_refused_at_its_line_and_not_attached(self):
        hostile = FIFO.replace("insert", "System.exit(0); insert")
        cell = self.fails("%%policy hostile\n" + hostile, "may not do", "java.lang.System.exit", "'process'", "^^^^")
        self.assertIn("cell line 4, column 16", cell.reply["traceback"][0])
        self.fails("%attach hostile", "refused")

    def test_show_prints_the_request_and_needs_no_endpoint(self):
        before = rows(self.directory.name)
        text = self.ok("%%prompt mine --show\nLet the shortest go first.").shown()
        self.assertIn("--- system ---\nYou write CPU scheduling policies", text)
        self.assertIn("--- user ---", text)
        self.assertIn("Let the shortest go first.", text)
        self.assertEqual(before, rows(self.directory.name))

    def test_prompt_show_prints_what_the_last_cell_would_send_now(self):
        session = Session(cwd=self.directory.name, env=environment())
        try:
            self.assertIn("(your words)", session.run("%prompt show").shown())
            session.run("%%prompt first --from vtime\nMost sleep first.")
            session.run("%%prompt second\nShortest first.")
            text = session.run("%prompt show").shown()
            for words in ("What %%prompt second would send", "Shortest first.", "policy, `fifo`", "tokens", "nobody"):
                self.assertIn(words, text)
            text = session.run("%prompt show first").shown()
            for words in ("Most sleep first.", "policy, `vtime`", "--- system ---\nYou write CPU scheduling policies"):
                self.assertIn(words, text)
            self.assertIn("policy, `rr`", session.run("%prompt show first --from rr").shown())
            session.run("%%policy first\n" + FIFO.replace("MyFifo", "Changed"))
            self.assertIn("class Changed", session.run("%prompt show first --from first").shown())
            self.assertIn("%%prompt second", session.run("%prompt second").shown())
        finally:
            session.close()

    def test_a_policy_name_is_checked(self):
        self.fails("%%policy ../etc\n" + FIFO, "../etc")

    def test_a_prompt_without_endpoint_and_recording_says_how_to_connect_a_model(self):
        self.fails("%%prompt mine\nDo something nobody has recorded.", "OPENAI_API_KEY", "OPENAI_BASE_URL")

    def test_an_empty_prompt_is_refused(self):
        self.fails("%%prompt mine", "nothing below it")

    def test_plot_without_figures_says_where_they_come_from(self):
        session = Session(cwd=self.directory.name, env=environment())
        try:
            cell = session.run("%plot")
            self.assertEqual("error", cell.reply["status"])
            self.assertIn("%bench", cell.shown())
        finally:
            session.close()

    def test_status_and_detach_before_anything_is_attached_are_no_errors(self):
        self.ok("%detach")
        self.ok("%status")

    def test_from_source_to_plot(self):
        self.ok("%%policy mine\n" + FIFO)

        text = self.ok("%attach mine").shown()
        for word in ("enabled", "mine", "vm", "Linux"):
            self.assertIn(word, text)
        status = self.ok("%status").shown()
        self.assertIn("enabled", status)
        self.assertIn("nr_user_dispatches", status)
        detached = self.ok("%detach").shown()
        self.assertIn("disabled", detached)
        self.assertIn("page faults", detached)

        cell = self.ok("org.schedbook.bench.BenchResult r = %bench messaging -p eevdf,fifo,mine -g 2 -l 20 -n 2\nr", 240)
        for word in ("eevdf", "fifo", "mine", "ratio", "perf bench -f simple sched messaging -t -g 2 -l 20"):
            self.assertIn(word, cell.shown())
        samples = self.ok('r.samples().get("mine").size()')
        self.assertEqual("2", samples.shown())

        plot = self.ok("%plot")
        png = base64.b64decode(plot.shown("image/png"))
        self.assertGreater(len(set(pixels(png))), 16, "a plot that is not blank")
        self.assertIn("mine", plot.shown())

    def test_a_plot_is_of_the_kind_that_suits_what_was_done_last_or_of_the_kind_named(self):
        self.ok("%bench wakeup:requests=10 --only -p eevdf,fifo -n 2", 240)
        self.assertIn("q1  median", self.ok("%plot").shown())
        self.assertIn("ratio to eevdf", self.ok("%plot ratios").shown())
        self.assertIn("p99.9", self.ok("%plot histogram").shown())
        self.assertIn("beaten on both", self.ok("%plot pareto").shown())
        cell = self.ok("%plot percentiles --svg latencies.svg")
        self.assertIn("p99.9", cell.shown())
        self.assertGreater(len(set(pixels(base64.b64decode(cell.shown("image/png"))))), 16, "not blank")
        svg = xml.etree.ElementTree.parse(os.path.join(self.directory.name, "latencies.svg")).getroot()
        self.assertIn("svg", svg.tag)
        self.assertIn("p99 wake-up latency", "".join(svg.itertext()))
        self.fails("%plot nonsense", "There is no plot named 'nonsense'", "percentiles")
        self.fails("%plot rounds", "%improve")

        self.ok("%compare eevdf fifo --on messaging:groups=1,loops=5 -n 2", 240)
        self.assertIn("ratio to eevdf", self.ok("%plot").shown())
        self.fails("%plot histogram", "does not measure single latencies")

        self.ok("%attach fifo\n%top messaging --seconds 4", 120)
        self.assertIn("nr_user_dispatches", self.ok("%plot").shown())
        self.ok("%detach")
        self.ok("%sim interactive --policies vtime --cpus 2")
        self.assertIn("CPU 1", self.ok("%plot").shown())

    def test_shell_runs_a_line_as_typed_in_the_guest(self):
        self.assertIn("42 a  b", self.ok("%shell echo $((6 * 7)) 'a  b' | cat").shown())
        self.assertIn("exit status 3", self.ok("%shell exit 3").shown())
        self.assertIn("sched_ext", self.ok("%shell ls --classify /sys/kernel").shown())
        self.fails("%shell --limit 1 sleep 30", "took longer than 1 s")
        self.fails("%shell", "Usage: %shell")

    def test_a_recording_of_the_guest_is_simulated(self):
        self.assertIn("load.trace", self.ok("%record load.trace messaging:groups=1,loops=5", 120).shown())
        shown = self.ok("%sim load.trace --policies fifo,vtime --cpus 2").shown()
        self.assertEqual(2, shown.count("completed"), shown)

    def test_a_policy_is_held_to_promises_in_the_guest(self):
        shown = self.ok("%check vtime --target vm", 300).shown()
        self.assertRegex(shown, r"Promises of vtime, recorded in the guest, Linux \S+, under vtime")
        self.assertRegex(shown, r"no-wait-over 100ms +[✓✗] +two hogs a CPU.* waited for")
        self.assertRegex(shown, r"shares-by-weight 5% +[✓✗] +two hogs a CPU.* hog \d+, weight \d+, had")
        self.assertRegex(shown, r"work-conserving 2ms +– .*some tasks only")
        self.assertIn("No policy is attached", self.ok("%status").shown())
        self.assertIn("under eevdf", self.ok("%check eevdf --target vm no-wait-over 2s", 300).shown())
        self.ok("%attach fifo")
        self.fails("%check vtime --target vm", "fifo is attached", "%detach")
        self.ok("%detach")

    def test_a_timeline_is_recorded_in_the_guest_beside_the_simulated_one(self):
        cell = self.ok("%timeline vtime pipe:loops=50 --beside sim", 300)
        self.assertRegex(cell.shown(), r"recorded in the guest, Linux \S+, under vtime, above .*simulated")
        self.assertRegex(cell.shown(), r"(?m)^recorded CPU 0 *\|(.|\n)*^simulated CPU 0 *\|")
        self.assertIn("No policy is attached", self.ok("%status").shown())
        self.assertIn("under eevdf", self.ok("%timeline eevdf pipe:loops=50", 300).shown())

    def test_a_measured_load_is_recorded_on_request_with_what_the_policy_decided(self):
        self.ok(f"%%policy queued\n{QUEUED}")
        cell = self.ok("%bench messaging:groups=1,loops=5 --only -p eevdf,queued -n 2 --warm-ups 0 --record", 300)
        self.assertIn("%timeline queued --beside eevdf", cell.shown())
        drawn = self.ok("%timeline queued --beside eevdf --tasks").shown()
        self.assertRegex(drawn, r"(?m)^queued CPU 0 *\|(.|\n)*^eevdf CPU 0 *\|")
        beyond = self.fails("%why sched-messaging@3600s", "The schedule ends before that, at ")
        end = re.search(r"at (\d+)\.\d+ ms", beyond.shown()).group(1)
        why = self.ok(f"%why sched-messaging@{end}ms").shown()
        self.assertRegex(why, r"it was put into DSQ 0 with a slice of 20 ms and vtime \d+")
        self.fails("%bench messaging --target sim --record", "no kernel to record", "%timeline")
        self.ok("%target vm")

    def test_all_that_runs_is_recorded_from_when_a_policy_is_attached(self):
        self.ok("%shell sh -c 'while :; do :; done' & echo started")
        self.ok("%attach vtime --record 1", 120)
        self.assertRegex(self.ok("%timeline").shown(), r"1 s of all tasks, recorded in the guest, .*under vtime")
        self.fails("%attach vtime --record 0", "from 1 to 30 seconds")
        self.ok("%shell pkill -f 'while :; d[o]'; true")
        self.ok("%detach")

    def test_what_shell_leaves_in_the_background_goes_on_and_is_named(self):
        started = self.ok("%shell yes > /dev/null & echo started")
        self.assertIn("started", started.shown())
        pid = re.search(r"in the background: yes \((\d+)\)", started.shown()).group(1)
        self.assertIn(f"yes ({pid}); %shell kill {pid} ends it", self.ok("%status").shown())
        measured = self.ok("%bench --command 'echo 5; sleep 60 &' -n 1 --warm-ups 0 -p eevdf")
        self.assertIn(f"left by %shell in the background: yes ({pid})", measured.shown())
        self.ok(f"%shell kill {pid}; sleep 0.2")
        self.assertNotIn("in the background", self.ok("%status").shown())

    def test_shell_shows_output_as_it_comes_and_stops_on_an_interrupt(self):
        msg_id = self.session.kc.execute("%shell echo here; sleep 50; echo there")
        self.session.wait_for(msg_id, lambda m: "\nhere" in str(m["content"].get("data", {}).get("text/plain")), 60)
        asked = time.monotonic()
        self.session.km.interrupt_kernel()
        cell = self.session.collect(msg_id, 30)
        self.assertLess(time.monotonic() - asked, 2)
        self.assertEqual("error", cell.reply["status"])
        self.assertIn("here", cell.shown())
        self.assertIn("gone", self.ok("%shell pgrep -f 'sleep 5[0]' || echo gone").shown())

    def test_a_target_says_what_it_is_and_what_can_not_be(self):
        text = self.ok("%target").shown()
        for word in ("vm: a guest with 2 CPUs and 1536 MiB", "starts"):
            self.assertIn(word, text)
        self.fails("%target vm --cpus 100", "from 1 to 64 CPUs")
        self.fails("%target vm --memory lots", "1536M or 2G")
        self.fails("%target host --cpus 2", "%target vm --cpus")
        self.fails("%target moon", "vm, sim, host")
        self.assertIn("2 CPUs", self.ok("%target").shown())

    def test_this_machine_is_no_target_where_its_kernel_has_no_sched_ext(self):
        if pathlib.Path("/sys/kernel/sched_ext").exists() and os.geteuid() == 0:
            self.assertIn("host", self.ok("%target host\n%target vm").shown())
        else:
            self.fails("%target host", "No policy can be attached to this machine", "%target vm")

    def test_another_clock_is_another_guest(self):
        session = Session(cwd=self.directory.name, env=environment())
        try:
            shown = session.run("%target vm --clock instructions --cpus 1", 120).shown()
            self.assertIn("count of instructions", shown)
            session.run("%attach fifo", 240)
            self.assertIn("clock of instructions", session.run("%target", 60).shown())
            self.assertIn("slept", session.run("%shell sleep 50; echo slept", 30).shown())
            self.assertIn("fifo was detached", session.run("%target vm", 60).shown())
        finally:
            session.close()

    def test_a_spare_guest_is_said_and_its_memory_given_back_where_none_is_needed(self):
        session = Session(cwd=self.directory.name, env=environment())
        try:
            session.run("%%policy awaited\n" + FIFO)
            end = time.monotonic() + 60
            while "spare guest" not in (target := session.run("%target").shown()):
                self.assertLess(time.monotonic(), end, target)
                time.sleep(0.2)
            self.assertRegex(target, r"spare guest +[1-9]\d* MiB")
            self.assertIn("No guest is running", session.run("%status").shown())
            kernel = psutil.Process(session.km.provisioner.pid)
            [guest] = [p for p in kernel.children(recursive=True) if "qemu" in p.name()]
            self.assertNotIn("spare guest", session.run("%target sim").shown())
            self.assertEqual([], psutil.wait_procs([guest], timeout=10)[1])
            self.assertIn("simulated machine", session.run("%status").shown())
        finally:
            session.close()

    def test_the_console_of_a_guest_that_ended_can_be_read(self):
        session = Session(cwd=self.directory.name, env=environment())
        try:
            self.assertIn("No guest has been started", session.run("%console").shown())
            session.run("%shell true", 120)
            died = session.run("%shell echo goodbye > /dev/ttyS0; sleep 1; echo c > /proc/sysrq-trigger", 60)
            self.assertEqual("error", died.reply["status"])
            self.assertIn("ended before it could", died.shown())
            console = session.run("%console --lines 100").shown()
            self.assertIn("goodbye", console)
            self.assertIn("sysrq triggered crash", console)
            self.assertIn("disabled", session.run("%shell cat /sys/kernel/sched_ext/state", 120).shown())
        finally:
            session.close()

    def test_top_watches_a_policy_under_load_and_leaves_one_picture(self):
        self.ok("%attach fifo")
        cell = self.ok("%top messaging --seconds 4")
        shown = cell.shown()
        for word in ("CPU 0 |", "fifo, enabled", "nr_user_dispatches", "wait for a decision, µs", "p99",
                     "scheduler's own CPU", "garbage collections"):
            self.assertIn(word, shown)
        self.assertRegex(shown, r"CPU 0 \|█{10}")
        self.assertRegex(shown, r"nr_user_dispatches +[1-9]")
        self.assertEqual(1, len(cell.of("display_data")))
        self.assertGreaterEqual(len(cell.of("update_display_data")), 3)

    def test_top_ends_on_an_interrupt_without_an_error(self):
        self.ok("%attach fifo")
        msg_id = self.session.kc.execute("%top messaging --seconds 60")
        self.session.wait_for(msg_id, lambda m: m["msg_type"] == "update_display_data", 60)
        asked = time.monotonic()
        self.session.km.interrupt_kernel()
        cell = self.session.collect(msg_id, 30)
        self.assertLess(time.monotonic() - asked, 2)
        self.assertEqual("ok", cell.reply["status"])
        self.assertIn("nr_user_dispatches", cell.shown())
        self.assertIn("enabled", self.ok("%status").shown())

    def test_sched_says_what_to_do_next(self):
        session = Session(cwd=self.directory.name, env=environment())
        try:
            self.assertIn("%%policy NAME", session.run("%sched").shown())
            session.run("%%policy mine\n" + FIFO)
            self.assertIn("%attach mine", session.run("%sched").shown())
            self.assertIn("No policy is attached.", session.run("%top").shown())
        finally:
            session.close()

    def test_an_interrupted_benchmark_keeps_its_figures_and_the_guest(self):
        msg_id = self.session.kc.execute("%bench messaging -p eevdf,fifo -g 2 -l 50 -n 50")
        self.session.wait_for(msg_id, lambda m: "5/" in str(m["content"].get("data", "")), 240)
        asked = time.monotonic()
        self.session.km.interrupt_kernel()
        cell = self.session.collect(msg_id, 30)
        self.assertLess(time.monotonic() - asked, 2)
        self.assertEqual("error", cell.reply["status"])
        self.assertIn("eevdf", self.ok("%plot").shown())
        self.assertIn("enabled", self.ok("%attach fifo").shown())
        self.ok("%detach")


class PromptTest(unittest.TestCase):
    """With an endpoint that speaks the streaming chat-completions format."""

    @classmethod
    def setUpClass(cls):
        cls.endpoint = ChatEndpoint()
        cls.directory = tempfile.TemporaryDirectory()
        cls.session = Session(
            cwd=cls.directory.name,
            env=environment(OPENAI_BASE_URL=cls.endpoint.url, OPENAI_API_KEY=KEY, OPENAI_MODEL="asked-for"))

    @classmethod
    def tearDownClass(cls):
        cls.session.close()
        cls.endpoint.close()
        cls.directory.cleanup()

    def setUp(self):
        self.endpoint.status = 200
        self.endpoint.finish_reason = "stop"
        self.endpoint.usage = None
        self.endpoint.requests.clear()

    def attempts(self):
        return rows(self.directory.name)

    def test_words_become_the_next_cell_and_a_policy(self):
        self.endpoint.answer = f"Here you are:\n```java\n{FIFO}\n```\nHave fun.\n"
        cell = self.session.run("%%prompt worded\nFirst come, first served.")
        self.assertEqual("ok", cell.reply["status"], cell.shown())
        self.assertIn("Have fun.", cell.shown())
        for gate in ("compiles", "keeps to", "in the simulator", "a guest under load", "worded@1"):
            self.assertIn(gate, cell.shown())
        self.assertEqual(
            [{"source": "set_next_input", "text": f"%%policy worded\n{FIFO}", "replace": False}],
            cell.reply["payload"])

        path, authorization, request = self.endpoint.requests[0]
        self.assertEqual("/v1/chat/completions", path)
        self.assertEqual(f"Bearer {KEY}", authorization)
        self.assertEqual("asked-for", request["model"])
        self.assertIn("insertVtime", request["messages"][0]["content"])
        self.assertIn("First come, first served.", request["messages"][1]["content"])
        self.assertIn("class Fifo", request["messages"][1]["content"])

        # What is shown is what was sent, to the letter.
        cell = self.session.run("%prompt show --from fifo")
        for message, html in zip(request["messages"], cell.shown("text/html").split("<details")[1:], strict=True):
            self.assertIn(f"--- {message['role']} ---\n{message['content']}", cell.shown())
            self.assertIn(escape(message["content"]).replace("&#x27;", "&#39;"), html)
        self.assertRegex(cell.shown(), f"prompt text +{self.attempts()[-1]['prompt_hash'][:8]}")
        self.assertRegex(cell.shown(), "answered by +asked-for at http://")
        self.assertNotIn(KEY, str(cell.messages))

        # Nobody ran the offered cell: the policy is there all the same, and the next prompt starts from it.
        self.session.run("%%prompt worded --no-attach --model other\nAgain.")
        request = self.endpoint.requests[1][2]
        self.assertEqual("other", request["model"])
        self.assertIn("class MyFifo", request["messages"][1]["content"])

    def test_a_policy_is_improved_round_by_round_and_goes_on_after_an_error(self):
        self.session.run("%%policy better\n" + FIFO)
        short = FIFO.replace("SLICE_DFL_NS", "1_000_000")
        self.endpoint.answer = ["Shorter slices.", f"```java\n{short}\n```", 401]
        line = '%improve better --goal "messaging:groups=1,loops=10 time" --hold-out pipe -n 2 --rounds 2 --no-attach'
        cell = self.session.run(line, 240)
        self.assertEqual("error", cell.reply["status"], cell.shown())
        self.assertEqual(3, len(self.endpoint.requests), cell.shown())
        self.assertIn("Shorter slices.", self.endpoint.requests[1][2]["messages"][1]["content"])
        self.assertEqual(["reverted", None], [r["outcome"] for r in rows(self.directory.name, "round")])

        self.endpoint.answer = ["Change nothing.", f"```java\n{FIFO}\n```"]
        cell = self.session.run(line, 240)
        self.assertEqual("ok", cell.reply["status"], cell.shown())
        for words in ("Going on after round 1", "duplicate", "all 2 rounds are done", "better is as it was"):
            self.assertIn(words, cell.shown())
        self.assertGreater(len(set(pixels(base64.b64decode(cell.shown("image/png").split("\n")[0])))), 16)
        self.assertEqual(["reverted", None, "duplicate"], [r["outcome"] for r in rows(self.directory.name, "round")])
        self.assertTrue(rows(self.directory.name, "improvement")[0]["ended"])
        self.assertIn("a plan", self.session.run("%history better").shown())

    def test_a_cell_the_person_edited_wins(self):
        self.endpoint.answer = f"```java\n{FIFO}\n```"
        self.session.run("%%prompt edited --no-attach\nAnything.")
        self.session.run("%%policy edited\n" + FIFO.replace("MyFifo", "Edited"))
        self.session.run("%%prompt next --no-attach --from edited\nMore.")
        self.assertIn("class Edited", self.endpoint.requests[1][2]["messages"][1]["content"])

    def test_an_answer_that_starves_tasks_in_the_simulator_goes_back_with_what_happened(self):
        lossy = FIFO.replace("insert", "if (task.pid() % 2 == 0) insert")
        self.endpoint.answer = [f"```java\n{s}\n```" for s in (lossy, FIFO)]
        cell = self.session.run("%%prompt lossy --no-attach\nAnything.")
        self.assertEqual("ok", cell.reply["status"], cell.shown())
        self.assertIn("fails in the simulator", cell.shown())
        self.assertIn("forgotten", self.endpoint.requests[1][2]["messages"][3]["content"])
        self.assertEqual("%%policy lossy\n" + FIFO, cell.reply["payload"][0]["text"])

    def test_prose_only_is_said_so_and_kept(self):
        self.endpoint.answer = "I would rather talk about the weather."
        cell = self.session.run("%%prompt talk --no-attach\nAnything.")
        self.assertEqual("error", cell.reply["status"])
        self.assertIn("no policy in it", cell.shown())
        self.assertEqual([], cell.reply.get("payload", []))
        self.assertEqual(self.endpoint.answer, self.attempts()[-1]["completion"])

    def test_source_that_does_not_compile_is_offered_with_its_errors(self):
        broken = FIFO.replace("insert", "insrt")
        self.endpoint.answer = f"```java\n{broken}\n```"
        cell = self.session.run("%%prompt broken --no-attach\nAnything.")
        self.assertIn("does not compile", cell.shown())
        self.assertIn("symbol:   method insrt", cell.shown())
        self.assertEqual(f"%%policy broken\n{broken}", cell.reply["payload"][0]["text"])
        self.assertIn("does not compile", self.session.run("%attach broken").shown())

    def test_a_broken_answer_goes_back_and_the_repaired_one_is_offered(self):
        hostile = FIFO.replace("insert", "System.exit(0); insert")
        broken = FIFO.replace("insert", "insrt")
        self.endpoint.answer = [f"```java\n{s}\n```" for s in (broken, hostile, FIFO)]
        before = len(self.attempts())
        cell = self.session.run("%%prompt repaired --no-attach\nAnything.")
        self.assertEqual("ok", cell.reply["status"], cell.shown())
        self.assertEqual(["%%policy repaired\n" + FIFO], [p["text"] for p in cell.reply["payload"]])
        shown = cell.shown()
        for word in ("does not compile", "insrt", "Repair 1 of 3", "may not do", "System.exit", "keeps to"):
            self.assertIn(word, str(cell.messages))
        self.assertLess(shown.index("does not compile"), shown.index("may not do"))
        self.assertLess(shown.index("may not do"), shown.index("\u2713 keeps to"))

        first, second, third = (request["messages"] for _, _, request in self.endpoint.requests)
        self.assertEqual(["system", "user"], [m["role"] for m in first])
        self.assertEqual(first, second[:2])
        self.assertEqual(["assistant", "user"], [m["role"] for m in second[2:]])
        self.assertIn("insrt", second[2]["content"])
        self.assertIn("line 3", second[3]["content"])
        self.assertEqual(second, third[:4])
        self.assertIn("rule 'process'", third[5]["content"])

        self.assertEqual(3, len(self.attempts()) - before)
        self.assertEqual(["COMPILE", "CHECK", None], [a["failed"] for a in self.attempts()[-3:]])

    def test_an_answer_that_cannot_decide_in_the_kernel_goes_back_with_its_name(self):
        floats = FIFO.replace("SLICE_DFL_NS", "(long) (SLICE_DFL_NS * .5)")
        self.endpoint.answer = [f"```java\n{s}\n```" for s in (floats, FIFO)]
        cell = self.session.run("%%prompt both --in-kernel\nAnything.", 240)
        self.assertEqual("ok", cell.reply["status"], cell.shown())
        self.assertIn("\u2713 can decide in the kernel (Linux", cell.shown())
        self.assertEqual(["%%policy both\n" + FIFO], [p["text"] for p in cell.reply["payload"]])
        first, second = (request["messages"] for _, _, request in self.endpoint.requests)
        self.assertIn("# In the kernel", first[0]["content"])
        self.assertIn("[no-floating-point]", second[3]["content"])
        self.assertIn("line 3", second[3]["content"])
        self.assertNotIn("%attach", second[3]["content"])
        self.assertEqual(["KERNEL", None], [a["failed"] for a in self.attempts()[-2:]])
        self.session.run("%%prompt plain --no-attach\nAnything.")
        self.assertNotIn("# In the kernel", self.endpoint.requests[-1][2]["messages"][0]["content"])

    def test_a_model_writes_c_that_the_gate_and_the_verifier_let_through(self):
        good = ("static void enqueue(SB, struct task_struct *task, s64 enqFlags)\n{\n"
                "    sb_insert(task, Dsq_GLOBAL, SLICE_DFL_NS, enqFlags);\nsb_out:;\n}")
        reads = '#include "/etc/passwd"\n' + good
        unverified = good.replace("sb_insert(", "task = (struct task_struct *)task->scx.weight;\n    sb_insert(", 1)
        self.endpoint.answer = [f"```c\n{s}\n```" for s in (reads, unverified, good)]
        cell = self.session.run("%%prompt c-first --language bpf\nAnything.", 240)
        self.assertEqual("ok", cell.reply["status"], cell.shown())
        self.assertEqual(["%%bpf c-first\n" + good], [p["text"] for p in cell.reply["payload"]])
        self.assertIn("\u2713 can decide in the kernel (Linux", cell.shown())
        first, second, third = (request["messages"] for _, _, request in self.endpoint.requests)
        self.assertIn("sb_insert_vtime", first[0]["content"])
        self.assertIn("line 1: #include is not possible", second[3]["content"])
        self.assertIn("cannot decide in the kernel", third[5]["content"])
        self.assertRegex(third[5]["content"], r"at line 4, column \d+: ")
        self.assertNotIn("root:", str(self.endpoint.requests))
        self.assertEqual(["COMPILE", "KERNEL", None], [a["failed"] for a in self.attempts()[-3:]])
        self.assertIn("c-first is attached in the kernel", self.session.run("%attach c-first").shown())
        self.session.run("%detach")

    def test_what_decides_in_the_kernel_is_improved_there(self):
        self.session.run("%%policy there\n" + FIFO)
        short = FIFO.replace("SLICE_DFL_NS", "1_000_000")
        self.endpoint.answer = ["Shorter slices.", f"```java\n{short}\n```"]
        line = '%improve there@kernel --goal "messaging:groups=1,loops=10 time" --hold-out pipe -n 2 --rounds 1 --no-attach'
        cell = self.session.run(line, 240)
        self.assertEqual("ok", cell.reply["status"], cell.shown())
        self.assertIn("round-1@kernel", str(cell.messages))
        plan, code = (request["messages"] for _, _, request in self.endpoint.requests)
        for messages in (plan, code):
            self.assertIn("# In the kernel", messages[0]["content"])
            self.assertIn("decides in the kernel", messages[1]["content"])
        self.assertIn("start@kernel", self.session.run("%leaderboard --against start@kernel").shown()
                      + self.session.run("%plot").shown())

    def test_after_the_last_repair_the_last_source_is_offered_with_its_errors(self):
        broken = [FIFO.replace("insert", f"insrt{n}") for n in range(3)]
        self.endpoint.answer = [f"```java\n{s}\n```" for s in broken]
        cell = self.session.run("%%prompt hopeless --no-attach --repairs 2\nAnything.")
        self.assertEqual("ok", cell.reply["status"], cell.shown())
        self.assertEqual(3, len(self.endpoint.requests))
        self.assertIn("does not compile after its last repair", cell.shown())
        self.assertIn("symbol:   method insrt2", cell.shown())
        self.assertEqual(["%%policy hopeless\n" + broken[2]], [p["text"] for p in cell.reply["payload"]])
        self.assertIn("does not compile", self.session.run("%attach hopeless").shown())

    def test_a_repair_that_does_not_come_loses_nothing(self):
        broken = FIFO.replace("insert", "insrt")
        self.endpoint.answer = [f"```java\n{broken}\n```", 401]
        cell = self.session.run("%%prompt cut --no-attach\nAnything.")
        self.assertEqual("ok", cell.reply["status"], cell.shown())
        self.assertIn("no repair came", cell.shown())
        self.assertIn("401", cell.shown())
        self.assertEqual("%%policy cut\n" + broken, cell.reply["payload"][0]["text"])

    def test_an_answer_that_was_cut_off_is_asked_for_again_shorter(self):
        self.endpoint.finish_reason = "length"
        self.endpoint.answer = ["```java\n" + FIFO[:60], f"```java\n{FIFO}\n```"]
        cell = self.session.run("%%prompt long --no-attach\nAnything.")
        self.assertEqual("ok", cell.reply["status"], cell.shown())
        self.assertIn("cut off", self.endpoint.requests[1][2]["messages"][3]["content"])

    def test_a_recorded_repair_is_played_back_without_an_endpoint(self):
        self.endpoint.answer = [f"```java\n{s}\n```" for s in (FIFO.replace("insert", "insrt"), FIFO)]
        with tempfile.TemporaryDirectory() as directory:
            self.session.run(f"%%prompt taped --no-attach --record {directory}/recordings\nPlay it again.")
            session = Session(cwd=directory, env=environment())
            try:
                cell = session.run("%%prompt taped --no-attach\nPlay it again.")
                self.assertEqual("ok", cell.reply["status"], cell.shown())
                self.assertEqual(2, cell.shown().count("RECORDED"))
                self.assertEqual("%%policy taped\n" + FIFO, cell.reply["payload"][0]["text"])
            finally:
                session.close()

    def test_an_error_of_the_server_is_a_short_message_without_the_key(self):
        for status, word in ((401, "OPENAI_API_KEY"), (404, "asked-for")):
            self.endpoint.status = status
            cell = self.session.run("%%prompt failing --no-attach\nAnything.")
            self.assertEqual("error", cell.reply["status"])
            self.assertIn(str(status), cell.shown())
            self.assertIn("no, because of a test", cell.shown())
            self.assertIn(word, cell.shown())
            self.assertNotIn(KEY, str(cell.messages) + str(cell.reply))

    def test_versions_are_kept_compared_and_brought_back(self):
        self.endpoint.answer = f"```java\n{FIFO}\n```"
        self.session.run("%%prompt kept --no-attach\nFirst come.")
        self.session.run("%%policy kept\n" + FIFO.replace("SLICE_DFL_NS", "1_000_000"))
        shown = self.session.run("%history kept").shown()
        for word in ("kept@1", "kept@2", "scripted, request", "you, in a cell", "First come.", "a policy"):
            self.assertIn(word, shown)
        self.assertIn("-        insert(task, Dsq.GLOBAL, SLICE_DFL_NS", self.session.run("%diff kept@1 kept").shown())

        cell = self.session.run("%use kept@1")
        self.assertEqual("%%policy kept\n" + FIFO, cell.reply["payload"][0]["text"])
        self.assertIn("kept@3", cell.shown())
        self.assertIn("are the same", self.session.run("%diff kept kept@1").shown())
        self.assertIn("kept@1, kept@2, kept@3", self.session.run("%use kept@9").shown())

    def test_two_notebooks_in_one_directory_share_the_store(self):
        session = Session(cwd=self.directory.name, env=environment())
        try:
            session.run("%%policy shared\n" + FIFO)
            self.session.run("%%policy shared\n" + FIFO.replace("MyFifo", "Other"))
            self.assertIn("shared@2", session.run("%history shared").shown())
            self.assertIn("shared", self.session.run("%history").shown())
        finally:
            session.close()

    def test_a_cost_is_unknown_until_the_person_says_the_price(self):
        self.endpoint.answer = f"```java\n{FIFO}\n```"
        self.endpoint.usage = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
        prices = pathlib.Path(self.directory.name, ".schedbook", "prices.csv")
        try:
            self.assertIn("price of asked-for is not known",
                          self.session.run("%%prompt paid --no-attach --max-cost 1\nx").shown())
            self.session.run("%%prompt paid --no-attach\nx")
            self.assertIn("unknown", self.session.run("%cost").shown())
            prices.write_text("scripted, 1000, 0, 10000\n")
            self.assertIn("2.0000", self.session.run("%cost").shown())
            self.assertIn("$2.0000", self.session.run("%%prompt paid --no-attach\nx").shown())
        finally:
            prices.unlink(missing_ok=True)

    def test_everything_is_exported_as_json_lines(self):
        self.endpoint.answer = "Nothing but words."
        self.session.run("%%prompt exported --no-attach --repairs 0\nAnything.")
        self.assertIn("lines are written", self.session.run("%history --export all.jsonl").shown())
        lines = [json.loads(x) for x in pathlib.Path(self.directory.name, "all.jsonl").read_text().splitlines()]
        self.assertIn("Nothing but words.", [x.get("answer") for x in lines if x["table"] == "attempt"])

    def test_what_a_model_wrote_is_text_and_no_markup(self):
        self.endpoint.answer = "<script>alert(1)</script><img src=x onerror=alert(1)>"
        cell = self.session.run("%%prompt evil --no-attach\nAnything.")
        self.assertNotIn("<script>", cell.shown("text/html"))
        self.assertNotIn("<img", cell.shown("text/html"))

    def test_the_key_is_written_nowhere(self):
        self.endpoint.answer = f"```java\n{FIFO}\n```"
        self.session.run("%%prompt secret --no-attach\nAnything.")
        kept = [f for f in pathlib.Path(self.directory.name).rglob("*") if f.is_file()]
        self.assertTrue(kept)
        for file in kept:
            self.assertNotIn(KEY.encode(), file.read_bytes())


class PlantedSecretsTest(unittest.TestCase):
    """An endpoint that knows its key and says it: the key is nowhere afterwards."""

    KEY = "sk-planted-0123456789abcdef"
    CODED = base64.b64encode(KEY.encode()).decode()
    SECRETS = (KEY, KEY[8:], CODED, CODED[4:-4], "PASSWORD77", "QUERYSECRET")

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)
        self.endpoint = ChatEndpoint()
        self.addCleanup(self.endpoint.close)
        self.endpoint.answer = f"```java\n/** {self.KEY} {self.CODED} PASSWORD77 */\n" + FIFO + "```"
        self.environment = environment(
            OPENAI_BASE_URL=self.endpoint.url.replace("//", "//user:PASSWORD77@") + "?api-key=QUERYSECRET",
            OPENAI_API_KEY=self.KEY, OPENAI_MODEL="any")

    def assert_clean(self, text, where):
        for secret in self.SECRETS:
            self.assertFalse(secret in text, f"{secret} in {where}")

    def assert_files_are_clean(self):
        """What is written down, and in pages what is coded."""
        names = []
        for file in self.directory.rglob("*"):
            if file.is_file():
                names.append(file.name)
                text = file.read_bytes().decode("latin-1")
                self.assert_clean(text, file)
                for coded in re.findall(r"base64,([A-Za-z0-9+/=]+)", text):
                    self.assert_clean(base64.b64decode(coded).decode("latin-1"), f"what is coded in {file}")
        return names

    def assert_processes_are_clean(self, kernel):
        """No command line has a secret in it, nor the environment of a child of the kernel's."""
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.NoSuchProcess):
                self.assert_clean(" ".join(process.cmdline()), f"the command of {process}")
        children = kernel.children(recursive=True)
        for child in children:
            with contextlib.suppress(psutil.NoSuchProcess):
                self.assert_clean(repr(child.environ()), f"the environment of {child}")
        return [child.name() for child in children]

    def test_no_secret_of_an_endpoint_is_shown_or_kept_anywhere(self):
        log = self.directory / "kernel.log"
        with log.open("wb") as output:
            session = Session(cwd=str(self.directory), env=self.environment, stdout=output, stderr=output)
            try:
                kernel = psutil.Process(session.km.provisioner.pid)
                self.assertEqual(self.KEY, kernel.environ()["OPENAI_API_KEY"])
                cells = [session.run(line) for line in (
                    "%%prompt mine --no-attach\nAnything.", "%doctor", "%history", "%cost", "%prompt show",
                    "%history --export all.jsonl", "%diff fifo mine", "%sched",
                    "%bench batch:jobs=8 --policies mine -n 3 --target sim --seed 1",
                    '%report out.html --question "Is it any good?"')]
                self.assertIn("(key)", cells[0].shown())
                self.assertIn("is written", cells[-1].shown())
                children = self.assert_processes_are_clean(kernel)
                self.assertTrue(any("java" in name for name in children), children)
                cells.append(session.run("%attach mine --target vm", 240))
                self.assertEqual("ok", cells[-1].reply["status"], cells[-1].shown())
                children = self.assert_processes_are_clean(kernel)
                self.assertTrue(any("qemu" in name for name in children), children)
                self.endpoint.status = 401
                cells.append(session.run("%%prompt other --no-attach\nAnything."))
                self.assertIn("answered with status 401", cells[-1].shown())
                self.assert_processes_are_clean(kernel)
            finally:
                session.close()
        for cell in cells:
            self.assert_clean(repr((cell.reply, cell.messages)), cell.shown())
        names = self.assert_files_are_clean()
        for name in ("kernel.log", "store.db", "all.jsonl", "out.html"):
            self.assertIn(name, names)

    def test_no_secret_is_in_what_a_run_of_a_notebook_prints_and_leaves(self):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in (
            "%%prompt mine --no-attach\nAnything.", "%history", "%diff fifo mine",
            "%%prompt other --no-attach\nAnything.")])
        nbformat.write(notebook, self.directory / "lesson.ipynb")
        self.endpoint.answer = [self.endpoint.answer, 401]
        result = subprocess.run(
            [sys.executable, RUN_NOTEBOOK, "--output", "out", "--kernel", KERNEL, "lesson.ipynb"],
            cwd=self.directory, env=self.environment, capture_output=True, text=True, timeout=240)
        self.assertEqual(1, result.returncode, result.stderr)
        self.assertIn("answered with status 401", result.stdout + result.stderr)
        self.assert_clean(result.stdout + result.stderr, "what is printed")
        names = self.assert_files_are_clean()
        self.assertEqual(2, names.count("lesson.ipynb"))
        page = (self.directory / "out" / "lesson.html").read_text()
        self.assertIn("(key)", page)


class LostEndpointTest(unittest.TestCase):

    def test_an_endpoint_that_is_down_is_said_so(self):
        with tempfile.TemporaryDirectory() as directory:
            session = Session(cwd=directory, env=environment(
                OPENAI_BASE_URL="http://127.0.0.1:1/v1", OPENAI_MODEL="any"))
            try:
                cell = session.run("%%prompt mine\nAnything.")
                self.assertEqual("error", cell.reply["status"])
                self.assertIn("cannot be reached", cell.shown())
                self.assertIn("OPENAI_BASE_URL", cell.shown())
            finally:
                session.close()

    def test_no_model_named_is_said_so(self):
        with tempfile.TemporaryDirectory() as directory:
            session = Session(cwd=directory, env=environment(OPENAI_BASE_URL="http://127.0.0.1:1/v1"))
            try:
                self.assertIn("--model", session.run("%%prompt mine\nAnything.").shown())
            finally:
                session.close()


class NoQemuTest(unittest.TestCase):

    def test_a_machine_without_qemu_is_told_what_to_install(self):
        with tempfile.TemporaryDirectory() as directory:
            session = Session(cwd=directory, env=environment(PATH="/nowhere", SCHEDBOOK_QEMU="qemu-system-x86_64"))
            try:
                self.assertIn("QEMU is not installed", session.run("%doctor").shown())
                cell = session.run("%attach fifo")
                self.assertEqual("error", cell.reply["status"])
                self.assertIn("QEMU could not be started", cell.shown())
                self.assertIn("qemu-system-x86", cell.shown())
                self.assertIn("42", session.run("6 * 7").shown())
            finally:
                session.close()


class GuestLifetimeTest(unittest.TestCase):
    """However a notebook ends, its guest ends with it, and with the guest the policy attached to it."""

    def start(self):
        """Starts a front end in a process of its own; returns it, its kernel and its guest."""
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        front_end = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(f"""
                import sys, time
                sys.path.insert(0, {os.path.dirname(os.path.abspath(__file__))!r})
                from session import NotebookTest, Session, environment
                session = Session(cwd={directory.name!r})
                assert "enabled" in session.run("%attach fifo", 120).shown()
                print(session.km.provisioner.pid, flush=True)
                time.sleep(300)""")],
            stdout=subprocess.PIPE, text=True, env=environment())
        self.addCleanup(front_end.stdout.close)
        self.addCleanup(front_end.kill)
        kernel = psutil.Process(int(front_end.stdout.readline()))
        guests = [p for p in kernel.children(recursive=True) if "qemu" in p.name()]
        self.assertEqual(1, len(guests))
        return front_end, kernel, guests[0]

    def assert_gone(self, *processes):
        gone, alive = psutil.wait_procs(processes, timeout=10)
        self.assertEqual([], alive)

    def test_kill_9_of_the_front_end(self):
        front_end, kernel, guest = self.start()
        front_end.kill()
        front_end.wait(10)
        self.assert_gone(kernel, guest)

    def test_kill_9_of_the_kernel(self):
        front_end, kernel, guest = self.start()
        kernel.kill()
        self.assert_gone(guest)


if __name__ == "__main__":
    unittest.main()
