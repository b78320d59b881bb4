"""The kernel as a front end sees it: real messages to a real kernel.

Run with the Python that has the kernelspec:  python -m unittest test_kernel
SCHEDBOOK_KERNELSPEC names the kernelspec (default: schedbook).
"""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest

import jupyter_kernel_test
from jupyter_client.manager import start_new_kernel
from session import KERNEL, TIMEOUT, Session


# Magics written in the notebook itself, through the public API only.
MAGICS = """
import org.schedbook.jupyter.*;
import org.schedbook.magic.*;
import picocli.CommandLine.*;

@Command(description = "Offers the next cell.")
class OfferMagic implements Magic {
    enum Target { SIM, VM }
    @Parameters(paramLabel = "NAME", description = "a name", completionCandidates = Names.class) String name;
    @Option(names = {"-n", "--count"}, description = "how many") int count = 1;
    @Option(names = "--target", description = "where") Target target = Target.VM;
    @Option(names = "--policies", split = ",", description = "which", completionCandidates = Names.class) List<String> policies = List.of();
    public Object run(MagicCall call) {
        try (var text = call.liveText("to " + name)) {
            for (int i = 0; i < 200; i++) text.append(i + " ");
        }
        call.offerNextCell("%%policy " + name + "\\n" + call.body());
        return count * call.body().length();
    }
    static class Names extends ArrayList<String> {
        Names() { super(List.of("eevdf", "fifo", "vtime")); }
    }
}
@Command(description = "Waits.")
class WaitMagic implements Magic {
    @Option(names = "--spin", description = "ignore interrupts for this many seconds") int spin;
    static volatile String hook = "";
    public Object run(MagicCall call) throws Exception {
        call.onInterrupt(() -> hook = "called");
        var progress = call.progress("waiting", 10);
        progress.step();
        for (long end = System.nanoTime() + spin * 1_000_000_000L; System.nanoTime() < end; ) Thread.onSpinWait();
        if (spin == 0) Thread.sleep(50_000);
        return "done";
    }
}
@Command(description = "Fails.")
class FailMagic implements Magic {
    @Option(names = "--bug", description = "as a defect would") boolean bug;
    public Object run(MagicCall call) {
        if (bug) throw new UnsupportedOperationException("<b>not</b> yet");
        throw new CellError("Policy fifo does not compile.")
            .at(call.mark(2, 5, 5, "cannot find symbol: <insrt>")).next("Correct the line.");
    }
}
var magics = SchedbookExtension.magics();
magics.cell("Mine", "offer", OfferMagic::new);
magics.line("Mine", "wait", WaitMagic::new);
magics.line("Mine", "fail", FailMagic::new);
magics.cell("Mine", "fail", FailMagic::new);
"""


class ConformanceTest(jupyter_kernel_test.KernelTests):
    """The protocol, as the Jupyter project tests it."""

    kernel_name = KERNEL
    language_name = "Java"
    code_hello_world = 'System.out.println("hello, world");'
    code_stderr = 'System.err.println("oops");'
    completion_samples = [{"text": "System.ou", "matches": {"out"}}]
    complete_code_samples = ["int x = 1;", "%lsmagic", "%%time\n1+1\n"]
    incomplete_code_samples = ["for (int i = 0; i < 3; i++) {", "%%time\n1+1"]
    code_generate_error = "int zero = 0; 1 / zero"
    code_execute_result = [{"code": "6 * 7", "result": "42"}]
    code_display_data = [{"code": 'display("x");', "mime": "text/plain"}]
    code_inspect_sample = "%lsmagic"

    code_history_pattern = "6?*"
    supported_history_operations = ("tail", "range", "search")
    def flush_channels(self):
        """Until the kernel has said all that earlier requests make it say: on a busy machine that comes late."""
        end = time.monotonic() + TIMEOUT
        while time.monotonic() < end:
            asked = self.kc.kernel_info()
            with contextlib.suppress(queue.Empty):
                while True:
                    m = self.kc.get_iopub_msg(timeout=2)
                    if (m["parent_header"].get("msg_id"), m["content"].get("execution_state")) == (asked, "idle"):
                        super().flush_channels()
                        return
        raise AssertionError("the kernel does not answer")

    code_clear_output = "org.schedbook.jupyter.SchedbookKernel.clearOutput();"
    code_page_something = 'org.schedbook.jupyter.SchedbookKernel.page("a long text");'


class KernelTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.session = Session()
        cls.km, cls.kc = cls.session.km, cls.session.kc
        cls.collect, cls.run_cell = cls.session.collect, cls.session.run
        cls.complete, cls.inspect = cls.session.complete, cls.session.inspect
        reply = cls.run_cell(MAGICS).reply
        assert reply["status"] == "ok", reply

    @classmethod
    def tearDownClass(cls):
        cls.session.close()

    # Cells.

    def test_info_names_the_kernel(self):
        msg_id = self.kc.kernel_info()
        reply = self.kc.get_shell_msg(timeout=TIMEOUT)
        self.assertEqual(msg_id, reply["parent_header"]["msg_id"])
        self.assertEqual("ok", reply["content"]["status"])
        self.assertEqual("schedbook", reply["content"]["implementation"])
        self.assertIn("Schedbook", reply["content"]["banner"])

    def test_lsmagic_lists_groups(self):
        text = self.run_cell("%lsmagic").shown()
        for line in ("Notebook", "Mine", "%%offer", "Offers the next cell.", "JJava", "%maven"):
            self.assertIn(line, text)

    def test_magic_value_is_assigned(self):
        cell = self.run_cell("int n = SchedbookExtension.magics() == magics ? 1 : 0;\nObject v = %wait --help\nn")
        self.assertEqual("ok", cell.reply["status"])
        self.assertIn("Usage: %wait", cell.shown())

    def test_payload_reaches_the_client(self):
        cell = self.run_cell("%%offer fifo --count=2\nint x;")
        self.assertEqual("ok", cell.reply["status"])
        self.assertEqual(
            [{"source": "set_next_input", "text": "%%policy fifo\nint x;", "replace": False}],
            cell.reply["payload"])
        self.assertIn("12", cell.shown())
        self.assertEqual([], self.run_cell("1").reply["payload"])

    def test_live_text_ends_complete_in_one_display(self):
        cell = self.run_cell("%%offer fifo\nx")
        self.assertEqual(1, len(cell.of("display_data")))
        self.assertLess(len(cell.of("update_display_data")), 50)
        self.assertIn("to fifo\n0 1 2", cell.shown())
        self.assertIn("198 199", cell.shown())
        self.assertIn("198 199", cell.shown("text/html"))

    def test_large_body_keeps_the_session_alive(self):
        body = "x" * 300_000
        cell = self.run_cell("%%offer fifo\n" + body)
        self.assertIn("300000", cell.shown())
        self.assertEqual("42", self.run_cell("6 * 7").shown())

    def test_blank_lines_before_a_cell_magic(self):
        self.assertIn("1", self.run_cell("\n  \n%%offer fifo\nx").shown())

    def test_value_quotes_and_semicolon(self):
        cell = self.run_cell("%%offer 'two words' --count=3;\nx")
        self.assertEqual("%%policy two words\nx", cell.reply["payload"][0]["text"])

    def test_magic_in_a_loop(self):
        cell = self.run_cell("for (int i = 0; i < 2; i++) {\n%wait?\n}")
        self.assertEqual(2, cell.shown().count("Usage: %wait"))

    def test_nothing_on_stderr(self):
        for code in ("%lsmagic", "%%offer fifo\nx", "%%offer?", "1"):
            self.assertEqual([], [c for c in self.run_cell(code).of("stream") if c["name"] == "stderr"])

    # Errors.

    def assert_error(self, cell, ename, evalue):
        self.assertEqual("error", cell.reply["status"], cell.reply)
        [error] = cell.of("error")
        self.assertEqual(ename, error["ename"])
        self.assertIn(evalue, error["evalue"])
        self.assertEqual((ename, error["evalue"], error["traceback"]),
                         tuple(cell.reply[k] for k in ("ename", "evalue", "traceback")))
        self.assertEqual(1, len(error["traceback"]))
        self.assertNotIn("\tat ", error["traceback"][0])

    def test_cell_error_shows_the_line_of_the_cell(self):
        cell = self.run_cell("\n%%fail\nclass A {\n    insrt();\n}")
        self.assert_error(cell, "CellError", "Policy fifo does not compile.")
        self.assertIn("line 4, column 5: cannot find symbol: <insrt>", cell.shown())
        self.assertIn("   4 |     insrt();\n     |     ^^^^^", cell.shown())
        self.assertIn("Correct the line.", cell.shown())
        self.assertIn("&lt;insrt&gt;", cell.shown("text/html"))
        self.assertNotIn("<insrt>", cell.shown("text/html"))

    def test_defect_is_one_sentence_with_details_folded(self):
        cell = self.run_cell("%fail --bug")
        self.assert_error(cell, "CellError", "%fail failed with UnsupportedOperationException")
        self.assertNotIn("\tat ", cell.shown())
        self.assertIn("<details>", cell.shown("text/html"))
        self.assertNotIn("<b>not", cell.shown("text/html"))

    def test_empty_cell_magic(self):
        for code in ("%%offer fifo", "%%offer fifo\n", "%%offer fifo\n  \n"):
            self.assert_error(self.run_cell(code), "UsageError", "%%offer has nothing below it")

    def test_unknown_option_and_magic(self):
        cell = self.run_cell("%wait --spinn 3")
        self.assert_error(cell, "UsageError", "--spinn")
        self.assertIn("Did you mean --spin?", cell.shown())
        self.assertIn("^^^^^^^", cell.shown())
        cell = self.run_cell("%%ofer fifo\nx")
        self.assert_error(cell, "UsageError", "There is no magic %%ofer.")
        self.assertIn("Did you mean %%offer?", cell.shown())

    def test_error_of_plain_java_has_no_kernel_frames(self):
        cell = self.run_cell("int nought = 0; 1 / nought")
        [error] = cell.of("error")
        self.assertIn("ArithmeticException", "".join(error["traceback"]))
        self.assertNotIn("jjava", "".join(error["traceback"]))
        [error] = self.run_cell("%time assert 2 > 3;").of("error")
        self.assertRegex("\n".join(error["traceback"]), r"AssertionError(\S|\s)*    at \S*\(#\d+:1\)")
        self.assertNotIn("schedbook", "".join(error["traceback"]))

    def test_error_names_what_it_suppressed(self):
        [error] = self.run_cell("class Log implements AutoCloseable { public void close() { throw new IllegalStateException(\"full\"); } }\n"
                                "try (var log = new Log()) { throw new RuntimeException(\"late\"); }").of("error")
        self.assertEqual("late", error["evalue"])
        self.assertIn("Suppressed: IllegalStateException: full", "".join(error["traceback"]))
        [error] = self.run_cell("var late = new RuntimeException(\"late\");\n"
                                "late.addSuppressed(new Error() { public String getMessage() { throw this; } });\n"
                                "throw late;").of("error")
        self.assertEqual("late", error["evalue"])
        self.assertIn("Suppressed: ", "".join(error["traceback"]))

    def test_error_in_a_renderer_does_not_hang(self):
        cell = self.run_cell(textwrap.dedent("""
            class Bad implements Renderable {
                public org.dflib.jjava.jupyter.kernel.display.DisplayData bundle() { throw new StackOverflowError(); }
            }
            new Bad()"""))
        self.assertEqual("error", cell.reply["status"])
        self.assertEqual("42", self.run_cell("6 * 7").shown())

    def test_queued_cells_are_aborted_after_an_error(self):
        ids = [self.kc.execute(c) for c in ("Thread.sleep(500); %fail", "1", "%wait?")]
        info = self.kc.kernel_info()
        replies = {}
        while len(replies) < 4:
            m = self.kc.get_shell_msg(timeout=TIMEOUT)
            replies[m["parent_header"]["msg_id"]] = m["content"]["status"]
        self.assertEqual(["error", "aborted", "aborted"], [replies[i] for i in ids])
        self.assertEqual("ok", replies[info])
        self.assertEqual("42", self.run_cell("6 * 7").shown())

    def test_queued_cells_run_if_asked_to(self):
        ids = [self.kc.execute(c, stop_on_error=False) for c in ("%fail", "1")]
        self.assertEqual(["error", "ok"], [self.collect(i).reply["status"] for i in ids])

    # Interrupts.

    def interrupt_after(self, code, seconds):
        msg_id = self.kc.execute(code)
        # A magic of these has begun when it shows something; on a busy machine that can take long.
        begun = "display_data" if code.startswith("%") else "status"
        self.session.wait_for(msg_id, lambda m: m["msg_type"] == begun)
        time.sleep(seconds)
        start = time.monotonic()
        self.km.interrupt_kernel()
        return self.collect(msg_id, 10), time.monotonic() - start

    def test_interrupt_ends_a_waiting_magic(self):
        cell, seconds = self.interrupt_after("%wait", 1)
        self.assert_error(cell, "Interrupted", "%wait was interrupted.")
        self.assertLess(seconds, 1.0)
        self.assertIn("waiting", cell.shown())
        self.assertIn("stopped", cell.shown())
        self.assertEqual("called", self.run_cell("WaitMagic.hook").shown())
        self.assertIn("done", self.run_cell("%wait --spin 1").shown())

    def test_interrupt_of_java(self):
        cell, seconds = self.interrupt_after("Thread.sleep(50_000)", 1)
        self.assert_error(cell, "Interrupted", "The cell was interrupted.")
        self.assertLess(seconds, 1.0)

    def test_magic_that_ignores_an_interrupt_is_named(self):
        cell, seconds = self.interrupt_after("%wait --spin 4", 1)
        self.assert_error(cell, "Interrupted", "%wait was interrupted but has not ended")
        self.assertLess(seconds, 1.5)
        self.assert_error(self.run_cell("%fail"), "CellError", "%wait, interrupted earlier, is still running")
        time.sleep(3)
        self.assert_error(self.run_cell("%fail"), "CellError", "Policy fifo")

    # Completion and inspection.

    def test_completion_of_magics(self):
        def matches(code):
            return self.complete(code)["matches"]
        self.assertEqual(["%lsmagic"], matches("%lsm"))
        self.assertEqual(["%%offer"], matches("%%of"))
        self.assertEqual(["%wait"], matches("Object o = %wa"))
        self.assertEqual(["--count"], matches("%%offer fifo --co"))
        self.assertEqual(["--help", "--policies", "--target"], matches("%%offer -n 3 --count 2 fifo --"))
        self.assertEqual(["SIM"], matches("%%offer --target S"))
        self.assertEqual(["VM"], matches("%%offer --target=V"))
        self.assertEqual(["fifo"], matches("%%offer f"))
        self.assertEqual(["vtime"], matches("%%offer --policies eevdf,v"))

    def test_completion_replaces_the_last_part(self):
        code = "%%offer --policies=eevdf,v"
        reply = self.complete(code)
        self.assertEqual((len(code) - 1, len(code)), (reply["cursor_start"], reply["cursor_end"]))

    def test_completion_in_a_java_body(self):
        reply = self.complete("%%time\nString s = \"\"; s.leng")
        self.assertIn("length()", reply["matches"])
        self.assertEqual(len("%%time\nString s = \"\"; s."), reply["cursor_start"])
        self.assertEqual([], self.complete("%%offer fifo\nString s = \"\"; s.leng")["matches"])

    def test_inspection_of_magics(self):
        reply = self.inspect("%%offer fifo\nx", 4)
        self.assertTrue(reply["found"])
        self.assertIn("--policies", reply["data"]["text/plain"])
        self.assertFalse(self.inspect("%nothing", 3)["found"])

    def test_help_forms(self):
        for code in ("%wait?", "%wait --help", "%%offer?", "%%offer --help"):
            cell = self.run_cell(code)
            self.assertEqual("ok", cell.reply["status"], code)
            self.assertTrue(cell.shown().startswith("Usage: %"), code)


