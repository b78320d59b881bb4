/* SPDX-License-Identifier: GPL-2.0 */
/* Fair by virtual time, as someone writes it by hand against policy.h. */

#define SHARED 0

SB_DSQS(SHARED);

s64 vtime_now;

static __always_inline void enqueue(SB, struct task_struct *task, s64 enqFlags)
{
	s64 least = READ_ONCE(vtime_now) - SLICE_DFL_NS;
	s64 vtime = sb_vtime(task) + sb_div(s64, sb_ran_ns(task) * 100, sb_weight(task));

	if (vtimeBefore(vtime, least))
		vtime = least;
	sb_insert_vtime(task, SHARED, SLICE_DFL_NS, vtime, enqFlags);
sb_out:;
}

static __always_inline void running(SB, struct task_struct *task)
{
	s64 vtime = sb_vtime(task);

	if (vtimeBefore(vtime_now, vtime))
		sb_raise_vtime(vtime_now, vtime);
sb_out:;
}
