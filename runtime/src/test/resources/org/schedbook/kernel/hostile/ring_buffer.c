// line 0: The map leak
struct {
	__uint(type, 27);
	__uint(max_entries, 4096);
} leak SEC(".maps");
static void enqueue(SB, struct task_struct *task, s64 enqFlags)
{
	sb_insert(task, Dsq_GLOBAL, SLICE_DFL_NS, enqFlags);
sb_out:;
}
