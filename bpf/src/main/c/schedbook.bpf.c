// SPDX-License-Identifier: GPL-2.0
/*
 * Schedbook's backend in the kernel: it lets a policy in user space schedule, and has no policy.
 *
 * A task that becomes runnable is described in the ring "queued". The loop, one thread of a JVM,
 * reads it, asks the policy, and answers through the ring "dispatched"; the next CPU that looks for
 * work drains that ring and inserts the tasks into the DSQs the policy named.
 *
 * Deciding in user space can deadlock in a way that deciding in the kernel can not: whatever the
 * loop needs in order to answer must never wait for its answer. So none of these reaches the policy:
 *  - the loop's own thread: DSQ_LOOP, served before all others whenever there is work for it;
 *  - the other threads of its process (collector, compiler, signals): an idle CPU, or DSQ_BYPASS;
 *  - kthreads bound to one CPU, and those that reclaim memory: their CPU's local DSQ;
 *  - exiting and migration-disabled tasks: left to the core, by not setting the flags that ask
 *    for them;
 *  - anything the rings have no room for: DSQ_GLOBAL.
 * And the loop never waits long: not for a long slice to end (tick), not for an idle machine to
 * wake up (heartbeat), and a CPU on its way to idle looks once more (update_idle).
 *
 * It may wait for one of those that wait for it all the same: out of memory, say, for a lock of its
 * process that another thread holds until a task is killed whose turn it is to be scheduled. So when
 * the loop has done nothing for STUCK_NS the tasks are dispatched without it, to whatever CPU is
 * free, until it goes on (rescue).
 */
#include <linux/bpf.h>
#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "wire.h"

char _license[] SEC("license") = "GPL";

/* No constants to the verifier: programs are loaded before it is known what policy they are for. */
struct backend_config config SEC(".data.config");
struct backend_state shared SEC(".data.shared");
struct exit_record exit_record SEC(".data.exit");
/* Decisions by how long their enqueue waited to be carried out; only who drains the ring writes. */
__u64 waits[WAIT_CLASSES] SEC(".data.waits");

#define DSQ_LOOP (DSQ_GLOBAL + 1)
#define DSQ_BYPASS (DSQ_GLOBAL + 2)

#define NSEC_PER_MSEC 1000000ULL
#define NSEC_PER_SEC 1000000000ULL
#define SLICE_INF (~0ULL)
#define BYPASS_SLICE_NS 5000000ULL
#define STUCK_NS NSEC_PER_SEC

#define CLOCK_MONOTONIC 1

#define READ_ONCE(x) (*(volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile typeof(x) *)&(x) = (v))
#define COUNT(counter) __sync_fetch_and_add(&shared.counter, 1)

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, QUEUED_BYTES);
} queued SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_USER_RINGBUF);
	__uint(max_entries, DISPATCHED_BYTES);
} dispatched SEC(".maps");

struct task_ctx {
	__u64 id;
	__u64 start_ts;
	__u64 stop_ts;
	__u64 exec_runtime;
	__u64 ran_ns;
	__u64 slice_ns; /* what the policy last gave */
	__u64 vtime;
	__u64 enq_cnt;
	__u64 queued_ts; /* of the last record */
	__u64 held; /* enq_cnt of the enqueue that user space is to decide, 0 if none */
	__u64 wake_flags;
	__s32 prev_cpu;
	__u32 known; /* user space has heard of the task */
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct task_ctx);
} task_ctxs SEC(".maps");

struct heartbeat {
	struct bpf_timer timer;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, struct heartbeat);
} heartbeats SEC(".maps");

static __u64 offline_cpus; /* that were there when the scheduler was attached */

/* What the loop last was seen to have done, and when; stuck if that is too long ago. */
static __u64 progress_seen;
static __u64 progress_ts;
static bool stuck;

static struct task_ctx *task_ctx(struct task_struct *p)
{
	return bpf_task_storage_get(&task_ctxs, p, 0, 0);
}

static __u64 slice_of(const struct task_ctx *tctx)
{
	return tctx && tctx->slice_ns ? tctx->slice_ns : config.slice_ns;
}

static bool is_loop(const struct task_struct *p)
{
	return p->pid == config.tid;
}

static bool is_own(const struct task_struct *p)
{
	return p->tgid == config.tgid;
}

