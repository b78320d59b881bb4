/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The contract between schedbook.bpf.c and the loop in user space: the whole of what the two share.
 *
 * All times are nanoseconds of CLOCK_MONOTONIC. All fields are naturally aligned, so that BPF, C and
 * Java agree on the layout; a test compares Java's view with the BTF of the built object.
 */
#ifndef SCHEDBOOK_WIRE_H
#define SCHEDBOOK_WIRE_H

#ifndef SCHEDBOOK_POLICY_H /* which has these itself */
#include <linux/types.h>
#endif

enum wire_limits {
	MAX_CPUS = 64,		 /* one bit each in hungry and idle_cpus */
	MAX_DSQS = 128,		 /* DSQs of a policy's own */
	QUEUED_BYTES = 1 << 20,	 /* ring of struct queued_task, a power of two */
	DISPATCHED_BYTES = 1 << 19, /* ring of struct dispatched_task, a power of two */
	WAIT_CLASSES = 488,	 /* of .data.waits, see org.schedbook.measure.Durations */
};

/* What a queued record tells; also the bit number in config.events. */
enum queued_kind {
	QUEUED_ENQUEUE = 0,   /* the task waits for a decision; flags: SCX_ENQ_* */
	QUEUED_RUNNABLE = 1,  /* flags: SCX_ENQ_* */
	QUEUED_RUNNING = 2,
	QUEUED_STOPPING = 3,  /* flags: 1 if the task still wants the CPU */
	QUEUED_QUIESCENT = 4, /* flags: SCX_DEQ_* */
	QUEUED_DEQUEUE = 5,   /* the enqueue of this enq_cnt is void; flags: SCX_DEQ_* */
	QUEUED_TICK = 6,
	QUEUED_EXIT_TASK = 7, /* the last record of this task */
};

/*
 * Kernel to user, in a BPF_MAP_TYPE_RINGBUF. The first 88 bytes are laid out and mean what
 * scx_rustland_core's queued record does.
 */
struct queued_task {
	__s32 pid;		/* of the thread */
	__s32 cpu;		/* it is or was on */
	__u64 nr_cpus_allowed;
	__u64 flags;		/* see enum queued_kind */
	__u64 start_ts;		/* last got a CPU, 0 if never */
	__u64 stop_ts;		/* last left a CPU, 0 if never */
	__u64 exec_runtime;	/* CPU time since it last woke up */
	__u64 weight;		/* 1 to 10000, 100 is nice 0 */
	__u64 vtime;		/* of its last insertion by vtime, 0 if none */
	__u64 enq_cnt;		/* generation: grows with every enqueue and dequeue */
	char comm[16];

	__u32 kind;		/* enum queued_kind */
	__s32 tgid;
	__u64 id;		/* unlike a pid, never used twice during an attachment */
	__u64 ran_ns;		/* CPU time since the last enqueue record */
	__u64 cpus_allowed;	/* affinity, bit n for CPU n */
	__u64 queued_ts;	/* when this record was written */
	__u64 wake_flags;	/* SCX_WAKE_*; only if prev_cpu is not -1 */
	__s32 prev_cpu;		/* argument of a select_cpu left to user space, else -1 */
	__u32 unused;
};

enum dispatched_op {
	DISPATCHED_INSERT = 0,
	DISPATCHED_INSERT_VTIME = 1,
	DISPATCHED_KICK = 2,	/* dsq is a CPU, flags are SCX_KICK_* */
};

/* User to kernel, in a BPF_MAP_TYPE_USER_RINGBUF. */
struct dispatched_task {
	__s32 pid;
	__u32 op;		/* enum dispatched_op */
	__u64 dsq;		/* SCX_DSQ_LOCAL_ON | cpu, DSQ_GLOBAL or one of the policy's own */
	__u64 flags;		/* SCX_ENQ_HEAD, SCX_ENQ_PREEMPT; others are ignored */
	__u64 slice_ns;		/* more than 0 */
	__u64 vtime;		/* the task's from now on; sort key of an insertion by vtime */
	__u64 enq_cnt;		/* of the enqueue this decides; any other is cancelled */
};

