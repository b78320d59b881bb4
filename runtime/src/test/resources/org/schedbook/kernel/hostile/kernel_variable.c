// line 0: init_task of the kernel
extern const u64 init_task __attribute__((section(".ksyms")));
u64 seen;
static void enqueue(SB, struct task_struct *task, s64 enqFlags)
{
	seen = (u64)&init_task;
	sb_insert(task, Dsq_GLOBAL, SLICE_DFL_NS, enqFlags);
sb_out:;
}