static bool is_vital_kthread(const struct task_struct *p)
{
	if (!(p->flags & PF_KTHREAD))
		return false;
	return p->nr_cpus_allowed == 1 || p->flags & (PF_KSWAPD | PF_KCOMPACTD) ||
	       p->pid == config.khugepaged;
}

static bool is_bypass(const struct task_struct *p)
{
	return is_own(p) || is_vital_kthread(p);
}

/* ---- Work for the loop, work for the CPUs ---- */

static bool loop_has_work(void)
{
	/* Interrupted in the middle of its work, it must go on. */
	if (!READ_ONCE(shared.parked) || READ_ONCE(shared.wake))
		return true;
	if ((__s64)(READ_ONCE(shared.enq_submitted) - READ_ONCE(shared.enq_consumed)) > 0)
		return true;
	if (READ_ONCE(shared.hungry) && READ_ONCE(shared.nr_queued))
		return true;
	/* Events that decide nothing are read when the loop runs anyway, or before they pile up. */
	return bpf_ringbuf_query(&queued, BPF_RB_AVAIL_DATA) > QUEUED_BYTES / 4;
}

static bool tasks_wait(void)
{
	if (scx_bpf_dsq_nr_queued(DSQ_GLOBAL) > 0 || scx_bpf_dsq_nr_queued(DSQ_BYPASS) > 0)
		return true;
	for (__u32 i = 0; i < config.nr_dsqs && i < MAX_DSQS; i++)
		if (scx_bpf_dsq_nr_queued(config.dsqs[i]) > 0)
			return true;
	return false;
}

static __s32 lowest_cpu(__u64 cpus)
{
	return __builtin_ctzll(cpus);
}

/* Wakes one idle CPU, if there is any, so that it looks for work. */
static void kick_any_idle(__s32 preferred)
{
	__u64 idle = READ_ONCE(shared.idle_cpus);

	if (!idle)
		return;
	if (preferred < 0 || preferred >= MAX_CPUS || !(idle & 1ULL << preferred))
		preferred = lowest_cpu(idle);
	scx_bpf_kick_cpu(preferred, ENUM(scx_kick_flags, SCX_KICK_IDLE));
}

/* Wakes one idle CPU that may run the task, which was put into a DSQ of several CPUs. */
static void kick_idle_for(struct task_struct *p)
{
	__s32 cpu = scx_bpf_pick_idle_cpu(p->cpus_ptr, 0);
	__u64 idle;

	if (cpu < 0) {
		/*
		 * A CPU going idle appears in idle_cpus first and looks at the DSQs after that (see
		 * update_idle), the core's own mask comes last: this closes the gap between.
		 */
		idle = READ_ONCE(shared.idle_cpus) & p->cpus_ptr->bits[0];
		if (!idle)
			return;
		cpu = lowest_cpu(idle);
	}
	scx_bpf_kick_cpu(cpu, ENUM(scx_kick_flags, SCX_KICK_IDLE));
}

static void wake_loop(__s32 preferred)
{
	if (!READ_ONCE(shared.loop_running))
		kick_any_idle(preferred);
}

/* ---- A loop that does not get on ---- */

static bool loop_owes_decisions(void)
{
	if ((__s64)(READ_ONCE(shared.enq_submitted) - READ_ONCE(shared.enq_consumed)) > 0)
		return true;
	/* In the middle of a round some may be made and not be published yet. */
	return !READ_ONCE(shared.parked) && READ_ONCE(shared.nr_queued);
}

static void note_progress(__u64 progress, __u64 now)
{
	WRITE_ONCE(progress_seen, progress);
	WRITE_ONCE(progress_ts, now);
	WRITE_ONCE(stuck, false);
}

static bool is_stuck(void)
{
	return READ_ONCE(stuck) && READ_ONCE(shared.progress) == READ_ONCE(progress_seen);
}

