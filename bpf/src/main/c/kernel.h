/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What schedbook.bpf.c uses of the kernel, and nothing else.
 *
 * A whole vmlinux.h would put a megabyte of BTF into the object. Here are only the types, members
 * and enumerators that are touched; libbpf relocates each against the BTF of the running kernel
 * (CO-RE), so order and offsets do not matter, names do. The same holds for struct sched_ext_ops:
 * libbpf matches the members of a struct_ops map by name.
 */
#ifndef SCHEDBOOK_KERNEL_H
#define SCHEDBOOK_KERNEL_H

#ifndef SCHEDBOOK_POLICY_H /* which has these itself */
#include <linux/types.h>
#include <stdbool.h>
#endif

#ifdef __bpf__
#define CORE __attribute__((preserve_access_index))
#else
#define CORE /* jextract reads sched_ext_ops from here too, for the local layout */
#endif

/* include/linux/sched.h; macros, so not in BTF */
#define PF_KCOMPACTD 0x00010000
#define PF_KSWAPD 0x00020000
#define PF_KTHREAD 0x00200000

struct cpumask {
	unsigned long bits[1];
} CORE;

struct scx_dispatch_q {
	__u64 id;
} CORE;

struct sched_ext_entity {
	struct scx_dispatch_q *dsq;
	__u32 flags;
	__u32 weight;
	__u64 slice;
} CORE;

struct task_struct {
	unsigned int flags;
	int nr_cpus_allowed;
	const struct cpumask *cpus_ptr;
	struct sched_ext_entity scx;
	int pid;
	int tgid;
	char comm[16];
} CORE;

enum scx_exit_kind { SCX_EXIT_NONE };

struct scx_exit_info {
	enum scx_exit_kind kind;
	__s64 exit_code;
	const char *reason;
	char *msg;
	char *dump;
} CORE;

struct scx_init_task_args;
struct scx_exit_task_args;

struct sched_ext_ops {
	__s32 (*select_cpu)(struct task_struct *p, __s32 prev_cpu, __u64 wake_flags);
	void (*enqueue)(struct task_struct *p, __u64 enq_flags);
	void (*dequeue)(struct task_struct *p, __u64 deq_flags);
	void (*dispatch)(__s32 cpu, struct task_struct *prev);
	void (*tick)(struct task_struct *p);
	void (*runnable)(struct task_struct *p, __u64 enq_flags);
	void (*running)(struct task_struct *p);
	void (*stopping)(struct task_struct *p, bool runnable);
	void (*quiescent)(struct task_struct *p, __u64 deq_flags);
	void (*update_idle)(__s32 cpu, bool idle);
	void (*cpu_online)(__s32 cpu);
	void (*cpu_offline)(__s32 cpu);
	__s32 (*init_task)(struct task_struct *p, struct scx_init_task_args *args);
	void (*exit_task)(struct task_struct *p, struct scx_exit_task_args *args);
	__s32 (*init)(void);
	void (*exit)(struct scx_exit_info *info);
	__u32 dispatch_max_batch;
	__u64 flags;
	__u32 timeout_ms;
	__u32 exit_dump_len;
	__u64 hotplug_seq;
	char name[128];
};

#ifdef __bpf__

/* Only the names matter: bpf_core_enum_value() reads the values from the kernel's BTF. */
enum scx_ent_flags { SCX_TASK_QUEUED = 1 };
enum scx_enq_flags { SCX_ENQ_HEAD = 1LLU << 16, SCX_ENQ_PREEMPT = 1LLU << 32 };
enum scx_kick_flags { SCX_KICK_IDLE = 1, SCX_KICK_PREEMPT = 2 };
enum scx_dsq_id_flags { SCX_DSQ_LOCAL = 1LLU << 63 | 2, SCX_DSQ_LOCAL_ON = 3LLU << 62 };

#define ENUM(type, value) bpf_core_enum_value(enum type, value)

#undef bpf_ksym_exists
#define bpf_ksym_exists(sym) (!!(sym))
#define __kfunc extern __attribute__((section(".ksyms"), weak))

__kfunc struct task_struct *bpf_task_from_pid(__s32 pid);
__kfunc void bpf_task_release(struct task_struct *p);
__kfunc bool bpf_cpumask_test_cpu(__u32 cpu, const struct cpumask *mask);

