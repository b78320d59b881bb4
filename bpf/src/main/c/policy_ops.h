/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The programs around the callbacks of a policy that runs in the kernel: see policy.h, which comes
 * first, and then the policy. SB_HAS_* say which callbacks it has, under the name it has there.
 *
 * Whatever a policy does, a task is not lost: one that it fails on, or forgets, is inserted with
 * defaults at once. What must not wait for a policy never reaches it: kthreads of one CPU, and those
 * that reclaim memory.
 */

#define SB_CALL(kind, p)                                                       \
	struct sb_call call = { .task = p, .ctx = sb_task_ctx(p), .callback = kind }

/* Never null, which spares the policy's checks. */
static __always_inline struct task_struct *sb_task_of(u64 *args)
{
	struct task_struct *p = (void *)args[0];

	__builtin_assume(p != NULL);
	return p;
}

static char sb_endless[] = "%llu loops of the policy did not come to an end";

static __always_inline void sb_give_up_loops(void)
{
	u64 loops = READ_ONCE(sb_nr_endless);

	if (loops >= SB_MAX_ENDLESS)
		scx_bpf_error_bstr(sb_endless, &loops, sizeof(loops));
}

static __always_inline bool sb_tasks_wait(void)
{
	if (scx_bpf_dsq_nr_queued(SB_GLOBAL) > 0)
		return true;
	for (u32 i = 0; i < sb_nr_dsqs && i < MAX_DSQS; i++)
		if (scx_bpf_dsq_nr_queued(sb_dsqs[i]) > 0)
			return true;
#ifdef SB_KEEPS
	for (u32 i = 0; i < sb_nr_queues && i < SB_MAX_QUEUES; i++)
		if (scx_bpf_dsq_nr_queued(SB_QUEUES + i) > 0)
			return true;
#endif
	return false;
}

/* A task wakes up. If a CPU is idle and nothing waits it starts there, without the policy. */
SEC("struct_ops/sb_select_cpu")
s32 sb_select_cpu(u64 *args)
{
	struct task_struct *p = sb_task_of(args);
	s32 prev_cpu = args[1], cpu;
	u64 wake_flags = args[2];
	bool vital = sb_is_vital(p);
	bool is_idle = false;

	if (sb_builtin_idle || vital) {
		cpu = scx_bpf_select_cpu_dfl(p, prev_cpu, wake_flags, &is_idle);
		if (is_idle && (vital || !sb_tasks_wait())) {
			dsq_insert(p, ENUM(scx_dsq_id_flags, SCX_DSQ_LOCAL),
				   vital ? SB_BYPASS_SLICE_NS : sb_slice_of(sb_task_ctx(p)), 0);
			if (vital)
				COUNT(nr_bypass_dispatches);
			else
				COUNT(nr_kernel_dispatches);
			return cpu;
		}
		if (vital)
			return cpu;
	} else {
		cpu = prev_cpu;
	}
#ifdef SB_HAS_SELECT_CPU
	{
		SB_CALL(SB_SELECT_CPU, p);
		s32 chosen = SB_HAS_SELECT_CPU(&call, p, prev_cpu, wake_flags);

#ifdef SB_TIMES
		if (call.decided && call.ctx)
			call.ctx->ran_ns = 0;
#endif
		if (call.failed)
			return prev_cpu;
		if (!sb_may_run_on(p, chosen)) {
			COUNT(nr_policy_errors);
			sb_note_bounce(SB_SELECT_CPU, 0, p, chosen);
			return prev_cpu;
		}
		return chosen;
	}
#endif
	return cpu;
}

