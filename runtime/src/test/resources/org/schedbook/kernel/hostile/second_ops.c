// line 0: a second set of operations
SEC(".struct_ops.link") struct sched_ext_ops mine = { .name = "mine" };
static void enqueue(SB, struct task_struct *task, s64 enqFlags)
{
	sb_insert(task, Dsq_GLOBAL, SLICE_DFL_NS, enqFlags);
sb_out:;
}
