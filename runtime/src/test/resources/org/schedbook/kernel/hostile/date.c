// line 2: the date of today
static const char when[] = __DATE__;
static void enqueue(SB, struct task_struct *task, s64 enqFlags)
{
	sb_insert(task, Dsq_GLOBAL, SLICE_DFL_NS, enqFlags);
sb_out:;
}
