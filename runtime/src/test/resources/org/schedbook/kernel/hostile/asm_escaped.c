// line 2: only in comments and strings
\u0061sm(".incbin \"/etc/passwd\"");
static void enqueue(SB, struct task_struct *task, s64 enqFlags)
{
	sb_insert(task, Dsq_GLOBAL, SLICE_DFL_NS, enqFlags);
sb_out:;
}
