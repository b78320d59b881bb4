// line 3: is not closed
static void enqueue(SB, struct task_struct *task, s64 enqFlags)
{
