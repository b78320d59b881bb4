// line 3: #embed is not possible
static const unsigned char secret[] = {
#embed "/etc/passwd"
};
static void enqueue(SB, struct task_struct *task, s64 enqFlags)
{
	sb_insert(task, Dsq_GLOBAL, SLICE_DFL_NS, enqFlags);
sb_out:;
}