struct bpf_iter_task {
	__u64 __opaque[3];
} __attribute__((aligned(8)));

enum { BPF_TASK_ITER_ALL_THREADS = 1 }; /* kernel/bpf/task_iter.c; without a name, so not in BTF */

__kfunc int bpf_iter_task_new(struct bpf_iter_task *it, struct task_struct *task, unsigned int flags);
__kfunc struct task_struct *bpf_iter_task_next(struct bpf_iter_task *it);
__kfunc void bpf_iter_task_destroy(struct bpf_iter_task *it);

__kfunc __s32 scx_bpf_create_dsq(__u64 dsq_id, __s32 node);
__kfunc __s32 scx_bpf_select_cpu_dfl(struct task_struct *p, __s32 prev_cpu, __u64 wake_flags,
				     bool *is_idle);
__kfunc __u32 scx_bpf_dispatch_nr_slots(void);
__kfunc void scx_bpf_dispatch_cancel(void);
__kfunc bool scx_bpf_dsq_move_to_local(__u64 dsq_id);
__kfunc __s32 scx_bpf_dsq_nr_queued(__u64 dsq_id);
__kfunc void scx_bpf_kick_cpu(__s32 cpu, __u64 flags);
__kfunc bool scx_bpf_test_and_clear_cpu_idle(__s32 cpu);
__kfunc __s32 scx_bpf_pick_idle_cpu(const struct cpumask *cpus_allowed, __u64 flags);
__kfunc const struct cpumask *scx_bpf_get_idle_cpumask(void);
__kfunc void scx_bpf_put_idle_cpumask(const struct cpumask *mask);
__kfunc __s32 scx_bpf_task_cpu(const struct task_struct *p);
__kfunc void scx_bpf_error_bstr(char *fmt, unsigned long long *data, __u32 data__sz);

/*
 * kfuncs that changed their form. libbpf looks a kfunc up by its name without the last ___suffix,
 * so the kernel's own "scx_bpf_dsq_insert___v2" needs one more. What the running kernel lacks is
 * null, and the verifier removes the branch that would call it.
 */
struct scx_bpf_dsq_insert_vtime_args {
	__u64 dsq_id;
	__u64 slice;
	__u64 vtime;
	__u64 enq_flags;
};

__kfunc void scx_bpf_dsq_insert(struct task_struct *p, __u64 dsq_id, __u64 slice, __u64 enq_flags);
__kfunc bool scx_bpf_dsq_insert___v2___ksym(struct task_struct *p, __u64 dsq_id, __u64 slice,
					     __u64 enq_flags);
__kfunc void scx_bpf_dsq_insert_vtime(struct task_struct *p, __u64 dsq_id, __u64 slice, __u64 vtime,
				      __u64 enq_flags);
__kfunc bool __scx_bpf_dsq_insert_vtime(struct task_struct *p,
					 struct scx_bpf_dsq_insert_vtime_args *args);
__kfunc bool scx_bpf_task_set_slice(struct task_struct *p, __u64 slice);

static inline void dsq_insert(struct task_struct *p, __u64 dsq_id, __u64 slice, __u64 enq_flags)
{
	if (bpf_ksym_exists(scx_bpf_dsq_insert___v2___ksym))
		scx_bpf_dsq_insert___v2___ksym(p, dsq_id, slice, enq_flags);
	else
		scx_bpf_dsq_insert(p, dsq_id, slice, enq_flags);
}

static inline void dsq_insert_vtime(struct task_struct *p, __u64 dsq_id, __u64 slice, __u64 vtime)
{
	if (bpf_ksym_exists(__scx_bpf_dsq_insert_vtime)) {
		struct scx_bpf_dsq_insert_vtime_args args = {
			.dsq_id = dsq_id,
			.slice = slice,
			.vtime = vtime,
		};
		__scx_bpf_dsq_insert_vtime(p, &args);
	} else {
		scx_bpf_dsq_insert_vtime(p, dsq_id, slice, vtime, 0);
	}
}

static inline void task_set_slice(struct task_struct *p, __u64 slice)
{
	if (bpf_ksym_exists(scx_bpf_task_set_slice))
		scx_bpf_task_set_slice(p, slice);
	else
		p->scx.slice = slice;
}

#endif /* __bpf__ */
#endif