SEC("struct_ops/sb_enqueue")
void sb_enqueue(u64 *args)
{
	struct task_struct *p = sb_task_of(args);

	if (sb_is_vital(p)) {
		COUNT(nr_bypass_dispatches);
		dsq_insert(p, ENUM(scx_dsq_id_flags, SCX_DSQ_LOCAL), SB_BYPASS_SLICE_NS, 0);
		sb_wake(scx_bpf_task_cpu(p));
		return;
	}
	SB_CALL(SB_ENQUEUE, p);

	COUNT(nr_enqueued);
#ifdef SB_KEEPS
	/* It has left the queue it was kept in without anyone being told. */
	if (call.ctx && __sync_lock_test_and_set(&call.ctx->kept, 0))
		COUNT(nr_dequeued);
#endif
	SB_HAS_ENQUEUE(&call, p, args[1]);
	if (!call.decided) {
		if (!call.failed) {
			COUNT(nr_forgotten);
			sb_note_forgotten(SB_ENQUEUE, p);
		}
		sb_insert_default(&call, p);
	}
#ifdef SB_TIMES
	if (call.ctx)
		call.ctx->ran_ns = 0;
#endif
	sb_give_up_loops();
}

/* A CPU has nothing to run. */
SEC("struct_ops/sb_dispatch")
void sb_dispatch(u64 *args)
{
	struct task_struct *prev = (void *)args[1];
	struct sb_task *ctx = prev ? sb_task_ctx(prev) : NULL;
	bool vital = prev && sb_is_vital(prev);
	struct sb_call call = {
		.task = vital ? NULL : prev,
		.ctx = ctx,
		.cpu = args[0],
		.callback = SB_DISPATCH,
	};

	if (sb_take_from(&call, SB_GLOBAL))
		return;
#ifdef SB_HAS_DISPATCH
	SB_HAS_DISPATCH(&call, call.cpu, call.task);
#ifdef SB_KEEPS
	{
		/* What the policy took from a queue and did nothing with. */
		s64 taken = SB_TAKEN + (call.cpu & (MAX_CPUS - 1));
		struct task_struct *p;

		if (scx_bpf_dsq_nr_queued(taken) > 0) {
			sb_each(p, taken) {
				struct sb_task *left = sb_task_ctx(p);

				scx_bpf_dsq_move_set_slice(&sb_q, SLICE_DFL_NS);
				if (!scx_bpf_dsq_move(&sb_q, p, SB_GLOBAL, 0))
					continue;
				if (left)
					__sync_lock_test_and_set(&left->kept, 0);
				COUNT(nr_user_dispatches);
				if (!call.failed) {
					COUNT(nr_forgotten);
					sb_note_forgotten(SB_ENQUEUE, p);
				}
			}
			if (!call.gave)
				sb_take_from(&call, SB_GLOBAL);
		}
	}
#endif
	if (call.failed)
		sb_give_up_loops();
	if (call.failed && !call.gave && !call.emptied)
		sb_dispatch_default(&call);
	if ((call.lost || call.emptied) && !call.gave)
		sb_wake(call.cpu);
#else
	sb_dispatch_default(&call);
#endif
	/* Nobody else wants this CPU, so prev keeps it. */
	if (!call.gave && prev && prev->scx.flags & ENUM(scx_ent_flags, SCX_TASK_QUEUED))
		task_set_slice(prev, vital ? SB_BYPASS_SLICE_NS : sb_slice_of(ctx));
}

/*
 * A CPU becomes idle or busy. Announcing idleness first and looking for work second pairs with
 * inserting first and looking for idle CPUs second: one of the two sides sees the other.
 */
SEC("struct_ops/sb_update_idle")
void sb_update_idle(u64 *args)
{
	s32 cpu = args[0];
	bool idle = args[1];
	u64 bit = 1ULL << (cpu & (MAX_CPUS - 1));

	if (!idle || READ_ONCE(sb_offline_cpus) & bit) {
		__sync_fetch_and_and(&sb_idle_cpus, ~bit);
		return;
	}
	__sync_fetch_and_or(&sb_idle_cpus, bit);
	if (sb_tasks_wait())
		sb_wake(cpu);
}

/* A scheduler without these two the kernel ends whenever a CPU comes or goes. */
SEC("struct_ops/sb_cpu_online")
void sb_cpu_online(u64 *args)
{
	__sync_fetch_and_and(&sb_offline_cpus, ~(1ULL << ((s32)args[0] & (MAX_CPUS - 1))));
}

