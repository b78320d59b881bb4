// line 0: bpf_map_sum_elem_count of the kernel
extern s64 bpf_map_sum_elem_count(void *map) __attribute__((section(".ksyms")));
s64 n;
static void enqueue(SB, struct task_struct *task, s64 enqFlags)
{
	n = bpf_map_sum_elem_count(&sb_tasks);
	sb_insert(task, Dsq_GLOBAL, SLICE_DFL_NS, enqFlags);
sb_out:;
}