class LifetimeTest(unittest.TestCase):
    """No kernel outlives what started it."""

    def start_under_a_parent(self):
        """Starts a kernel from another Python and returns that process and the kernel's pid."""
        parent = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(f"""
                from jupyter_client.manager import start_new_kernel
                import time
                km, kc = start_new_kernel(kernel_name={KERNEL!r}, startup_timeout={TIMEOUT})
                kc.execute('Runtime.getRuntime().addShutdownHook(new Thread(() -> {{'
                           'try {{ java.nio.file.Files.writeString(java.nio.file.Path.of(System.getenv("MARK")), "hook"); }}'
                           'catch (Exception e) {{}} }}));')
                while kc.get_shell_msg(timeout={TIMEOUT})["msg_type"] != "execute_reply":
                    pass
                print(km.provisioner.pid, flush=True)
                time.sleep(600)""")],
            stdout=subprocess.PIPE, text=True, env=os.environ | {"MARK": self.mark})
        self.addCleanup(parent.stdout.close)
        return parent, int(parent.stdout.readline())

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.mark = os.path.join(directory.name, "hook")

    def gone_within(self, pid, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not alive(pid):
                return True
            time.sleep(0.05)
        os.kill(pid, signal.SIGKILL)
        return False

    def test_killed_parent_takes_the_kernel_with_it(self):
        parent, pid = self.start_under_a_parent()
        self.assertTrue(alive(pid))
        # Not reaped before the kernel is looked for: a zombie must count as gone.
        os.kill(parent.pid, signal.SIGKILL)
        self.assertTrue(self.gone_within(pid, 15))
        parent.wait()
        self.assertTrue(os.path.exists(self.mark), "shutdown hooks have run")

    def test_shutdown_during_a_cell(self):
        km, kc = start_new_kernel(kernel_name=KERNEL, startup_timeout=TIMEOUT)
        try:
            kc.execute("while (true) Thread.onSpinWait();")
            time.sleep(1)
            pid = km.provisioner.pid
            kc.shutdown()
            self.assertTrue(self.gone_within(pid, 15))
        finally:
            kc.stop_channels()
            km.shutdown_kernel(now=True)


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


if __name__ == "__main__":
    unittest.main()