static void watch_loop(void)
{
	/* The verifier wants it where it could be written to. */
	static char stalled[] = "the policy's loop stalled: it did nothing for %llu ms";
	__u64 progress = READ_ONCE(shared.progress);
	__u64 now = bpf_ktime_get_ns();
	__s64 idle_ns = now - READ_ONCE(progress_ts);
	unsigned long long limit_ms[] = { config.watchdog_ms };

	if (progress != READ_ONCE(progress_seen) || !loop_owes_decisions()) {
		note_progress(progress, now);
	} else if (idle_ns > (__s64)(config.watchdog_ms * NSEC_PER_MSEC)) {
		scx_bpf_error_bstr(stalled, limit_ms, sizeof(limit_ms));
	} else if (idle_ns > (__s64)STUCK_NS) {
		WRITE_ONCE(stuck, true);
		kick_any_idle(-1);
	}
}

/*
 * Dispatches what waits for a decision, all of it or as much as there are slots for. A decision
 * that comes later is cancelled.
 */
static void rescue(void)
{
	struct bpf_iter_task it;
	struct task_struct *p;

	bpf_iter_task_new(&it, NULL, BPF_TASK_ITER_ALL_THREADS);
	while ((p = bpf_iter_task_next(&it)) && scx_bpf_dispatch_nr_slots() > 0) {
		struct task_ctx *tctx = task_ctx(p);
		__u64 held = tctx ? READ_ONCE(tctx->held) : 0;

		if (!held)
			continue;
		dsq_insert(p, DSQ_GLOBAL, slice_of(tctx), 0);
		if (__sync_val_compare_and_swap(&tctx->held, held, 0) != held) {
			scx_bpf_dispatch_cancel();
			continue;
		}
		__sync_fetch_and_sub(&shared.nr_queued, 1);
		COUNT(nr_rescued);
		kick_idle_for(p);
	}
	bpf_iter_task_destroy(&it);
}

/* ---- Records to user space ---- */

static bool listens(enum queued_kind kind)
{
	return config.events & 1U << kind;
}

/* Not inlined, so that the record is in the BTF, for the test that compares Java's layout with it. */
static __noinline void describe(struct queued_task *rec, struct task_struct *p,
				struct task_ctx *tctx)
{
	rec->pid = p->pid;
	rec->cpu = scx_bpf_task_cpu(p);
	rec->nr_cpus_allowed = p->nr_cpus_allowed;
	rec->start_ts = tctx->start_ts;
	rec->stop_ts = tctx->stop_ts;
	rec->exec_runtime = tctx->exec_runtime;
	rec->weight = p->scx.weight;
	rec->vtime = tctx->vtime;
	rec->enq_cnt = tctx->enq_cnt;
	__builtin_memcpy(rec->comm, p->comm, sizeof(rec->comm));
	rec->tgid = p->tgid;
	rec->id = tctx->id;
	rec->ran_ns = tctx->ran_ns;
	rec->cpus_allowed = p->cpus_ptr->bits[0];
	rec->queued_ts = tctx->queued_ts = bpf_ktime_get_ns();
	rec->wake_flags = tctx->wake_flags;
	rec->prev_cpu = tctx->prev_cpu;
	rec->unused = 0;
}

static bool send(struct task_struct *p, struct task_ctx *tctx, enum queued_kind kind, __u64 flags)
{
	struct queued_task *rec;

	/* The last quarter of the ring is kept for the records that matter most. */
	if (kind != QUEUED_EXIT_TASK) {
		__u64 used = bpf_ringbuf_query(&queued, BPF_RB_AVAIL_DATA);

		if (used > QUEUED_BYTES / 16 * (kind == QUEUED_ENQUEUE ? 15 : 12))
			return false;
	}
	rec = bpf_ringbuf_reserve(&queued, sizeof(*rec), 0);
	if (!rec)
		return false;
	describe(rec, p, tctx);
	rec->kind = kind;
	rec->flags = flags;
	tctx->known = 1;
	/* Nobody polls the ring: the loop is woken by being scheduled. */
	bpf_ringbuf_submit(rec, BPF_RB_NO_WAKEUP);
	return true;
}

static void send_event(struct task_struct *p, struct task_ctx *tctx, enum queued_kind kind,
		       __u64 flags)
{
	if (listens(kind) && !is_bypass(p) && !send(p, tctx, kind, flags))
		COUNT(nr_lost_events);
}

/* ---- Callbacks ---- */

/*
 * A task wakes up. If a CPU is idle and nothing waits, it starts there at once: asking user space
 * where nobody competes would only cost time.
 */