SEC("struct_ops/sb_cpu_offline")
void sb_cpu_offline(u64 *args)
{
	u64 bit = 1ULL << ((s32)args[0] & (MAX_CPUS - 1));

	__sync_fetch_and_or(&sb_offline_cpus, bit);
	__sync_fetch_and_and(&sb_idle_cpus, ~bit);
}

#if defined(SB_HAS_RUNNABLE) || defined(SB_TIMES)
SEC("struct_ops/sb_runnable")
void sb_runnable(u64 *args)
{
	struct task_struct *p = sb_task_of(args);
	SB_CALL(SB_RUNNABLE, p);

	if (call.ctx)
		call.ctx->exec_ns = 0;
#ifdef SB_HAS_RUNNABLE
	if (!sb_is_vital(p))
		SB_HAS_RUNNABLE(&call, p, args[1]);
#endif
}
#endif

#if defined(SB_HAS_RUNNING) || defined(SB_TIMES)
SEC("struct_ops/sb_running")
void sb_running(u64 *args)
{
	struct task_struct *p = sb_task_of(args);
	SB_CALL(SB_RUNNING, p);

#ifdef SB_TIMES
	if (call.ctx)
		call.ctx->start_ns = bpf_ktime_get_ns();
#endif
#ifdef SB_HAS_RUNNING
	if (!sb_is_vital(p))
		SB_HAS_RUNNING(&call, p);
#endif
}
#endif

#if defined(SB_HAS_STOPPING) || defined(SB_TIMES)
SEC("struct_ops/sb_stopping")
void sb_stopping(u64 *args)
{
	struct task_struct *p = sb_task_of(args);
	SB_CALL(SB_STOPPING, p);

#ifdef SB_TIMES
	if (call.ctx && call.ctx->start_ns) {
		u64 now = bpf_ktime_get_ns();

		call.ctx->stop_ns = now;
		call.ctx->exec_ns += now - call.ctx->start_ns;
		call.ctx->ran_ns += now - call.ctx->start_ns;
	}
#endif
#ifdef SB_HAS_STOPPING
	if (!sb_is_vital(p))
		SB_HAS_STOPPING(&call, p, (bool)args[1]);
#endif
}
#endif

#ifdef SB_HAS_QUIESCENT
SEC("struct_ops/sb_quiescent")
void sb_quiescent(u64 *args)
{
	struct task_struct *p = sb_task_of(args);
	SB_CALL(SB_QUIESCENT, p);

	if (!sb_is_vital(p))
		SB_HAS_QUIESCENT(&call, p, args[1]);
}
#endif

#if defined(SB_HAS_TICK) || defined(SB_ENDLESS)
SEC("struct_ops/sb_tick")
void sb_tick(u64 *args)
{
	struct task_struct *p = sb_task_of(args);
#ifdef SB_ENDLESS
	/* A slice without end would keep vital kthreads out. */
	u64 local = ENUM(scx_dsq_id_flags, SCX_DSQ_LOCAL_ON) | scx_bpf_task_cpu(p);

	if (p->scx.slice == (u64)SLICE_INF_NS && scx_bpf_dsq_nr_queued(local) > 0)
		task_set_slice(p, 0);
#endif
#ifdef SB_HAS_TICK
	SB_CALL(SB_TICK, p);

	if (!sb_is_vital(p))
		SB_HAS_TICK(&call, p);
#endif
}
#endif

