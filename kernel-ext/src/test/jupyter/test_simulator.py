"""The simulator in a notebook: no guest is needed for any of this."""

import base64
import json
import os
import pathlib
import unittest

from session import NotebookTest

LOOPS = """%%policy loops
public class Loops extends Policy {
    public void enqueue(Task task, long enqFlags) {
        for (long i = 0; i >= 0; i++) { insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags); }
    }
}"""

TRACE = """\
  ping-7 [000] d..2. 5.000000: sched_waking: comm=pong pid=8 prio=120 target_cpu=000
  ping-7 [000] d..2. 5.002000: sched_switch: prev_comm=ping prev_pid=7 prev_prio=120 prev_state=X ==> next_comm=pong next_pid=8 next_prio=120
  pong-8 [000] d..2. 5.005000: sched_switch: prev_comm=pong prev_pid=8 prev_prio=120 prev_state=X ==> next_comm=swapper/0 next_pid=0 next_prio=120
"""

RT_APP = {"global": {"duration": 1}, "tasks": {"blink": {"loop": 5, "run": 1000, "sleep": 2000}}}


class SimulatorTest(NotebookTest):

    def test_policies_are_simulated_side_by_side_and_the_same_again(self):
        first = self.ok("%sim interactive --policies fifo,vtime --cpus 4").shown()
        for word in ("fifo", "vtime", "4 CPUs", "Simulated", "completed", "interactive"):
            self.assertIn(word, first)
        self.assertEqual(first, self.ok("%sim interactive --policies fifo,vtime --cpus 4").shown())
        self.assertNotEqual(first, self.ok("%sim interactive --policies fifo,vtime --cpus 4 --mode user").shown())

    def test_a_timeline_is_a_picture_and_letters_and_a_file_for_perfetto(self):
        self.ok("%sim interactive --policies fifo,vtime --cpus 2")
        cell = self.ok("%timeline --from 10ms --to 60ms")
        self.assertTrue(base64.b64decode(cell.shown("image/png")).startswith(b"\x89PNG"))
        self.assertIn("CPU 1", cell.shown())
        [result] = cell.of("execute_result")
        chart = result["data"]["application/vnd.vega.v5+json"]
        self.assertIn("interactive under vtime", chart["description"])
        self.assertNotIn("http", json.dumps(chart), "fetches nothing")
        self.assertIn("interactive", cell.shown())
        self.assertIn("under fifo", self.ok("%timeline --policy fifo").shown())
        self.ok("%timeline --perfetto schedule.json")
        events = json.loads(pathlib.Path(self.directory.name, "schedule.json").read_text())["traceEvents"]
        self.assertTrue(any(e["ph"] == "X" and e["name"] == "batch" for e in events))
        self.fails("%timeline --policy rr", "was not of rr", "fifo, vtime")
        self.fails("%timeline --from 9s", "nothing between")
        self.fails("%timeline --from soon", "no time", "1.5ms")

    def test_a_recording_is_drawn_and_explained_whatever_its_name(self):
        path = pathlib.Path(self.directory.name, "trace.txt")
        path.write_text(TRACE)
        cell = self.ok("%timeline trace.txt")
        self.assertIn("trace.txt, recorded in a kernel", cell.shown())
        self.assertIn("pong 8", cell.shown())
        self.ok("%timeline trace.txt --perfetto recorded.json")
        events = json.loads(pathlib.Path(self.directory.name, "recorded.json").read_text())["traceEvents"]
        self.assertTrue(any(e["ph"] == "X" and e["name"] == "pong" for e in events))
        self.assertTrue(all(e["pid"] == 1 and e["tid"] >= 1 for e in events))
        self.assertIn("completed", self.ok("%sim trace.txt --cpus 2").shown())
        pathlib.Path(self.directory.name, "blink.JSON").write_text(json.dumps(RT_APP))
        self.assertIn("blink", self.ok("%sim blink.JSON").shown())
        path.write_text("nonsense\n")
        self.fails("%sim trace.txt", "line 1", "not a line of a trace", "nonsense")
        self.fails("%timeline none.trace", "cannot be read")
        self.fails("%sim interactive --policies ,", "nothing before a comma")

    def test_a_timeline_is_made_on_the_target_and_drawn_beside_another(self):
        self.ok("%target sim --cpus 2")
        try:
            cell = self.ok("%timeline vtime messaging:groups=1,loops=5 --tasks --wakes")
            self.assertIn("messaging:groups=1,loops=5 under vtime, simulated", cell.shown())
            self.assertIn("Simulated: ", cell.shown())
            self.assertRegex(cell.shown(), r"(?m)^receiver \d+ *\|.*-.*\|$")
            self.assertIn("image/png", cell.of("execute_result")[0]["data"])
            self.assertIn("in DSQ 0", str(cell.of("execute_result")[0]["data"]["application/vnd.vega.v5+json"]))
            cell = self.ok("%timeline fifo mixed:seconds=2 --beside vtime --whole")
            self.assertRegex(cell.shown(), r"(?m)^fifo CPU 0 *\|[^|]+\|$(.|\n)*^vtime CPU 1 *\|[^|]+\|$")
            self.assertIn("its part, ms", self.ok("%timeline vtime mixed:seconds=2 --cpu-time").shown())
            self.ok("%sim interactive --policies fifo,vtime --cpus 2")
            self.assertIn("interactive under fifo", self.ok("%timeline fifo").shown())
            self.assertIn("vtime CPU 0", self.ok("%timeline fifo --beside vtime").shown())
            self.fails("%timeline nosuch messaging", "nosuch")
            self.fails("%timeline nosuch", "nosuch", "cannot be read")
            self.fails("%timeline fifo nosuch", "nosuch")
        finally:
            self.ok("%target vm")

    def test_the_simulated_machine_has_a_tick_and_a_limit(self):
        shown = self.ok("%sim interactive --cpus 1 --costs free --tick 1ms --limit 100ms").shown()
        self.assertIn("a tick every 1.0 ms", shown)
        self.assertIn("time limit", shown)
        self.assertIn("100.000", shown)
        self.fails("%sim interactive --tick 0ms", "--tick is 0ms")
        self.fails("%sim interactive --limit soon", "'soon' is no time")

    def test_a_policy_is_held_to_promises(self):
        shown = self.ok("%check vtime shares-by-weight 5% work-conserving").shown()
        self.assertIn("✓", shown)
        self.assertIn("weight 100, had 10.0 %", shown)
        broken = self.fails("%check fifo shares-by-weight", "fifo does not keep: shares-by-weight 5%")
        self.assertIn("15.0 % too much", broken.shown())
        self.assertIn("–", self.ok("%check fifo").shown())
        broken = self.fails("%check vtime fair-by-process", "fair-by-process 5%", "task.tgid()")
        self.fails("%check fifo fairness", "no promise 'fairness'", "no-wait-over")
        self.fails("%check nobody", "nobody")

    def test_a_file_of_rt_app_ends_when_it_says(self):
        load = {"global": {"duration": 2}, "tasks": {"t": {"loop": -1, "run": 1000, "sleep": 9000}}}
        pathlib.Path(self.directory.name, "two.json").write_text(json.dumps(load))
        shown = self.ok("%sim two.json").shown()
        self.assertIn("as the file says", shown)
        self.assertIn("2,000.000", shown)
        self.assertNotIn("what went wrong", shown)

    def test_where_a_policy_fails_is_told_in_lines_of_its_cell(self):
        self.ok("""\n\n%%policy thrower

public class Thrower extends Policy {
    public void enqueue(Task task, long enqFlags) {
        throw new IllegalStateException("no");
    }
}""")
        shown = self.ok("%sim interactive --policies thrower --cpus 2").shown()
        self.assertIn("enqueue, line 7: java.lang.IllegalStateException: no", shown)
        self.assertEqual(1, shown.count("IllegalStateException"), "each kind once")

    def test_why_tells_the_decision_and_who_else_waited(self):
        self.ok("%sim interactive --policies vtime --cpus 2")
        text = self.ok("%why batch@20ms").shown()
        for word in ("the policy put task", "into DSQ 0 with a slice of 20 ms", "in the order they came: ", "START"):
            self.assertIn(word, text)
        self.assertRegex(text, r"\n *0\.000000 +\d  WAKE")
        self.fails("%why nobody@1ms", "no task 'nobody'", "interactive")
        self.fails("%why batch", "%why 12@3.5ms")

    def test_a_simulated_target_measures_and_compares_without_a_guest(self):
        target = self.ok("%target sim --cpus 4").shown()
        self.assertIn("simulated", target)
        try:
            self.assertIn("enabled", self.ok("%attach vtime").shown())
            shown = self.ok("%bench messaging:groups=1,loops=10 --policies vtime -n 3").shown()
            for word in ("simulated", "without eevdf", "fifo", "vtime", "ratio to fifo"):
                self.assertIn(word, shown)
            self.assertIn("batch", self.ok("%compare fifo vtime --on messaging,batch -n 3").shown())
            self.fails("%bench processes --only --policies fifo", "no model of", "%target vm")
            self.fails("%compare eevdf fifo --on pipe -n 2", "no model of EEVDF")
            self.fails("%shell ls", "no model of")
            self.fails("%record load.trace pipe", "no kernel", "%target vm")
            self.ok("%attach fifo")
            self.assertIn("sim", self.ok("%status").shown())
            self.fails("%top", "does not say what it is doing")
            self.ok("%detach")
            self.assertIn("vm: a guest", self.ok("%target vm").shown())
            self.assertIn("sim,", self.ok("%attach fifo --target sim\n%target").shown())
        finally:
            self.ok("%target vm")

    def test_bad_machines_and_workloads_are_named(self):
        self.fails("%sim messaging --cpus 5000", "from 1 to 1024 CPUs")
        self.fails("%sim messaging --topology 2x2", "2:1:4:2")
        self.fails("%sim messaging --costs nowhere.properties", "costs cannot be read")
        self.fails("%sim stress-ng", "no model of stress-ng", "messaging")
        self.fails("%sim nowhere.json", "cannot be read")
        self.fails("%sim dreams", "messaging")
        self.fails("%target vm --mode user", "no option of vm")

    def test_a_file_of_rt_app_is_a_workload_and_its_mistakes_have_a_line(self):
        file = pathlib.Path(self.directory.name, "load.json")
        file.write_text(json.dumps(RT_APP, indent=1))
        self.assertIn("load.json", self.ok("%sim load.json --policies fifo --cpus 1").shown())
        file.write_text(json.dumps(RT_APP, indent=1).replace("1000", '"much"'))
        self.fails("%sim load.json", "load.json, line")

    def test_a_recording_is_a_workload_and_its_mistakes_have_a_line(self):
        file = pathlib.Path(self.directory.name, "load.trace")
        file.write_text(TRACE)
        shown = self.ok("%sim load.trace --policies fifo,vtime --cpus 1").shown()
        self.assertIn("completed", shown)
        self.assertIn("ping", self.ok("%timeline").shown())
        file.write_text(TRACE + "and so on\n")
        self.fails("%sim load.trace", "load.trace, line 4", "not a line of a trace")
        self.fails("%sim nowhere.trace", "cannot be read")
        self.fails("%record load.txt pipe", "ends in .trace")

    def test_what_is_no_file_or_has_no_end_is_not_read(self):
        directory = pathlib.Path(self.directory.name)
        (directory / "zero.json").symlink_to("/dev/zero")
        (directory / "zero.trace").symlink_to("/dev/zero")
        os.mkfifo(directory / "pipe.trace")
        os.mkfifo(directory / "pipe")
        for name in ("zero.json", "zero.trace", "pipe.trace", "./pipe"):
            self.fails(f"%sim {name}", "is no file")
        for name in ("zero.trace", "pipe.trace"):
            self.fails(f"%timeline {name}", "is no file")
        self.fails("%sim messaging --costs zero.trace", "is no file")
        with (directory / "long.trace").open("wb") as file:
            file.write(b"# " + b"x" * (17 << 20))
            file.truncate(1 << 30)
        self.fails("%sim long.trace", "a line of more than 16 MiB")
        self.fails("%timeline long.trace", "a line of more than 16 MiB")
        self.fails("%sim messaging --costs long.trace", "more than 64 KiB")
        (directory / "long.trace").rename(directory / "long.json")
        self.fails("%sim long.json", "more than 64 MiB")
        self.ok("6 * 7")

    def test_a_policy_that_loops_ends_in_a_sentence(self):
        self.ok(LOOPS)
        self.assertIn("loops", self.ok("%sim messaging:groups=1,loops=2 --policies loops --cpus 1", 90).shown())


if __name__ == "__main__":
    unittest.main()