SEC("struct_ops/schedbook_select_cpu")
__s32 BPF_PROG(schedbook_select_cpu, struct task_struct *p, __s32 prev_cpu, __u64 wake_flags)
{
	struct task_ctx *tctx = task_ctx(p);
	bool bypass = is_bypass(p);
	bool is_idle = false;
	__s32 cpu;

	if (is_loop(p))
		return prev_cpu;
	if (config.select_cpu && tctx) {
		tctx->prev_cpu = prev_cpu;
		tctx->wake_flags = wake_flags;
	}
	if (!config.builtin_idle && !bypass)
		return prev_cpu;
	cpu = scx_bpf_select_cpu_dfl(p, prev_cpu, wake_flags, &is_idle);
	if (is_idle && (bypass || (!READ_ONCE(shared.nr_queued) && !tasks_wait()))) {
		dsq_insert(p, ENUM(scx_dsq_id_flags, SCX_DSQ_LOCAL),
			   bypass ? BYPASS_SLICE_NS : slice_of(tctx), 0);
		if (bypass)
			COUNT(nr_bypass_dispatches);
		else
			COUNT(nr_kernel_dispatches);
		if (tctx)
			tctx->prev_cpu = -1; /* nobody is asked this time */
	}
	return cpu;
}

static void enqueue_loop(struct task_struct *p)
{
	dsq_insert(p, DSQ_LOOP, config.slice_ns, 0);
	/* Work that came after its CPU last looked would otherwise wait for the heartbeat. */
	if (loop_has_work())
		kick_any_idle(scx_bpf_task_cpu(p));
}

static void enqueue_bypass(struct task_struct *p)
{
	__u64 local = ENUM(scx_dsq_id_flags, SCX_DSQ_LOCAL);
	__s32 cpu;

	COUNT(nr_bypass_dispatches);
	if (is_vital_kthread(p)) {
		dsq_insert(p, local, BYPASS_SLICE_NS, 0);
		scx_bpf_kick_cpu(scx_bpf_task_cpu(p), ENUM(scx_kick_flags, SCX_KICK_IDLE));
		return;
	}
	dsq_insert(p, DSQ_BYPASS, BYPASS_SLICE_NS, 0);
	cpu = scx_bpf_pick_idle_cpu(p->cpus_ptr, 0);
	if (cpu >= 0)
		scx_bpf_kick_cpu(cpu, ENUM(scx_kick_flags, SCX_KICK_IDLE));
}

/* A task wants a CPU: leave the decision to user space. */
SEC("struct_ops/schedbook_enqueue")
void BPF_PROG(schedbook_enqueue, struct task_struct *p, __u64 enq_flags)
{
	struct task_ctx *tctx;

	if (is_loop(p)) {
		enqueue_loop(p);
		return;
	}
	if (is_bypass(p)) {
		enqueue_bypass(p);
		return;
	}
	tctx = task_ctx(p);
	if (!tctx) {
		dsq_insert(p, DSQ_GLOBAL, config.slice_ns, 0);
		kick_idle_for(p);
		return;
	}
	/* Set before the record is visible: the answer may come before this function returns. */
	tctx->enq_cnt++;
	if (__sync_lock_test_and_set(&tctx->held, tctx->enq_cnt))
		COUNT(nr_dequeued);
	else
		COUNT(nr_queued);
	if (send(p, tctx, QUEUED_ENQUEUE, enq_flags)) {
		if (READ_ONCE(shared.enq_consumed) == READ_ONCE(shared.enq_submitted))
			note_progress(READ_ONCE(shared.progress), tctx->queued_ts);
		COUNT(enq_submitted);
		tctx->ran_ns = 0;
		wake_loop(scx_bpf_task_cpu(p));
	} else {
		if (__sync_lock_test_and_set(&tctx->held, 0))
			__sync_fetch_and_sub(&shared.nr_queued, 1);
		COUNT(nr_sched_congested);
		dsq_insert(p, DSQ_GLOBAL, slice_of(tctx), 0);
		kick_idle_for(p);
		wake_loop(-1);
	}
	tctx->prev_cpu = -1;
	tctx->wake_flags = 0;
}