/* The state of a task is made with the task: later there may be no memory. */
#define SB_MAKE(storage, state)                                                                 \
	if (!bpf_task_storage_get(&(storage), p, (void *)&sb_initial_##storage, SB_STORAGE_CREATE)) \
		return -12 /* ENOMEM */;

SEC("struct_ops.s/sb_init_task")
s32 sb_init_task(u64 *args)
{
	struct task_struct *p = sb_task_of(args);

	if (!bpf_task_storage_get(&sb_tasks, p, NULL, SB_STORAGE_CREATE))
		return -12 /* ENOMEM */;
#ifdef SB_STORAGES
	SB_STORAGES(SB_MAKE)
#endif
	return 0;
}

#define SB_FORGET(map) bpf_map_delete_elem(&(map), &pid);

#if defined(SB_HAS_EXIT_TASK) || defined(SB_KEEPS) || defined(SB_TASK_MAPS)
SEC("struct_ops/sb_exit_task")
void sb_exit_task(u64 *args)
{
	struct task_struct *p = sb_task_of(args);
	SB_CALL(SB_EXIT_TASK, p);

#ifdef SB_KEEPS
	if (call.ctx && __sync_lock_test_and_set(&call.ctx->kept, 0))
		COUNT(nr_gone);
#endif
#ifdef SB_HAS_EXIT_TASK
	if (!sb_is_vital(p))
		SB_HAS_EXIT_TASK(&call, p);
#endif
#ifdef SB_TASK_MAPS
	{
		s32 pid = p->pid;

		SB_TASK_MAPS(SB_FORGET)
	}
#endif
}
#endif

SEC("struct_ops.s/sb_init")
s32 sb_init(u64 *args)
{
	s32 err = scx_bpf_create_dsq(SB_GLOBAL, -1);

	for (u32 i = 0; !err && i < sb_nr_dsqs && i < MAX_DSQS; i++)
		err = scx_bpf_create_dsq(sb_dsqs[i], -1);
#ifdef SB_KEEPS
	for (u32 i = 0; !err && i < sb_nr_queues && i < SB_MAX_QUEUES; i++)
		err = scx_bpf_create_dsq(SB_QUEUES + i, -1);
	for (u32 i = 0; !err && i < sb_nr_cpus && i < MAX_CPUS; i++)
		err = scx_bpf_create_dsq(SB_TAKEN + i, -1);
#endif
	return err;
}

SEC("struct_ops/sb_exit")
void sb_exit(u64 *args)
{
	struct scx_exit_info *info = (void *)args[0];

	bpf_probe_read_kernel_str(exit_record.reason, sizeof(exit_record.reason), info->reason);
	bpf_probe_read_kernel_str(exit_record.msg, sizeof(exit_record.msg), info->msg);
	bpf_probe_read_kernel_str(exit_record.dump, sizeof(exit_record.dump), info->dump);
	exit_record.exit_code = info->exit_code;
	/* Full barrier: whoever sees the kind sees the rest. */
	__sync_val_compare_and_swap(&exit_record.kind, exit_record.kind, info->kind);
}

SEC(".struct_ops.link")
struct sched_ext_ops policy_ops = {
	.select_cpu = (void *)sb_select_cpu,
	.enqueue = (void *)sb_enqueue,
	.dispatch = (void *)sb_dispatch,
	.update_idle = (void *)sb_update_idle,
	.cpu_online = (void *)sb_cpu_online,
	.cpu_offline = (void *)sb_cpu_offline,
#if defined(SB_HAS_RUNNABLE) || defined(SB_TIMES)
	.runnable = (void *)sb_runnable,
#endif
#if defined(SB_HAS_RUNNING) || defined(SB_TIMES)
	.running = (void *)sb_running,
#endif
#if defined(SB_HAS_STOPPING) || defined(SB_TIMES)
	.stopping = (void *)sb_stopping,
#endif
#ifdef SB_HAS_QUIESCENT
	.quiescent = (void *)sb_quiescent,
#endif
#if defined(SB_HAS_TICK) || defined(SB_ENDLESS)
	.tick = (void *)sb_tick,
#endif
	.init_task = (void *)sb_init_task,
#if defined(SB_HAS_EXIT_TASK) || defined(SB_KEEPS) || defined(SB_TASK_MAPS)
	.exit_task = (void *)sb_exit_task,
#endif
	.init = (void *)sb_init,
	.exit = (void *)sb_exit,
	.timeout_ms = 5000,
	.name = "schedbook",
};
