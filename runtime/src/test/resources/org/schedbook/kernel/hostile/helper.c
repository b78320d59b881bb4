// line 0: The BPF helper 113
static long (*peek)(void *, u32, const void *) = (void *)113;
static void enqueue(SB, struct task_struct *task, s64 enqFlags)
{
	u64 word = 0;
	((long (*)(void *, u32, const void *))(void *)113)(&word, 8, (void *)0xffffffff81000000);
	sb_insert(task, Dsq_GLOBAL, SLICE_DFL_NS, enqFlags);
sb_out:;
}