/* A waiting task goes away: it changes its affinity or class, or dies. */
SEC("struct_ops/schedbook_dequeue")
void BPF_PROG(schedbook_dequeue, struct task_struct *p, __u64 deq_flags)
{
	struct task_ctx *tctx = task_ctx(p);

	if (!tctx || !__sync_lock_test_and_set(&tctx->held, 0))
		return;
	__sync_fetch_and_sub(&shared.nr_queued, 1);
	COUNT(nr_dequeued);
	tctx->enq_cnt++;
	send_event(p, tctx, QUEUED_DEQUEUE, deq_flags);
}

static bool is_local_on(__u64 dsq)
{
	__u64 local_on = ENUM(scx_dsq_id_flags, SCX_DSQ_LOCAL_ON);

	return (dsq & local_on) == local_on;
}

/*
 * Sends a task that may not run on the CPU it was given to the one it was on. To the core that would
 * be an error, and the end of the scheduler. Not inlined for the same reason as describe().
 */
static __noinline bool bounce(struct dispatched_task *rec, struct task_struct *p)
{
	__u32 cpu = rec->dsq;

	if (!is_local_on(rec->dsq) ||
	    (cpu < config.nr_cpus && bpf_cpumask_test_cpu(cpu, p->cpus_ptr)))
		return false;
	cpu = scx_bpf_task_cpu(p);
	if (bpf_cpumask_test_cpu(cpu, p->cpus_ptr))
		rec->dsq = ENUM(scx_dsq_id_flags, SCX_DSQ_LOCAL_ON) | cpu;
	else
		rec->dsq = DSQ_GLOBAL;
	return true;
}

/* As Durations.classOf() does: eight classes to a power of two. */
static __u32 wait_class(__u64 ns)
{
	__u32 shift = 0;

	for (__u32 bits = 32; bits; bits /= 2)
		if (ns >> shift >> bits >= 8)
			shift += bits;
	return (shift << 3) + (ns >> shift);
}

/*
 * Carries out one decision of user space. Returns 1 to stop draining, 0 to go on. The clock is looked
 * at once for all that are there.
 */
static long dispatch_one(struct bpf_dynptr *dynptr, __u64 *now)
{
	struct dispatched_task rec;
	struct task_struct *p;
	struct task_ctx *tctx;
	bool bounced;
	__u32 class;

	if (bpf_dynptr_read(&rec, sizeof(rec), dynptr, 0, 0))
		return 0;
	if (rec.op == DISPATCHED_KICK) {
		if (rec.dsq < config.nr_cpus)
			scx_bpf_kick_cpu(rec.dsq,
					 rec.flags & (ENUM(scx_kick_flags, SCX_KICK_IDLE) |
						      ENUM(scx_kick_flags, SCX_KICK_PREEMPT)));
		return 0;
	}
	p = bpf_task_from_pid(rec.pid);
	if (!p)
		return 0;
	tctx = task_ctx(p);
	if (!tctx)
		goto release;
	if (READ_ONCE(tctx->held) != rec.enq_cnt) {
		COUNT(nr_cancel_dispatches);
		goto release;
	}

	bounced = bounce(&rec, p);
	if (rec.op == DISPATCHED_INSERT_VTIME)
		dsq_insert_vtime(p, rec.dsq, rec.slice_ns, rec.vtime);
	else
		dsq_insert(p, rec.dsq, rec.slice_ns,
			   rec.flags & (ENUM(scx_enq_flags, SCX_ENQ_HEAD) |
					ENUM(scx_enq_flags, SCX_ENQ_PREEMPT)));
	/*
	 * The insert noted which enqueue of the task it answers, and the core drops it should the
	 * task be enqueued anew from here on. Whether that was still the enqueue which user space
	 * decided on can be said only now.
	 */
	if (__sync_val_compare_and_swap(&tctx->held, rec.enq_cnt, 0) != rec.enq_cnt) {
		scx_bpf_dispatch_cancel();
		COUNT(nr_cancel_dispatches);
		goto release;
	}
	__sync_fetch_and_sub(&shared.nr_queued, 1);
	tctx->slice_ns = rec.slice_ns;
	tctx->vtime = rec.vtime;
	if (!*now)
		*now = bpf_ktime_get_ns();
	class = wait_class(*now > tctx->queued_ts ? *now - tctx->queued_ts : 0);
	if (class < WAIT_CLASSES)
		waits[class]++;
	if (bounced)
		COUNT(nr_bounce_dispatches);
	else
		COUNT(nr_user_dispatches);
	if (is_local_on(rec.dsq)) {
		/* So that user space does not give it a second task before it woke up. */
		__sync_fetch_and_and(&shared.idle_cpus, ~(1ULL << (rec.dsq & (MAX_CPUS - 1))));
		scx_bpf_kick_cpu(rec.dsq, ENUM(scx_kick_flags, SCX_KICK_IDLE));
	} else {
		kick_idle_for(p);
	}
release:
	bpf_task_release(p);
	return scx_bpf_dispatch_nr_slots() == 0;
}

