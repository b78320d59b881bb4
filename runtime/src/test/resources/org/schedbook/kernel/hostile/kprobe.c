// line 0: The program kprobe/do_exit
SEC("kprobe/do_exit") int spy(void *unused)
{
	return 0;
}
static void enqueue(SB, struct task_struct *task, s64 enqFlags)
{
	sb_insert(task, Dsq_GLOBAL, SLICE_DFL_NS, enqFlags);
sb_out:;
}
