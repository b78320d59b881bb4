/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a policy that runs in the kernel is written against: the verbs, what can be read of a task,
 * loops, queues and per-task state, and what keeps a wrong policy from doing harm.
 *
 * A translated policy (org.schedbook.kernel.Translator) is compiled between this file and
 * policy_ops.h. Neither includes anything from a system: the object is the same wherever it is made.
 *
 * A callback is a function whose first parameter is SB. Where Java would throw, sb_fail() notes kind
 * and line and goes to the function's end, sb_out; policy_ops.h then does what must be done. Verbs
 * are macros and not functions, so that the verifier names the line of the policy and not one here.
 *
 * Callbacks run on all CPUs at once. Those of one task do not: the kernel holds its lock.
 */
#ifndef SCHEDBOOK_POLICY_H
#define SCHEDBOOK_POLICY_H

typedef signed char __s8;
typedef unsigned char __u8;
typedef short __s16;
typedef unsigned short __u16;
typedef int __s32;
typedef unsigned int __u32;
typedef long long __s64;
typedef unsigned long long __u64;
typedef __s8 s8;
typedef __s16 s16;
typedef __u16 u16;
typedef __s32 s32;
typedef __u32 u32;
typedef __s64 s64;
typedef __u64 u64;
#define bool _Bool
#define true 1
#define false 0
#define NULL ((void *)0)

#define SEC(name) __attribute__((section(name), used))
#define __always_inline inline __attribute__((always_inline))
#define __noinline __attribute__((noinline))
#define __uint(name, value) int(*name)[value]
#define __type(name, value) __typeof__(value) *name

/* include/uapi/linux/bpf.h */
enum {
	SB_MAP_HASH = 1,
	SB_MAP_ARRAY = 2,
	SB_MAP_TASK_STORAGE = 29,
	SB_F_NO_PREALLOC = 1U << 0,
	SB_F_MMAPABLE = 1U << 10,
	SB_STORAGE_CREATE = 1,
	SB_ANY = 0,
	SB_NOEXIST = 1,
};

static void *(*const bpf_map_lookup_elem)(void *map, const void *key) = (void *)1;
static long (*const bpf_map_update_elem)(void *map, const void *key, const void *value,
					 u64 flags) = (void *)2;
static long (*const bpf_map_delete_elem)(void *map, const void *key) = (void *)3;
static u64 (*const bpf_ktime_get_ns)(void) = (void *)5;
static long (*const bpf_probe_read_kernel_str)(void *dst, u32 size, const void *src) = (void *)115;
static void *(*const bpf_task_storage_get)(void *map, void *task, void *value,
					   u64 flags) = (void *)156;
static long (*const bpf_task_storage_delete)(void *map, void *task) = (void *)157;

/* tools/lib/bpf/bpf_core_read.h: the value that the running kernel has for an enumerator */
#define bpf_core_enum_value(type, value) \
	__builtin_preserve_enum_value(*(__typeof__(type) *)value, 1)

#include "kernel.h"
#include "wire.h"

char _license[] SEC("license") = "GPL";

#define READ_ONCE(x) (*(volatile __typeof__(x) *)&(x))

/* ---- What is set before the object is loaded ---- */

const volatile u32 sb_nr_cpus;		/* CPU numbers are below this, at most MAX_CPUS */
const volatile u32 sb_online_cpus;	/* what topology().nrCpus() says */
const volatile s32 sb_khugepaged;	/* pid, 0 if there is none */
const volatile u32 sb_builtin_idle;	/* see backend_config.builtin_idle */
const volatile u32 sb_nr_dsqs;
const volatile u64 sb_dsqs[MAX_DSQS];	/* in order of creation */
const volatile u64 sb_low_dsqs;		/* those with a number below 64, one bit each */
const volatile u32 sb_nr_queues;	/* of tasks, the policy's own */

/* ---- What user space reads ---- */

u64 sb_nr_enqueued;
u64 sb_nr_user_dispatches;
u64 sb_nr_kernel_dispatches;
u64 sb_nr_bypass_dispatches;
u64 sb_nr_bounce_dispatches;
u64 sb_nr_cancel_dispatches;
u64 sb_nr_duplicate;
u64 sb_nr_forgotten;
u64 sb_nr_policy_errors;
u64 sb_nr_dequeued;
u64 sb_nr_gone;
u64 sb_nr_endless; /* loops that had to be ended */

#define COUNT(counter) __sync_fetch_and_add(&sb_##counter, 1)

struct exit_record exit_record SEC(".data.exit");

/* What a policy did wrong; org.schedbook.scx.KernelFaults has the words. */
enum sb_fault_kind {
	SB_DIVIDES = 1,	   /* by zero */
	SB_INDEX = 2,	   /* value: the index */
	SB_NULL = 3,
	SB_THROWS = 4,	   /* value: which of the policy's throw statements */
	SB_NO_DSQ = 5,	   /* value: its number */
	SB_NO_SLICE = 6,
	SB_NOT_VTIME = 7,  /* insertVtime into a DSQ that all policies have */
	SB_NO_CPU = 8,	   /* kick; value: the CPU */
	SB_LOOPS = 10,	   /* value: after how many turns it was ended */
	SB_OVERFLOWS = 11, /* Math.addExact and the like */
	SB_CLAMPS = 12,	   /* Math.clamp with min > max */
	SB_NOT_KEPT = 13,  /* a task other than the one that is asked about */
	SB_NO_STATE = 14,  /* no memory for a TaskStorage */
	SB_EMPTY = 15,	   /* removeFirst() and the like of a queue that is empty */
	SB_BOUND = 16,	   /* Random; value: the bound, which is not positive */
	SB_NO_BIT = 17,	   /* BitSet; value: the bit, of which there are 64 */
	SB_FULL = 18,	   /* a map; value: how many entries it has room for */
	SB_NEGATIVE = 19,  /* value: the slice */
	SB_FLAGS = 20,	   /* of the kernel's own; value: which */
	SB_NO_TASK = 21,   /* insert; the task is null */
	SB_PICKS_FOR_NONE = 22, /* pickIdleCpu; the task is null */
	SB_KICK_FLAGS = 23,	/* value: those that there are not */
	SB_KICK_BOTH = 24,
	SB_MOVES = 25,	   /* as SB_NO_DSQ, of moveToLocal */
	SB_COUNTS = 26,	   /* and of nrQueued */
	SB_STUCK = 29,	   /* a map; value: the kernel's error */
	/* What the policy did, which is counted elsewhere. */
	SB_BOUNCES = 27,   /* value: the CPU; of: the task; cpus: where it may run */
	SB_FORGETS = 28,   /* value: the task */
	SB_BY_VTIME = 0x80, /* the verb is insertVtime */
};

enum { SB_MAX_FAULTS = 8, SB_MAX_QUEUES = 1024 };