static bool move_to_local(__u64 dsq)
{
	if (!scx_bpf_dsq_move_to_local(dsq))
		return false;
	/* One CPU was woken for a task; should it have found several, it wakes the next. */
	if (READ_ONCE(shared.idle_cpus) && scx_bpf_dsq_nr_queued(dsq) > 0)
		kick_any_idle(-1);
	return true;
}

static bool let_loop_in(void)
{
	if (!scx_bpf_dsq_move_to_local(DSQ_LOOP))
		return false;
	for (__u32 i = 0; i < config.nr_dsqs && i < MAX_DSQS; i++)
		shared.dsq_nr_queued[i] = scx_bpf_dsq_nr_queued(config.dsqs[i]);
	return true;
}

/* A CPU has nothing to run. */
SEC("struct_ops/schedbook_dispatch")
void BPF_PROG(schedbook_dispatch, __s32 cpu, struct task_struct *prev)
{
	__u64 now = 0;
	bool ask;

	if (scx_bpf_dispatch_nr_slots() > 0 &&
	    bpf_user_ringbuf_drain(&dispatched, dispatch_one, &now, BPF_RB_NO_WAKEUP) == -16 /* EBUSY */)
		/* Another CPU is draining and may not see that this one goes idle. */
		scx_bpf_kick_cpu(cpu, ENUM(scx_kick_flags, SCX_KICK_IDLE));
	if (is_stuck() && READ_ONCE(shared.nr_queued))
		rescue();

	if (loop_has_work() && let_loop_in())
		return;
	if (move_to_local(DSQ_BYPASS) || move_to_local(DSQ_GLOBAL))
		return;
	for (__u32 i = 0; i < config.nr_dsqs && i < MAX_DSQS; i++)
		if (move_to_local(config.dsqs[i]))
			return;

	ask = config.user_dsqs && READ_ONCE(shared.nr_queued);
	if (ask) {
		__sync_fetch_and_or(&shared.hungry, 1ULL << (cpu & (MAX_CPUS - 1)));
		if (let_loop_in())
			return;
	}
	/* Nobody else wants this CPU, so prev keeps it; not the loop, which is to sleep when idle. */
	if (!prev || !(prev->scx.flags & ENUM(scx_ent_flags, SCX_TASK_QUEUED)))
		return;
	if (is_loop(prev)) {
		if (loop_has_work())
			task_set_slice(prev, config.slice_ns);
	} else if (is_bypass(prev)) {
		task_set_slice(prev, BYPASS_SLICE_NS);
	} else if (!ask) {
		task_set_slice(prev, slice_of(task_ctx(prev)));
	}
}

/*
 * A CPU becomes idle or busy. Announcing idleness first and looking for work second pairs with
 * inserting first and looking for idle CPUs second: one of the two sides sees the other.
 */
SEC("struct_ops/schedbook_update_idle")
void BPF_PROG(schedbook_update_idle, __s32 cpu, bool idle)
{
	__u64 bit = 1ULL << (cpu & (MAX_CPUS - 1));

	if (!idle || offline_cpus & bit) {
		__sync_fetch_and_and(&shared.idle_cpus, ~bit);
		return;
	}
	__sync_fetch_and_or(&shared.idle_cpus, bit);
	if (tasks_wait() || (loop_has_work() && scx_bpf_dsq_nr_queued(DSQ_LOOP) > 0))
		scx_bpf_kick_cpu(cpu, ENUM(scx_kick_flags, SCX_KICK_IDLE));
}

/*
 * CPUs come and go. A scheduler without these two the kernel ends whenever one does (kernel/sched/
 * ext.c, handle_hotplug). A CPU that goes may still become idle on its way, and must not be what
 * is woken for work then. A task that is sent to one which has gone the core puts elsewhere.
 */
