"""Policies that decide in the kernel, through a real Jupyter client."""
import os
import subprocess
import unittest
from pathlib import Path

from session import NotebookTest, environment

LAUNCHER = Path(__file__).resolve().parents[4] / "schedbook"

SINCE = """%%policy since
public class Since extends Policy {
    private static final long QUICK = 0, SLOW = 1;
    private int since;
    public void init() { createDsq(QUICK); createDsq(SLOW); }
    public void enqueue(Task task, long enqFlags) {
        insert(task, (enqFlags & Enq.WAKEUP) != 0 ? QUICK : SLOW, SLICE_DFL_NS, enqFlags);
    }
    public void dispatch(int cpu, Task prev) {
        boolean slowFirst = ++since > 8;
        if (moveToLocal(slowFirst ? SLOW : QUICK) || moveToLocal(slowFirst ? QUICK : SLOW)) {
            since = slowFirst ? 0 : since;
        }
    }
}"""

FLOATS = """%%policy floats
public class Floats extends Policy {
    public void enqueue(Task task, long enqFlags) {
        double share = task.weight() / 100.0;
        insert(task, Dsq.GLOBAL, (long) (share * SLICE_DFL_NS), enqFlags);
    }
}"""


SHORT = """%%bpf short
SB_DSQS(1);

static void enqueue(SB, struct task_struct *task, s64 enqFlags)
{
    sb_insert(task, 1, SLICE_DFL_NS / 4, enqFlags);
sb_out:;
}"""


class InKernelTest(NotebookTest):

    def test_a_policy_is_shown_in_c_attached_in_the_kernel_and_measured_beside_its_java(self):
        self.ok(SINCE)
        c = self.ok("%c since").shown()
        self.assertIn("since may lose an update when two CPUs decide at once", c)
        self.assertIn("bool slowFirst = (sb_add(since, 1)) > 8;", c)
        attached = self.ok("%attach since --in-kernel").shown()
        self.assertIn("since is attached in the kernel", attached)
        self.ok("%shell perf bench sched messaging -t -g 1 -l 20")
        status = self.ok("%status").shown()
        self.assertIn("enabled", status)
        self.ok("%detach")
        figures = self.ok("%bench messaging --only --policies since,since@kernel -n 2 --warm-ups 0").shown()
        self.assertIn("since@kernel", figures)

    def test_both_worlds_of_a_policy_are_named_wherever_one_is_shown(self):
        self.ok(SINCE)
        self.assertIn("since is attached in the kernel", self.ok("%attach since@kernel").shown())
        status = self.ok("%status").shown()
        self.assertRegex(status, r"policy\s+since@kernel")
        self.assertIn("since@kernel, enabled", self.ok("%top messaging --seconds 1").shown())
        self.assertIn("since@kernel is detached", self.ok("%detach").shown())
        self.ok("%timeline since@kernel messaging:groups=1,loops=5 --beside since")
        self.assertIn("since@kernel", self.session.run("%timeline since@kernel").shown())
        self.ok("%record mine.trace messaging:groups=1,loops=5")
        kept = self.ok("%check since@kernel --target vm no-wait-over 2s").shown()
        self.assertIn("under since@kernel", kept)

    def test_figures_of_both_worlds_are_compared_ranked_reported_and_measured_again(self):
        self.ok(SINCE)
        self.ok(SHORT)
        compared = self.ok("%compare since since@kernel --on messaging:groups=1,loops=5 -n 2 --warm-ups 0").shown()
        self.assertIn("since@kernel", compared)
        self.ok("%bench messaging:groups=1,loops=5 --only --policies fifo@kernel,short -n 2 --warm-ups 0")
        ranked = self.ok("%leaderboard --against since").shown()
        self.assertIn("since@kernel (", ranked)
        self.assertIn("fifo@kernel (", self.ok("%leaderboard --against short").shown())
        self.assertIn("of 3 policies", self.ok("%report worlds.html").shown())
        again = subprocess.run(
            [LAUNCHER, "reproduce", os.path.join(self.directory.name, "worlds.html")],
            capture_output=True, text=True, timeout=300, env=environment())
        self.assertIn("since@kernel", again.stdout, again.stderr)
        self.assertIn("short@kernel", again.stdout, again.stderr)
        self.assertIn("ratio", again.stdout.splitlines()[-1], again.stderr)

    def test_a_target_has_policies_decide_in_the_kernel_when_told_so(self):
        self.ok(SINCE)
        self.ok("%target vm --in-kernel")
        self.assertIn("since is attached in the kernel", self.ok("%attach since").shown())
        self.ok("%target vm --no-in-kernel")
        self.assertIn("since is attached", self.ok("%attach since").shown())
        self.assertRegex(self.ok("%status").shown(), r"policy\s+since\s")
        self.ok("%detach")

    def test_what_cannot_be_translated_is_named_with_its_line_and_nothing_is_attached(self):
        self.ok(FLOATS)
        self.fails("%attach floats --in-kernel", "line 4, column 9", "keep parts per thousand")
        self.assertRegex(self.ok("%status").shown(), "No (policy is attached|guest is running)")

    def test_a_policy_in_c_is_compiled_completed_attached_and_measured(self):
        self.assertIn("%attach short attaches it", self.ok(SHORT).shown())
        matches = self.session.complete(SHORT, SHORT.index("sb_insert") + len("sb_ins"))["matches"]
        self.assertIn("sb_insert_vtime", matches)
        self.assertIn("short is attached in the kernel", self.ok("%attach short").shown())
        figures = self.ok("%bench messaging --only --policies fifo@kernel,short -n 2 --warm-ups 0").shown()
        self.assertIn("short", figures)

    def test_what_a_policy_in_c_may_not_is_marked_in_its_cell(self):
        self.fails(SHORT.replace("SB_DSQS(1);", '#include "/etc/passwd"'), "#include is not possible", "2")
        self.fails(SHORT.replace("(task, 1", "(tusk, 1"), "tusk", "6")
        self.fails("%attach short", "does not compile")
        self.fails("%sim messaging --policies short", "written in C")


if __name__ == "__main__":
    unittest.main()