/* Bits 0-7 of the id are the kind, 8-15 the callback, 32-63 the line; 0 is none. */
struct sb_fault {
	u64 id;
	s64 value;
	u64 cpus; /* where a task may run */
	u64 of;	  /* which task */
};
struct sb_fault sb_faults[SB_MAX_FAULTS];

/* In the order of org.schedbook.scx.Callback. */
enum sb_callback {
	SB_ENQUEUE = 0,
	SB_RUNNABLE = 1,
	SB_RUNNING = 2,
	SB_STOPPING = 3,
	SB_QUIESCENT = 4,
	SB_DEQUEUE = 5,
	SB_TICK = 6,
	SB_EXIT_TASK = 7,
	SB_SELECT_CPU = 8,
	SB_DISPATCH = 9,
};

static __noinline int sb_tell(u64 id, s64 value, u64 cpus, u32 of)
{
	for (u32 i = 0; i < SB_MAX_FAULTS; i++) {
		u64 seen = __sync_val_compare_and_swap(&sb_faults[i].id, 0, id);

		if (!seen) {
			sb_faults[i].value = value;
			sb_faults[i].cpus = cpus;
			sb_faults[i].of = of;
		}
		if (!seen || seen == id)
			break;
	}
	return 0;
}

#define sb_fault_id(callback, kind, line) ((u64)(line) << 32 | (callback) << 8 | (kind))

static __noinline int sb_note(u32 callback, u32 kind, u32 line, s64 value)
{
	COUNT(nr_policy_errors);
	if (kind == SB_LOOPS)
		COUNT(nr_endless);
	return sb_tell(sb_fault_id(callback, kind, line), value, 0, 0);
}

/* A task was sent to a CPU that it may not use. */
#define sb_note_bounce(callback, line, p, cpu)                                     \
	sb_tell(sb_fault_id(callback, SB_BOUNCES, line), cpu, (p)->cpus_ptr->bits[0], (p)->pid)
#define sb_note_forgotten(callback, p)                                             \
	sb_tell(sb_fault_id(callback, SB_FORGETS, 0), (p)->pid, 0, (p)->pid)

/* ---- A call of the policy ---- */

/* What is kept of each task. */
struct sb_task {
	u64 start_ns;
	u64 stop_ns;
	u64 exec_ns;
	u64 ran_ns;
	u64 slice_ns; /* what the policy last gave */
	u64 kept;     /* in a queue of the policy's own, since an enqueue that is not yet decided */
	s64 vtime;
};

struct {
	__uint(type, SB_MAP_TASK_STORAGE);
	__uint(map_flags, SB_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct sb_task);
} sb_tasks SEC(".maps");

struct sb_call {
	struct task_struct *task; /* that the callback is about; in dispatch the one that ran */
	struct sb_task *ctx;	  /* its */
	s32 cpu;		  /* that asks for work */
	enum sb_callback callback;
	bool failed;
	bool decided; /* enqueue: the task was inserted, or is kept */
	bool gave;    /* dispatch: the CPU has a task to run */
	bool lost;    /* dispatch: another CPU took the task */
	bool emptied; /* dispatch: another CPU took what the policy had seen waiting in a queue */
	s64 counted;  /* the queue that the policy last asked how many tasks wait in */
	s32 nr_counted; /* how many of them it may still count on, had it the machine for itself */
};

#define SB struct sb_call *sb

/* That a queue was emptied meanwhile by another CPU is no fault of the policy's: it is asked anew. */
#define sb_fail(kind, value)                                                     \
	do {                                                                     \
		if (!sb->emptied || ((kind) != SB_NULL && (kind) != SB_EMPTY))   \
			sb_note(sb->callback, kind, __LINE__, (s64)(value));     \
		sb->failed = true;                                               \
		goto sb_out;                                                     \
	} while (0)

/* A call of one of the policy's own methods, which may have failed. */
#define sb_call(call)                  \
	({                             \
		__auto_type sb_v = call; \
		if (sb->failed)        \
			goto sb_out;   \
		sb_v;                  \
	})
#define sb_run(call)                 \
	({                           \
		call;                \
		if (sb->failed)      \
			goto sb_out; \
	})

/* ---- Numbers, as Java has them (compiled with -fwrapv) ---- */

#define SLICE_DFL_NS 20000000LL
#define SLICE_INF_NS (-1LL)
#define Dsq_GLOBAL ((s64)0x8000000000000001ULL)
#define Dsq_LOCAL ((s64)0x8000000000000002ULL)
#define SB_LOCAL_ON ((s64)0xC000000000000000ULL)
#define Dsq_localOn(cpu) (SB_LOCAL_ON | (s64)(s32)(cpu))
#define Dsq_isLocalOn(dsq) (((dsq) & SB_LOCAL_ON) == SB_LOCAL_ON)
#define Dsq_cpuOf(dsq) ((s32)(dsq))
#define Enq_WAKEUP 0x1LL
#define Enq_HEAD 0x10000LL
#define Enq_PREEMPT (1LL << 32)
#define Enq_LAST (1LL << 41)
#define Kick_IDLE 1LL
#define Kick_PREEMPT 2LL

#define sb_div(type, a, b)                               \
	({                                               \
		type sb_l = (a), sb_r = (b);             \
		if (sb_r == 0)                           \
			sb_fail(SB_DIVIDES, 0);          \
		sb_r == -1 ? 0 - sb_l : sb_l / sb_r;     \
	})
#define sb_mod(type, a, b)                               \
	({                                               \
		type sb_l = (a), sb_r = (b);             \
		if (sb_r == 0)                           \
			sb_fail(SB_DIVIDES, 0);          \
		sb_r == -1 ? 0 : sb_l % sb_r;            \
	})
#define sb_floor_div(type, a, b)                                             \
	({                                                                   \
		type sb_n = (a), sb_d = (b);                                 \
		type sb_q = sb_div(type, sb_n, sb_d);                        \
		sb_q - ((sb_n ^ sb_d) < 0 && sb_q * sb_d != sb_n);           \
	})
#define sb_floor_mod(type, a, b)                                             \
	({                                                                   \
		type sb_n = (a), sb_d = (b);                                 \
		type sb_m = sb_mod(type, sb_n, sb_d);                        \
		sb_m + (((sb_m ^ sb_d) < 0 && sb_m) ? sb_d : 0);             \
	})
#define sb_ceil_div(type, a, b)                                              \
	({                                                                   \
		type sb_n = (a), sb_d = (b);                                 \
		type sb_q = sb_div(type, sb_n, sb_d);                        \
		sb_q + ((sb_n ^ sb_d) >= 0 && sb_q * sb_d != sb_n);          \
	})
#define sb_div_unsigned(type, a, b)              \
	({                                       \
		type sb_l = (a), sb_r = (b);     \
		if (sb_r == 0)                   \
			sb_fail(SB_DIVIDES, 0);  \
		sb_l / sb_r;                     \
	})