SEC("struct_ops/schedbook_cpu_online")
void BPF_PROG(schedbook_cpu_online, __s32 cpu)
{
	__sync_fetch_and_and(&offline_cpus, ~(1ULL << (cpu & (MAX_CPUS - 1))));
}

SEC("struct_ops/schedbook_cpu_offline")
void BPF_PROG(schedbook_cpu_offline, __s32 cpu)
{
	__u64 bit = 1ULL << (cpu & (MAX_CPUS - 1));

	__sync_fetch_and_or(&offline_cpus, bit);
	__sync_fetch_and_and(&shared.idle_cpus, ~bit);
	__sync_fetch_and_and(&shared.hungry, ~bit);
}

SEC("struct_ops/schedbook_runnable")
void BPF_PROG(schedbook_runnable, struct task_struct *p, __u64 enq_flags)
{
	struct task_ctx *tctx = task_ctx(p);

	if (!tctx)
		return;
	tctx->exec_runtime = 0;
	send_event(p, tctx, QUEUED_RUNNABLE, enq_flags);
}

SEC("struct_ops/schedbook_running")
void BPF_PROG(schedbook_running, struct task_struct *p)
{
	struct task_ctx *tctx = task_ctx(p);

	if (is_loop(p)) {
		shared.loop_running = 1;
		shared.wake = 0;
	}
	if (!tctx)
		return;
	tctx->start_ts = bpf_ktime_get_ns();
	if (!is_bypass(p))
		shared.last_pid[scx_bpf_task_cpu(p) & (MAX_CPUS - 1)] = p->pid;
	send_event(p, tctx, QUEUED_RUNNING, 0);
}

SEC("struct_ops/schedbook_stopping")
void BPF_PROG(schedbook_stopping, struct task_struct *p, bool runnable)
{
	struct task_ctx *tctx = task_ctx(p);
	__u64 now = bpf_ktime_get_ns();

	if (is_loop(p))
		shared.loop_running = 0;
	if (!tctx || !tctx->start_ts)
		return;
	tctx->stop_ts = now;
	tctx->exec_runtime += now - tctx->start_ts;
	tctx->ran_ns += now - tctx->start_ts;
	send_event(p, tctx, QUEUED_STOPPING, runnable);
}

SEC("struct_ops/schedbook_quiescent")
void BPF_PROG(schedbook_quiescent, struct task_struct *p, __u64 deq_flags)
{
	struct task_ctx *tctx = task_ctx(p);

	if (tctx)
		send_event(p, tctx, QUEUED_QUIESCENT, deq_flags);
}

/*
 * 1/HZ has passed with p on the CPU. If all CPUs are busy with long slices nobody looks whether the
 * loop has work; a slice without end would keep vital kthreads out as well.
 */
SEC("struct_ops/schedbook_tick")
void BPF_PROG(schedbook_tick, struct task_struct *p)
{
	struct task_ctx *tctx;
	__u64 local;

	watch_loop();
	if (is_loop(p))
		return;
	if (!READ_ONCE(shared.loop_running) && loop_has_work() &&
	    scx_bpf_dsq_nr_queued(DSQ_LOOP) > 0) {
		COUNT(nr_loop_preempts);
		task_set_slice(p, 0);
	} else if (p->scx.slice == SLICE_INF) {
		local = ENUM(scx_dsq_id_flags, SCX_DSQ_LOCAL_ON) | scx_bpf_task_cpu(p);
		if (scx_bpf_dsq_nr_queued(DSQ_BYPASS) > 0 || scx_bpf_dsq_nr_queued(local) > 0)
			task_set_slice(p, 0);
	}
	tctx = task_ctx(p);
	if (tctx)
		send_event(p, tctx, QUEUED_TICK, 0);
}

SEC("struct_ops.s/schedbook_init_task")
__s32 BPF_PROG(schedbook_init_task, struct task_struct *p, struct scx_init_task_args *args)
{
	struct task_ctx *tctx =
		bpf_task_storage_get(&task_ctxs, p, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!tctx)
		return -12; /* ENOMEM */
	tctx->id = COUNT(next_id);
	tctx->prev_cpu = -1;
	return 0;
}