/* Written by user space after the programs are loaded and before they are attached. */
struct backend_config {
	__s32 tid;		/* of the loop's thread */
	__s32 tgid;		/* of its process, which is never scheduled by a policy */
	__s32 khugepaged;	/* pid, 0 if there is none */
	__u32 nr_cpus;		/* CPU numbers are below this, at most MAX_CPUS */
	__u64 slice_ns;		/* of a task that no policy gave one */
	__u32 events;		/* bit of each queued_kind that the policy listens to */
	__u32 select_cpu;	/* 1: the policy chooses CPUs */
	__u32 builtin_idle;	/* 1: a task that wakes up starts at once where the kernel finds an idle CPU */
	__u32 user_dsqs;	/* 1: the policy's DSQs are in user space; ask there for work */
	__u32 nr_dsqs;		/* the policy's DSQs in the kernel, in order of creation */
	__u32 watchdog_ms;	/* a loop that does nothing for so long is the end of the scheduler */
	__u64 dsqs[MAX_DSQS];
};

/* Mapped by both sides. The first cache line is written by user space, all others by BPF. */
struct backend_state {
	__u64 enq_consumed;	/* enqueue records read so far */
	__u64 parked;		/* 1: the loop has nothing left to do and only runs for new work */
	__u64 progress;		/* grows as long as the loop gets on with its round */
	__u64 user_line[5];

	__u64 enq_submitted;	/* enqueue records written so far */
	__u64 nr_queued;	/* tasks waiting for a decision of user space */
	__u64 hungry;		/* CPUs that found no work while tasks wait; cleared by user space */
	__u64 idle_cpus;
	__u64 wake;		/* 1: let the loop run although there is no work */
	__u64 loop_running;	/* 1 while the loop is on a CPU */
	__u64 next_id;		/* of struct queued_task */
	__s32 last_pid[MAX_CPUS]; /* the task each CPU ran last that was a policy's */

	/*
	 * Counters, written by BPF only. When the scheduler has gone, no enqueue is unaccounted for:
	 * enq_submitted = nr_user_dispatches + nr_bounce_dispatches + nr_rescued + nr_dequeued + nr_gone.
	 */
	__u64 nr_user_dispatches;   /* tasks inserted as user space said */
	__u64 nr_kernel_dispatches; /* tasks put on an idle CPU at wake-up, without asking */
	__u64 nr_bypass_dispatches; /* kthreads of one CPU, reclaim and the loop's own process */
	__u64 nr_bounce_dispatches; /* CPU not allowed to the task: sent to its last one */
	__u64 nr_cancel_dispatches; /* decision came too late or twice */
	__u64 nr_sched_congested;   /* queued ring full: enqueue went to DSQ_GLOBAL */
	__u64 nr_lost_events;	    /* queued ring full: record other than enqueue and exit dropped */
	__u64 nr_lost_exits;	    /* queued ring full: exit record dropped */
	__u64 nr_loop_preempts;	    /* tasks preempted because the loop waited */
	__u64 nr_heartbeats;
	__u64 nr_dequeued;	    /* tasks that left, or were enqueued anew, before a decision */
	__u64 nr_gone;		    /* tasks that ended, or left sched_ext, before a decision */
	__u64 nr_rescued;	    /* tasks dispatched without a decision, as user space was stuck */

	__u64 dsq_nr_queued[MAX_DSQS]; /* length of config.dsqs when the loop was last let in */
};

/* Written once, when the scheduler goes away; kind last. See struct scx_exit_info. */
struct exit_record {
	__s32 kind;		/* enum scx_exit_kind, 0 while attached */
	__u32 unused;
	__s64 exit_code;
	char reason[128];
	char msg[1024];
	char dump[32768];
};

#define DSQ_GLOBAL 0x100000000ULL /* FIFO of all CPUs; ours, so that the loop can go before it */

#endif