#define sb_mod_unsigned(type, a, b)              \
	({                                       \
		type sb_l = (a), sb_r = (b);     \
		if (sb_r == 0)                   \
			sb_fail(SB_DIVIDES, 0);  \
		sb_l % sb_r;                     \
	})
#define sb_min(type, a, b)                   \
	({                                   \
		type sb_l = (a), sb_r = (b); \
		sb_l < sb_r ? sb_l : sb_r;   \
	})
#define sb_max(type, a, b)                   \
	({                                   \
		type sb_l = (a), sb_r = (b); \
		sb_l > sb_r ? sb_l : sb_r;   \
	})
#define sb_abs(type, a)                \
	({                             \
		type sb_l = (a);       \
		sb_l < 0 ? 0 - sb_l : sb_l; \
	})
#define sb_clamp(type, value, least, most)                                   \
	({                                                                   \
		s64 sb_v = (value);                                          \
		type sb_l = (least), sb_m = (most);                          \
		if (sb_l > sb_m)                                             \
			sb_fail(SB_CLAMPS, 0);                               \
		(type)(sb_v < sb_l ? sb_l : sb_v > sb_m ? sb_m : sb_v);      \
	})
#define sb_exact(type, op, a, b)                                \
	({                                                      \
		type sb_l = (a), sb_r = (b), sb_v;              \
		if (__builtin_##op##_overflow(sb_l, sb_r, &sb_v)) \
			sb_fail(SB_OVERFLOWS, 0);               \
		sb_v;                                           \
	})
#define sb_to_int_exact(a)                              \
	({                                              \
		s64 sb_l = (a);                         \
		if (sb_l != (s32)sb_l)                  \
			sb_fail(SB_OVERFLOWS, 0);       \
		(s32)sb_l;                              \
	})
#define sb_signum(type, a)                \
	({                                \
		type sb_l = (a);          \
		(sb_l > 0) - (sb_l < 0);  \
	})
#define sb_compare(type, a, b)                       \
	({                                           \
		type sb_l = (a), sb_r = (b);         \
		(sb_l > sb_r) - (sb_l < sb_r);       \
	})
#define sb_rotate_left(type, a, n)                                       \
	({                                                               \
		type sb_l = (a);                                         \
		u32 sb_n = (u32)(n) & (sizeof(type) * 8 - 1);            \
		sb_n ? sb_l << sb_n | sb_l >> (sizeof(type) * 8 - sb_n) : sb_l; \
	})
#define vtimeBefore(a, b) ((s64)(a) - (s64)(b) < 0)

static __always_inline s32 sb_bit_count(u64 bits)
{
	return __builtin_popcountll(bits);
}

static __always_inline s32 sb_trailing_zeros(u64 bits, s32 width)
{
	return bits ? __builtin_ctzll(bits) : width;
}

static __always_inline s32 sb_leading_zeros(u64 bits, s32 width)
{
	return bits ? __builtin_clzll(bits) - (64 - width) : width;
}

/*
 * Fields that all CPUs change at once. sb_raise() and sb_lower() set a field to a value that is
 * beyond it, and leave it alone if it has gone as far meanwhile.
 */
#define sb_add(field, value) __sync_add_and_fetch(&(field), value)
#define sb_add_after(field, value) __sync_fetch_and_add(&(field), value)
#define sb_or(field, value) __sync_fetch_and_or(&(field), value)
#define sb_and(field, value) __sync_fetch_and_and(&(field), value)
#define sb_xor(field, value) __sync_fetch_and_xor(&(field), value)
#define sb_move_field(field, value, beyond)                                                  \
	do {                                                                                 \
		__typeof__(field) sb_n = (value), sb_o = READ_ONCE(field), sb_s;             \
		if (!(beyond))                                                               \
			break;                                                               \
		sb_s = __sync_val_compare_and_swap(&(field), sb_o, sb_n);                    \
		if (sb_s != sb_o) { /* another CPU changed it meanwhile */                   \
			sb_turns();                                                          \
			do {                                                                 \
				sb_o = sb_s;                                                 \
			} while (sb_turn() && (beyond) &&                                    \
				 (sb_s = __sync_val_compare_and_swap(&(field), sb_o, sb_n)) != sb_o); \
		}                                                                            \
	} while (0)
#define sb_raise(field, value) sb_move_field(field, value, sb_o < sb_n)
#define sb_lower(field, value) sb_move_field(field, value, sb_o > sb_n)
#define sb_raise_vtime(field, value) sb_move_field(field, value, vtimeBefore(sb_o, sb_n))

#define sb_store(field, value)                                \
	({                                                    \
		__typeof__(field) sb_n = (value);             \
		*(volatile __typeof__(field) *)&(field) = sb_n; \
		sb_n;                                         \
	})
#define sb_exchange(field, value) __sync_lock_test_and_set(&(field), value)
#define sb_compare_and_set(field, expected, value)                             \
	({                                                                     \
		__typeof__(field) sb_o = (expected), sb_n = (value);           \
		__sync_val_compare_and_swap(&(field), sb_o, sb_n) == sb_o;     \
	})

/* ---- Loops ---- */

struct bpf_iter_num {
	u64 __opaque[1];
} __attribute__((aligned(8)));

extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end)
	__attribute__((section(".ksyms")));
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __attribute__((section(".ksyms")));
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __attribute__((section(".ksyms")));

/* A policy with as many endless loops is given up: meanwhile nothing else runs on their CPUs. */
enum { SB_TURNS = 65536, SB_MAX_ENDLESS = 16 };

/*
 * sb_turns() stands before a loop and sb_turn() in its condition: each turn takes a number, and the
 * verifier looks at a turn once and not as often as it is taken. sb_count() is the same for a loop
 * that counts in steps from a first value.
 */
#define sb_turns()                                                                      \
	struct bpf_iter_num sb_it __attribute__((cleanup(bpf_iter_num_destroy)));       \
	((void)bpf_iter_num_destroy, bpf_iter_num_new(&sb_it, 0, SB_TURNS + 1))
#define sb_turn()                                          \
	({                                                 \
		int *sb_t = bpf_iter_num_next(&sb_it);     \
		if (!sb_t)                                 \
			sb_fail(SB_LOOPS, SB_TURNS);       \
		1;                                         \
	})
#define sb_count(i, first, step)                                       \
	({                                                             \
		int *sb_t = bpf_iter_num_next(&sb_it);                 \
		if (!sb_t)                                             \
			sb_fail(SB_LOOPS, SB_TURNS);                   \
		i = (first) + (__typeof__(i))*sb_t * (step);           \
		1;                                                     \
	})

/* ---- Arrays and per-task state ---- */

