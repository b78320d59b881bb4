// line 4: assembly
static void enqueue(SB, struct task_struct *task, s64 enqFlags)
{
	__asm__ volatile ("r0 = 0");
}
