// line 2: a look at files
#if __has_include("/root/.ssh/id_rsa")
#endif
static void enqueue(SB, struct task_struct *task, s64 enqFlags)
{
	sb_insert(task, Dsq_GLOBAL, SLICE_DFL_NS, enqFlags);
sb_out:;
}