/* max_entries is set, and the array filled, before the policy is attached. */
#define sb_array(element, name)                       \
	struct {                                      \
		__uint(type, SB_MAP_ARRAY);           \
		__uint(map_flags, SB_F_MMAPABLE);     \
		__uint(max_entries, 1);               \
		__type(key, u32);                     \
		__type(value, element);               \
	} name SEC(".maps");                          \
	const volatile s32 sb_length_##name

#define sb_at(array, index)                                                         \
	(*({                                                                        \
		s32 sb_i = (index);                                                 \
		u32 sb_k = sb_i;                                                    \
		__typeof__((array).value) sb_e = bpf_map_lookup_elem(&(array), &sb_k); \
		if (!sb_e)                                                          \
			sb_fail(SB_INDEX, sb_i);                                    \
		sb_e;                                                               \
	}))

#define sb_length(array) sb_length_##array

#define sb_storage(state, name)                       \
	struct {                                      \
		__uint(type, SB_MAP_TASK_STORAGE);    \
		__uint(map_flags, SB_F_NO_PREALLOC);  \
		__type(key, int);                     \
		__type(value, struct state);          \
	} name SEC(".maps")

#define sb_get(storage, p)                                                            \
	({                                                                            \
		struct task_struct *sb_p = (p);                                       \
		__typeof__((storage).value) sb_e;                                     \
		if (!sb_p)                                                            \
			sb_fail(SB_NULL, 0);                                          \
		sb_e = bpf_task_storage_get(&(storage), sb_p, 0, 0);                  \
		if (!sb_e)                                                            \
			sb_fail(SB_NO_STATE, 0);                                      \
		sb_e;                                                                 \
	})

/* ---- java.util.Random: a number of 48 bits, and the same numbers come of it as in Java ---- */

static __always_inline u64 sb_step(u64 seed)
{
	return (seed * 0x5DEECE66DULL + 0xB) & ((1ULL << 48) - 1);
}

/* As often as there is any need to in practice: the verifier wants an end. */
#define sb_try()                                                                        \
	struct bpf_iter_num sb_it __attribute__((cleanup(bpf_iter_num_destroy)));       \
	((void)bpf_iter_num_destroy, bpf_iter_num_new(&sb_it, 0, SB_TURNS));            \
	while (bpf_iter_num_next(&sb_it))

static __noinline s32 sb_bits(u64 *seed, u32 bits)
{
	u64 old, next = 0;

	sb_try() {
		old = READ_ONCE(*seed);
		next = sb_step(old);
		if (__sync_val_compare_and_swap(seed, old, next) == old)
			break;
	}
	return (s32)(next >> (48 - (bits & 63)));
}

static __always_inline s64 sb_long_bits(u64 *seed)
{
	s64 high = (s64)((u64)(s64)sb_bits(seed, 32) << 32);

	return high + sb_bits(seed, 32);
}

static __noinline s32 sb_int_below(u64 *seed, s32 bound)
{
	s32 m = bound - 1, u = sb_bits(seed, 31), r;

	if (!(bound & m))
		return (s32)((s64)bound * u >> 31);
	r = u % bound;
	sb_try() {
		if (u - r + m >= 0)
			break;
		u = sb_bits(seed, 31);
		r = u % bound;
	}
	return r;
}

static __noinline s32 sb_int_between(u64 *seed, s32 least, s32 bound)
{
	s32 r = sb_bits(seed, 32), n = bound - least, m = n - 1;

	if (!(n & m))
		return (r & m) + least;
	if (n > 0) {
		s32 u = (u32)r >> 1;

		r = u % n;
		sb_try() {
			if (u + m - r >= 0)
				break;
			u = (u32)sb_bits(seed, 32) >> 1;
			r = u % n;
		}
		return r + least;
	}
	sb_try() {
		if (r >= least && r < bound)
			break;
		r = sb_bits(seed, 32);
	}
	return r;
}

static __noinline s64 sb_long_between(u64 *seed, s64 least, s64 bound)
{
	s64 r = sb_long_bits(seed), n = (s64)((u64)bound - (u64)least), m = n - 1;

	if (!(n & m))
		return (r & m) + least;
	if (n > 0) {
		s64 u = (u64)r >> 1;

		r = u % n;
		sb_try() {
			if (u + m - r >= 0)
				break;
			u = (u64)sb_long_bits(seed) >> 1;
			r = u % n;
		}
		return r + least;
	}
	sb_try() {
		if (r >= least && r < bound)
			break;
		r = sb_long_bits(seed);
	}
	return r;
}

#define sb_next_int(random) sb_bits(&(random), 32)
#define sb_next_long(random) sb_long_bits(&(random))
#define sb_next_boolean(random) (sb_bits(&(random), 1) != 0)
#define sb_next_below(random, bound)                     \
	({                                               \
		s32 sb_b = (bound);                      \
		if (sb_b <= 0)                           \
			sb_fail(SB_BOUND, sb_b);         \
		sb_int_below(&(random), sb_b);           \
	})
#define sb_next_between(type, random, least, bound)               \
	({                                                        \
		type sb_l = (least), sb_b = (bound);              \
		if (sb_l >= sb_b)                                 \
			sb_fail(SB_BOUND, sb_b);                  \
		_Generic(sb_b, s32: sb_int_between, s64: sb_long_between)(&(random), sb_l, sb_b); \
	})

/* ---- java.util.BitSet, of 64 bits ---- */

#define sb_bit(index)                                              \
	({                                                         \
		s32 sb_i = (index);                                \
		if (sb_i < 0)                                      \
			sb_fail(SB_INDEX, sb_i);                   \
		if (sb_i >= 64)                                    \
			sb_fail(SB_NO_BIT, sb_i);                  \
		1ULL << sb_i;                                      \
	})
/* Those that Java has, too, whether or not they have been set. */
#define sb_bit_if_any(index)                                       \
	({                                                         \
		s32 sb_i = (index);                                \
		if (sb_i < 0)                                      \
			sb_fail(SB_INDEX, sb_i);                   \
		sb_i < 64 ? 1ULL << sb_i : 0;                      \
	})
#define sb_set_bit(set, index) sb_or(set, sb_bit(index))
#define sb_clear_bit(set, index) sb_and(set, ~sb_bit_if_any(index))
#define sb_flip_bit(set, index) sb_xor(set, sb_bit(index))
#define sb_put_bit(set, index, on)                            \
	({                                                    \
		s32 sb_x = (index);                           \
		if (on)                                       \
			sb_set_bit(set, sb_x);                \
		else                                          \
			sb_clear_bit(set, sb_x);              \
	})
#define sb_get_bit(set, index) ((sb_bit_if_any(index) & READ_ONCE(set)) != 0)
#define sb_next_bit(set, from)                                                         \
	({                                                                             \
		u64 sb_m = sb_bit_if_any(from), sb_w = READ_ONCE(set) & ~(sb_m - 1);   \
		sb_m && sb_w ? (s32)__builtin_ctzll(sb_w) : -1;                        \
	})
