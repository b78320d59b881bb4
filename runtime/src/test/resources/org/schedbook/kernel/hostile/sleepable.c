// line 0: The program fentry.s
SEC("fentry.s/__x64_sys_execve") int spy(void *unused)
{
	return 0;
}
static void enqueue(SB, struct task_struct *task, s64 enqFlags)
{
	sb_insert(task, Dsq_GLOBAL, SLICE_DFL_NS, enqFlags);
sb_out:;
}
