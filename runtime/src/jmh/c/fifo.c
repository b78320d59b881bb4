/* SPDX-License-Identifier: GPL-2.0 */
/* First in, first out, as someone writes it by hand against policy.h. */

static __always_inline void enqueue(SB, struct task_struct *task, s64 enqFlags)
{
	sb_insert(task, Dsq_GLOBAL, SLICE_DFL_NS, enqFlags);
sb_out:;
}