#define sb_next_clear_bit(set, from)                                                   \
	({                                                                             \
		s32 sb_x = (from);                                                     \
		u64 sb_m = sb_bit_if_any(sb_x), sb_w = ~READ_ONCE(set) & ~(sb_m - 1);  \
		sb_m ? (sb_w ? (s32)__builtin_ctzll(sb_w) : 64) : sb_x;                \
	})
#define sb_cardinality(set) sb_bit_count(READ_ONCE(set))
#define sb_length_of_bits(set) (64 - sb_leading_zeros(READ_ONCE(set), 64))

/* ---- Enums: the number of a constant, -1 for null ---- */

#define sb_ordinal(constant)                        \
	({                                          \
		s32 sb_i = (constant);              \
		if (sb_i < 0)                       \
			sb_fail(SB_NULL, 0);        \
		sb_i;                               \
	})
#define sb_constant(count, index)                   \
	({                                          \
		s32 sb_i = (index);                 \
		if ((u32)sb_i >= (count))           \
			sb_fail(SB_INDEX, sb_i);    \
		sb_i;                               \
	})

/* ---- Maps: by a number, or by a task, whose entry then goes with it ---- */

/* All made beforehand: with interrupts off, as here, the kernel gets no memory for more than a few. */
enum { SB_MAX_ENTRIES = 65536 };

#define sb_map(key_, value_, name)                    \
	struct {                                      \
		__uint(type, SB_MAP_HASH);            \
		__uint(max_entries, SB_MAX_ENTRIES);  \
		__type(key, key_);                    \
		__type(value, value_);                \
	} name SEC(".maps")

#define sb_entry(map, key_)                                                               \
	({                                                                                \
		__typeof__(*(map).key) sb_k = (key_);                                     \
		__typeof__((map).value) sb_e = bpf_map_lookup_elem(&(map), &sb_k);        \
		sb_e;                                                                     \
	})
#define sb_contains_key(map, key_) (sb_entry(map, key_) != NULL)
#define sb_map_get(map, key_)                                     \
	({                                                        \
		__auto_type sb_v = sb_entry(map, key_);           \
		if (!sb_v)                                        \
			sb_fail(SB_NULL, 0);                      \
		*sb_v;                                            \
	})
#define sb_map_get_or(map, key_, otherwise)                           \
	({                                                            \
		__typeof__(*(map).key) sb_x = (key_);                 \
		__typeof__(*(map).value) sb_d = (otherwise);          \
		__auto_type sb_v = sb_entry(map, sb_x);               \
		sb_v ? *sb_v : sb_d;                                  \
	})
/*
 * The kernel refuses to change a map also where a lock is not had within a quarter of a second, as when
 * the virtual CPU that holds it does not run. That does not mean that the map is full, and passes.
 */
enum { SB_EEXIST = -17, SB_E2BIG = -7, SB_MAP_TRIES = 4 };

static __always_inline long sb_change(void *map, const void *key, const void *value, u64 how)
{
	long error = 0;

	for (u32 i = 0; i < SB_MAP_TRIES; i++) {
		error = bpf_map_update_elem(map, key, value, how);
		if (!error || error == SB_EEXIST || error == SB_E2BIG)
			break;
	}
	return error;
}

#define sb_fail_map(error)                                      \
	do {                                                    \
		if ((error) == SB_E2BIG)                        \
			sb_fail(SB_FULL, SB_MAX_ENTRIES);       \
		sb_fail(SB_STUCK, error);                       \
	} while (0)

#define sb_map_update(map, key_, value_, how)                                      \
	({                                                                         \
		__typeof__(*(map).key) sb_k = (key_);                              \
		__typeof__(*(map).value) sb_n = (value_);                          \
		long sb_w = sb_change(&(map), &sb_k, &sb_n, how);                  \
		if (sb_w && sb_w != SB_EEXIST)                                     \
			sb_fail_map(sb_w);                                         \
	})
#define sb_map_put(map, key_, value_) sb_map_update(map, key_, value_, SB_ANY)
#define sb_map_put_if_absent(map, key_, value_) sb_map_update(map, key_, value_, SB_NOEXIST)
#define sb_map_remove(map, key_)                                \
	({                                                      \
		__typeof__(*(map).key) sb_k = (key_);           \
		bpf_map_delete_elem(&(map), &sb_k);             \
	})
/*
 * The entry of a key, which is made if it is missing. NULL if it cannot be, or, unless it is wanted all
 * the same, if it was just made. Another CPU may make it meanwhile, and take it away again.
 */
static __always_inline void *sb_entry_or_new(void *map, const void *key, const void *value,
					     bool wanted, long *error)
{
	void *entry = bpf_map_lookup_elem(map, key);

	*error = 0;
	for (u32 i = 0; !entry && i < SB_MAP_TRIES; i++) {
		*error = sb_change(map, key, value, SB_NOEXIST);
		if (*error ? *error != SB_EEXIST : !wanted)
			break;
		entry = bpf_map_lookup_elem(map, key);
	}
	return entry;
}

/* change is what is done to an entry that is there. */
#define sb_map_merge(map, key_, value_, change)                               \
	({                                                                    \
		__typeof__(*(map).key) sb_x = (key_);                         \
		__typeof__(*(map).value) sb_y = (value_);                     \
		long sb_w;                                                    \
		__typeof__((map).value) sb_v =                                \
			sb_entry_or_new(&(map), &sb_x, &sb_y, false, &sb_w);  \
		if (sb_v)                                                     \
			change(*sb_v, sb_y);                                  \
		else if (sb_w)                                                \
			sb_fail_map(sb_w);                                    \
	})