SEC("struct_ops/schedbook_exit_task")
void BPF_PROG(schedbook_exit_task, struct task_struct *p, struct scx_exit_task_args *args)
{
	struct task_ctx *tctx = task_ctx(p);

	if (!tctx)
		return;
	if (__sync_lock_test_and_set(&tctx->held, 0)) {
		__sync_fetch_and_sub(&shared.nr_queued, 1);
		COUNT(nr_gone);
	}
	if (tctx->known && !send(p, tctx, QUEUED_EXIT_TASK, 0))
		COUNT(nr_lost_exits);
}

/*
 * Lets the loop in once a second even if there is nothing to do: the kernel's watchdog takes a
 * runnable task that does not run for a broken scheduler.
 */
static int heartbeat(void *map, int *key, struct heartbeat *beat)
{
	const struct cpumask *idle = scx_bpf_get_idle_cpumask();

	COUNT(nr_heartbeats);
	watch_loop();
	/* A CPU that was given a task which then went away is idle without having become so. */
	__sync_fetch_and_or(&shared.idle_cpus, idle->bits[0] & ~offline_cpus);
	scx_bpf_put_idle_cpumask(idle);
	if (!READ_ONCE(shared.loop_running)) {
		shared.wake = 1;
		kick_any_idle(-1);
	}
	bpf_timer_start(&beat->timer, NSEC_PER_SEC, 0);
	return 0;
}

SEC("struct_ops.s/schedbook_init")
__s32 BPF_PROG(schedbook_init)
{
	struct heartbeat *beat;
	__u32 key = 0;
	__s32 err;

	err = scx_bpf_create_dsq(DSQ_GLOBAL, -1);
	if (!err)
		err = scx_bpf_create_dsq(DSQ_LOOP, -1);
	if (!err)
		err = scx_bpf_create_dsq(DSQ_BYPASS, -1);
	for (__u32 i = 0; !err && i < config.nr_dsqs && i < MAX_DSQS; i++)
		err = scx_bpf_create_dsq(config.dsqs[i], -1);
	if (err)
		return err;
	note_progress(0, bpf_ktime_get_ns());
	beat = bpf_map_lookup_elem(&heartbeats, &key);
	if (!beat)
		return -2; /* ENOENT */
	err = bpf_timer_init(&beat->timer, &heartbeats, CLOCK_MONOTONIC);
	if (!err)
		err = bpf_timer_set_callback(&beat->timer, heartbeat);
	if (!err)
		err = bpf_timer_start(&beat->timer, NSEC_PER_SEC, 0);
	return err;
}

SEC("struct_ops/schedbook_exit")
void BPF_PROG(schedbook_exit, struct scx_exit_info *info)
{
	bpf_probe_read_kernel_str(exit_record.reason, sizeof(exit_record.reason), info->reason);
	bpf_probe_read_kernel_str(exit_record.msg, sizeof(exit_record.msg), info->msg);
	bpf_probe_read_kernel_str(exit_record.dump, sizeof(exit_record.dump), info->dump);
	exit_record.exit_code = info->exit_code;
	/* Full barrier: whoever sees the kind sees the rest. */
	__sync_val_compare_and_swap(&exit_record.kind, exit_record.kind, info->kind);
}

SEC(".struct_ops.link")
struct sched_ext_ops schedbook_ops = {
	.select_cpu = (void *)schedbook_select_cpu,
	.enqueue = (void *)schedbook_enqueue,
	.dequeue = (void *)schedbook_dequeue,
	.dispatch = (void *)schedbook_dispatch,
	.tick = (void *)schedbook_tick,
	.runnable = (void *)schedbook_runnable,
	.running = (void *)schedbook_running,
	.stopping = (void *)schedbook_stopping,
	.quiescent = (void *)schedbook_quiescent,
	.update_idle = (void *)schedbook_update_idle,
	.cpu_online = (void *)schedbook_cpu_online,
	.cpu_offline = (void *)schedbook_cpu_offline,
	.init_task = (void *)schedbook_init_task,
	.exit_task = (void *)schedbook_exit_task,
	.init = (void *)schedbook_init,
	.exit = (void *)schedbook_exit,
	.dispatch_max_batch = 512,
	.timeout_ms = 5000,
	.name = "schedbook",
};
