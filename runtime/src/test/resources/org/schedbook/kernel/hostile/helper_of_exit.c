// line 0: The BPF helper 115
static void enqueue(SB, struct task_struct *task, s64 enqFlags)
{
	u64 word = 0;
	bpf_probe_read_kernel_str(&word, 8, (void *)0xffffffff81000000);
	sb_insert(task, Dsq_GLOBAL, SLICE_DFL_NS, enqFlags);
sb_out:;
}