#define sb_map_compute_if_absent(map, key_)                                             \
	({                                                                              \
		__typeof__(*(map).key) sb_x = (key_);                                   \
		long sb_w;                                                              \
		__typeof__((map).value) sb_v = sb_entry_or_new(                         \
			&(map), &sb_x, (const void *)&sb_initial_##map, true, &sb_w);   \
		if (!sb_v)                                                              \
			sb_fail_map(sb_w);                                              \
		sb_v;                                                                   \
	})
#define sb_map_put_new(map, key_)                                                        \
	({                                                                               \
		__typeof__(*(map).key) sb_k = (key_);                                    \
		long sb_w = sb_change(&(map), &sb_k, (void *)&sb_initial_##map, SB_ANY); \
		if (sb_w)                                                                \
			sb_fail_map(sb_w);                                               \
	})

/* ---- Tasks ---- */

static __always_inline struct sb_task *sb_task_ctx(struct task_struct *p)
{
	return bpf_task_storage_get(&sb_tasks, p, 0, 0);
}

/* Of most tasks that a policy asks about it has been looked up already. */
static __always_inline struct sb_task *sb_ctx(SB, struct task_struct *p)
{
	return p == sb->task ? sb->ctx : sb_task_ctx(p);
}

static __always_inline bool sb_may_run_on(const struct task_struct *p, s32 cpu)
{
	return (u32)cpu < sb_nr_cpus && bpf_cpumask_test_cpu(cpu, p->cpus_ptr);
}

#define sb_of(p, what)                               \
	({                                           \
		struct task_struct *sb_p = (p);      \
		if (!sb_p)                           \
			sb_fail(SB_NULL, 0);         \
		what;                                \
	})
#define sb_kept_of(p, field)                                \
	sb_of(p, ({                                         \
		struct sb_task *sb_c = sb_ctx(sb, sb_p);    \
		(s64)(sb_c ? sb_c->field : 0);              \
	}))
#define sb_pid(p) sb_of(p, (s32)sb_p->pid)
#define sb_tgid(p) sb_of(p, (s32)sb_p->tgid)
#define sb_cpu(p) sb_of(p, scx_bpf_task_cpu(sb_p))
#define sb_weight(p) sb_of(p, (s32)sb_p->scx.weight)
#define sb_nr_cpus_allowed(p) sb_of(p, (s32)sb_p->nr_cpus_allowed)
#define sb_can_run_on(p, on) sb_of(p, sb_may_run_on(sb_p, on))
#define sb_vtime(p) sb_kept_of(p, vtime)
#define sb_ran_ns(p) sb_kept_of(p, ran_ns)
#define sb_exec_runtime_ns(p) sb_kept_of(p, exec_ns)
#define sb_start_ns(p) sb_kept_of(p, start_ns)
#define sb_stop_ns(p) sb_kept_of(p, stop_ns)

static __always_inline bool sb_is_vital(const struct task_struct *p)
{
	if (!(p->flags & PF_KTHREAD))
		return false;
	return p->nr_cpus_allowed == 1 || p->flags & (PF_KSWAPD | PF_KCOMPACTD) ||
	       p->pid == sb_khugepaged;
}

/* ---- Idle CPUs: see update_idle in schedbook.bpf.c ---- */

u64 sb_idle_cpus;
u64 sb_offline_cpus; /* that were there when the policy was attached */

static __always_inline void sb_wake(s32 cpu)
{
	scx_bpf_kick_cpu(cpu, ENUM(scx_kick_flags, SCX_KICK_IDLE));
}

/* Wakes one idle CPU that may run the task, which was put into a DSQ of several CPUs. */
static __always_inline void sb_wake_for(const struct task_struct *p)
{
	u64 idle = READ_ONCE(sb_idle_cpus) & p->cpus_ptr->bits[0];
	s32 cpu;

	if (!idle)
		return;
	cpu = scx_bpf_task_cpu(p);
	if (!(idle & 1ULL << (cpu & (MAX_CPUS - 1))))
		cpu = __builtin_ctzll(idle);
	sb_wake(cpu);
}

static __always_inline s32 sb_pick(const struct task_struct *p)
{
	s32 cpu = scx_bpf_task_cpu(p);

	if (sb_may_run_on(p, cpu) && scx_bpf_test_and_clear_cpu_idle(cpu))
		return cpu;
	cpu = scx_bpf_pick_idle_cpu(p->cpus_ptr, 0);
	return cpu < 0 ? -1 : cpu;
}

#define sb_pick_idle_cpu(p)                          \
	({                                           \
		struct task_struct *sb_p = (p);      \
		if (!sb_p)                           \
			sb_fail(SB_PICKS_FOR_NONE, 0); \
		sb_pick(sb_p);                       \
	})
#define sb_is_idle(on)                                                         \
	({                                                                     \
		s32 sb_i = (on);                                               \
		(u32)sb_i < MAX_CPUS && READ_ONCE(sb_idle_cpus) >> sb_i & 1;   \
	})
#define sb_kick(on, kick_flags)                                                        \
	({                                                                             \
		s32 sb_i = (on);                                                       \
		u64 sb_f = (kick_flags);                                               \
		if ((u32)sb_i >= sb_nr_cpus)                                           \
			sb_fail(SB_NO_CPU, sb_i);                                      \
		if (sb_f & ~(u64)(Kick_IDLE | Kick_PREEMPT))                           \
			sb_fail(SB_KICK_FLAGS, sb_f & ~(u64)(Kick_IDLE | Kick_PREEMPT)); \
		if (sb_f == (Kick_IDLE | Kick_PREEMPT))                                \
			sb_fail(SB_KICK_BOTH, 0);                                      \
		scx_bpf_kick_cpu(sb_i, sb_f & (Kick_IDLE | Kick_PREEMPT));             \
	})

/* ---- DSQs ---- */

/* In a policy that is written in C: the numbers of its DSQs, which are created before it starts. */
#define SB_DSQS(...) \
	static const u64 sb_own_dsqs[] __attribute__((used)) = { __VA_ARGS__ }

#define SB_GLOBAL DSQ_GLOBAL
#define SB_QUEUES (DSQ_GLOBAL + 0x1000)	  /* the policy's own queues of tasks, from here */
#define SB_TAKEN (DSQ_GLOBAL + 0x2000)	  /* per CPU: taken from a queue, not yet handed out */
#define SB_BYPASS_SLICE_NS 5000000ULL

static __always_inline bool sb_is_dsq(s64 dsq)
{
	if ((u64)dsq < 64)
		return sb_low_dsqs >> dsq & 1;
	return (u64)dsq <= 0x7fffffff && scx_bpf_dsq_nr_queued(dsq) >= 0;
}

static __always_inline bool sb_is_built_in(s64 dsq)
{
	return dsq == Dsq_GLOBAL || dsq == Dsq_LOCAL || Dsq_isLocalOn(dsq);
}

static __always_inline u64 sb_slice_of(const struct sb_task *ctx)
{
	return ctx && ctx->slice_ns ? ctx->slice_ns : SLICE_DFL_NS;
}

/* Where a task goes that may not run on the CPU it is sent to. */
static __always_inline s64 sb_bounce(const struct task_struct *p)
{
	s32 cpu = scx_bpf_task_cpu(p);

	return sb_may_run_on(p, cpu) ? Dsq_localOn(cpu) : (s64)SB_GLOBAL;
}

/* Tells whoever can run the task that it waits there. */
static __always_inline void sb_announce(const struct task_struct *p, s64 dsq)
{
	if (Dsq_isLocalOn(dsq))
		sb_wake(Dsq_cpuOf(dsq) & (MAX_CPUS - 1));
	else if (dsq != Dsq_LOCAL)
		sb_wake_for(p);
}

static __always_inline void sb_insert_default(SB, struct task_struct *p)
{
	dsq_insert(p, SB_GLOBAL, SLICE_DFL_NS, 0);
	sb_wake_for(p);
	COUNT(nr_user_dispatches);
	sb->decided = true;
}

/* Finds the DSQ that a policy means; SB_BOUNCES if it is another, as the task may not run there. */
static __always_inline u32 sb_resolve(const struct task_struct *p, s64 *dsq, s32 local)
{
	if (*dsq == Dsq_GLOBAL) {
		*dsq = SB_GLOBAL;
	} else if (*dsq == Dsq_LOCAL) {
		if (local >= 0 && !sb_may_run_on(p, local)) {
			*dsq = sb_bounce(p);
			return SB_BOUNCES;
		}
	} else if (Dsq_isLocalOn(*dsq)) {
		if (!sb_may_run_on(p, Dsq_cpuOf(*dsq))) {
			*dsq = sb_bounce(p);
			return SB_BOUNCES;
		}
	} else if (!sb_is_dsq(*dsq)) {
		return SB_NO_DSQ;
	}
	return 0;
}

#ifdef SB_KEEPS

struct bpf_iter_scx_dsq {
	u64 __opaque[6];
} __attribute__((aligned(8)));

extern int bpf_iter_scx_dsq_new(struct bpf_iter_scx_dsq *it, u64 dsq_id, u64 flags)
	__attribute__((section(".ksyms")));
extern struct task_struct *bpf_iter_scx_dsq_next(struct bpf_iter_scx_dsq *it)
	__attribute__((section(".ksyms")));
extern void bpf_iter_scx_dsq_destroy(struct bpf_iter_scx_dsq *it)
	__attribute__((section(".ksyms")));
extern void scx_bpf_dsq_move_set_slice(struct bpf_iter_scx_dsq *it, u64 slice)
	__attribute__((section(".ksyms")));
extern bool scx_bpf_dsq_move(struct bpf_iter_scx_dsq *it, struct task_struct *p, u64 dsq_id,
			     u64 enq_flags) __attribute__((section(".ksyms")));

/* A queue of tasks is a DSQ of which only the policy takes. */
#define sb_each(p, queue)                                                                  \
	for (struct bpf_iter_scx_dsq sb_q __attribute__((cleanup(bpf_iter_scx_dsq_destroy))), \
	     *sb_u __attribute__((unused)) = ((void)bpf_iter_scx_dsq_destroy,              \
					      bpf_iter_scx_dsq_new(&sb_q, queue, 0), NULL); \
	     (p = bpf_iter_scx_dsq_next(&sb_q));)

static __always_inline s64 sb_queue_of(const struct task_struct *p)
{
	return p->scx.dsq->id;
}

static __always_inline bool sb_is_queue(s64 dsq)
{
	return dsq >= (s64)SB_QUEUES && dsq < (s64)SB_TAKEN + MAX_CPUS;
}

/* Moves a task from the queue it is in; false if another CPU was faster. */
static __always_inline bool sb_transfer(struct task_struct *wanted, s64 from, s64 to, u64 slice,
					u64 flags)
{
	struct task_struct *p;
	bool moved = false;

	sb_each(p, from) {
		if (p->pid != wanted->pid)
			continue;
		if (slice)
			scx_bpf_dsq_move_set_slice(&sb_q, slice);
		moved = scx_bpf_dsq_move(&sb_q, p, to, flags);
		break;
	}
	return moved;
}

static __always_inline u32 sb_hand_out(SB, struct task_struct *p, s64 dsq, s64 slice, u64 flags)
{
	s64 from = sb_queue_of(p);
	struct sb_task *ctx;
	u32 wrong = sb_resolve(p, &dsq, sb->cpu);
	bool bounced = wrong == SB_BOUNCES;

	if (wrong && !bounced)
		return wrong;
	if (!sb_is_queue(from)) {
		COUNT(nr_duplicate);
		return 0;
	}
	ctx = sb_task_ctx(p);
	if (!sb_transfer(p, from, dsq, slice, flags)) {
		COUNT(nr_cancel_dispatches);
		sb->lost = true;
		return 0;
	}
	if (ctx) {
		ctx->slice_ns = slice;
		__sync_lock_test_and_set(&ctx->kept, 0);
	}
	if (bounced)
		COUNT(nr_bounce_dispatches);
	else
		COUNT(nr_user_dispatches);
	if (dsq == Dsq_LOCAL || dsq == Dsq_localOn(sb->cpu))
		sb->gave = true;
	else
		sb_announce(p, dsq);
	return wrong;
}

/* Keeps the task that is asked about, or puts one that was taken from a queue back into one. */
static __always_inline u32 sb_keep(SB, struct task_struct *p, s64 queue, u64 flags)
{
	if (sb->callback == SB_DISPATCH) {
		s64 from = sb_queue_of(p);

		if (!sb_is_queue(from))
			COUNT(nr_duplicate);
		else if (!sb_transfer(p, from, queue, 0, flags))
			sb->lost = true;
		else if (queue == sb->counted)
			sb->nr_counted++;
		return 0;
	}
	if (p != sb->task)
		return SB_NOT_KEPT;
	if (sb->decided) {
		COUNT(nr_duplicate);
		return 0;
	}
#ifdef SB_HANDS_NOTHING_OUT
	return 0; /* it is forgotten already */
#endif
	sb->decided = true;
	if (sb->ctx)
		sb->ctx->kept = 1;
	dsq_insert(p, queue, sb_slice_of(sb->ctx), flags);
	sb_wake_for(p);
	return 0;
}

static __always_inline s32 sb_waiting(SB, s64 queue)
{
	sb->counted = queue;
	return sb->nr_counted = scx_bpf_dsq_nr_queued(queue);
}

/* Java's policy has the machine for itself: what it has counted it also gets. */
static __always_inline void sb_counted_on(SB, s64 queue, const struct task_struct *found)
{
	if (queue == sb->counted && sb->nr_counted > 0 && !found)
		sb->emptied = true;
}

/* Takes a task from a queue, so that the next look at it does not find it. */
static __always_inline bool sb_take(SB, struct task_struct *p, s64 queue)
{
	if (sb_queue_of(p) != queue)
		return false;
	if (sb_transfer(p, queue, SB_TAKEN + (sb->cpu & (MAX_CPUS - 1)), 0, 0)) {
		if (queue == sb->counted)
			sb->nr_counted--;
		return true;
	}
	sb->lost = true;
	return false;
}

static __always_inline struct task_struct *sb_first(SB, s64 queue)
{
	struct task_struct *p, *first = NULL;

	sb_each(p, queue) {
		first = p;
		break;
	}
	sb_counted_on(sb, queue, first);
	if (first && (queue != sb->counted || sb->nr_counted <= 0)) {
		sb->counted = queue;
		sb->nr_counted = 1;
	}
	return first;
}

static __always_inline struct task_struct *sb_take_first(SB, s64 queue)
{
	struct task_struct *p, *first = NULL;

	sb_each(p, queue) {
		if (scx_bpf_dsq_move(&sb_q, p, SB_TAKEN + (sb->cpu & (MAX_CPUS - 1)), 0)) {
			first = p;
			break;
		}
		sb->lost = true;
	}
	sb_counted_on(sb, queue, first);
	if (first && queue == sb->counted)
		sb->nr_counted--;
	return first;
}

#define sb_queue_add(queue, p, flags)                                            \
	({                                                                       \
		struct task_struct *sb_p = (p);                                  \
		u32 sb_w;                                                        \
		if (!sb_p)                                                       \
			sb_fail(SB_NULL, 0);                                     \
		sb_w = sb_keep(sb, sb_p, queue, flags);                          \
		if (sb_w)                                                        \
			sb_fail(sb_w, 0);                                        \
		true;                                                            \
	})
#define sb_queue_at(queues, index)                                  \
	({                                                          \
		s32 sb_i = (index);                                 \
		if ((u32)sb_i >= (u32)sb_length(queues))            \
			sb_fail(SB_INDEX, sb_i);                    \
		queues + sb_i;                                      \
	})
#define sb_or_fail(p)                                \
	({                                           \
		struct task_struct *sb_p = (p);      \
		if (!sb_p)                           \
			sb_fail(SB_EMPTY, 0);        \
		sb_p;                                \
	})
#define sb_queue_remove(queue, p)                                  \
	({                                                         \
		struct task_struct *sb_p = (p);                    \
		sb_p && sb_take(sb, sb_p, queue);                  \
	})
#define sb_queue_contains(queue, p)                                \
	({                                                         \
		struct task_struct *sb_p = (p);                    \
		sb_p && sb_queue_of(sb_p) == (s64)(queue);         \
	})
#define sb_queue_size(queue) sb_waiting(sb, queue)

#endif /* SB_KEEPS */

static __always_inline u32 sb_put(SB, struct task_struct *p, s64 dsq, s64 slice, s64 flags,
				  bool by_vtime, s64 vtime)
{
	u64 enq_flags = flags & (ENUM(scx_enq_flags, SCX_ENQ_HEAD) |
				 ENUM(scx_enq_flags, SCX_ENQ_PREEMPT));
	u32 wrong;

	if (!slice)
		return SB_NO_SLICE;
	if (slice < 0 && slice != SLICE_INF_NS)
		return SB_NEGATIVE;
	if ((u64)flags >> 56)
		return SB_FLAGS;
	if (by_vtime && sb_is_built_in(dsq))
		return SB_NOT_VTIME;
#ifdef SB_KEEPS
	if (sb->callback == SB_DISPATCH)
		return sb_hand_out(sb, p, dsq, slice, enq_flags);
#else
	/* The task that ran waits for no decision, and there is no other. */
	if (sb->callback == SB_DISPATCH) {
		wrong = sb_resolve(p, &dsq, -1);
		if (wrong && wrong != SB_BOUNCES)
			return wrong;
		COUNT(nr_duplicate);
		return 0;
	}
#endif
	wrong = sb_resolve(p, &dsq, -1);
	if (wrong && wrong != SB_BOUNCES)
		return wrong;
	if (p != sb->task)
		return SB_NOT_KEPT;
	if (sb->decided) {
		COUNT(nr_duplicate);
		return 0;
	}
	sb->decided = true;
	if (sb->ctx)
		sb->ctx->slice_ns = slice;
	if (by_vtime) {
		if (sb->ctx)
			sb->ctx->vtime = vtime;
		dsq_insert_vtime(p, dsq, slice, vtime);
	} else {
		dsq_insert(p, dsq, slice, enq_flags);
	}
	sb_announce(p, dsq);
	if (wrong)
		COUNT(nr_bounce_dispatches);
	else
		COUNT(nr_user_dispatches);
	return wrong;
}

/* verb is SB_BY_VTIME or 0; that a task goes elsewhere does not end the callback. */
#define sb_insert_as(verb, p, dsq, slice, vtime_, flags)                                    \
	({                                                                                  \
		struct task_struct *sb_p = (p);                                             \
		s64 sb_d = (dsq), sb_s = (slice), sb_x = (vtime_), sb_f = (flags);          \
		u32 sb_w;                                                                   \
		if (!sb_p)                                                                  \
			sb_fail(SB_NO_TASK | (verb), 0);                                    \
		sb_w = sb_put(sb, sb_p, sb_d, sb_s, sb_f, verb, sb_x);                      \
		if (sb_w == SB_BOUNCES)                                                     \
			sb_note_bounce(sb->callback, __LINE__, sb_p,                        \
				       sb_d == Dsq_LOCAL ? sb->cpu : Dsq_cpuOf(sb_d));      \
		else if (sb_w)                                                              \
			sb_fail(sb_w | (verb), sb_w == SB_NEGATIVE ? sb_s                   \
					       : sb_w == SB_FLAGS ? sb_f & 0xffLL << 56     \
								  : sb_d);                  \
	})
#define sb_insert(p, dsq, slice, flags) sb_insert_as(0, p, dsq, slice, 0, flags)
#define sb_insert_vtime(p, dsq, slice, vtime_, flags) \
	sb_insert_as(SB_BY_VTIME, p, dsq, slice, vtime_, flags)

static __always_inline bool sb_take_from(SB, s64 dsq)
{
	if (!scx_bpf_dsq_move_to_local(dsq))
		return false;
	sb->gave = true;
	/* One CPU was woken for a task; should it have found several, it wakes the next. */
	if (READ_ONCE(sb_idle_cpus) && scx_bpf_dsq_nr_queued(dsq) > 0)
		sb_wake(__builtin_ctzll(READ_ONCE(sb_idle_cpus) ?: 1));
	return true;
}

#define sb_move_to_local(dsq)                              \
	({                                                 \
		s64 sb_d = (dsq);                          \
		if (!sb_is_dsq(sb_d))                      \
			sb_fail(SB_MOVES, sb_d);           \
		sb_take_from(sb, sb_d);                    \
	})
#define sb_nr_queued(dsq)                                  \
	({                                                 \
		s64 sb_d = (dsq);                          \
		if (!sb_is_dsq(sb_d))                      \
			sb_fail(SB_COUNTS, sb_d);          \
		(s32)scx_bpf_dsq_nr_queued(sb_d);          \
	})

/* What a policy without a dispatch of its own does. */
static __always_inline void sb_dispatch_default(SB)
{
	for (u32 i = 0; i < sb_nr_dsqs && i < MAX_DSQS; i++)
		if (sb_take_from(sb, sb_dsqs[i]))
			return;
}

#define sb_now_ns() ((s64)bpf_ktime_get_ns())
#define sb_nr_online() ((s32)sb_online_cpus)

#endif
