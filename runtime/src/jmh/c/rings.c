/*
 * The peer of RingsBenchmark: what the loop does per record, in C, on rings of its own. Called once per
 * batch, so that the call from Java does not count.
 */
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "wire.h"

#define BUSY (1u << 31)
#define DISCARD (1u << 30)
#define TASKS 1024

struct task {
	struct task *next;
	int32_t pid, tgid, cpu;
	uint64_t id, weight, nr_cpus_allowed, cpus_allowed, vtime, ran_ns, exec_runtime, start_ts, stop_ts;
	uint64_t enq_cnt, held_since;
	int held;
};

struct peer {
	_Atomic uint64_t *consumer, *producer; /* of queued */
	char *queued;
	uint64_t consumed;
	_Atomic uint64_t *drained, *published; /* of dispatched */
	char *dispatched;
	uint64_t written;
	uint64_t mask;
	struct task *tasks[TASKS];
	uint64_t decisions[512];
	void (*enqueue)(struct peer *, struct task *, uint64_t flags);
};

static void fifo(struct peer *p, struct task *t, uint64_t flags);

struct peer *peer_open(int queued, int dispatched, uint64_t bytes)
{
	long page = sysconf(_SC_PAGESIZE);
	struct peer *p = calloc(1, sizeof(*p));
	char *rest;

	p->consumer = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, queued, 0);
	rest = mmap(NULL, page + 2 * bytes, PROT_READ, MAP_SHARED, queued, page);
	p->producer = (void *)rest;
	p->queued = rest + page;
	p->drained = mmap(NULL, page, PROT_READ, MAP_SHARED, dispatched, 0);
	rest = mmap(NULL, page + 2 * bytes, PROT_READ | PROT_WRITE, MAP_SHARED, dispatched, page);
	p->published = (void *)rest;
	p->dispatched = rest + page;
	p->mask = bytes - 1;
	p->enqueue = fifo;
	return p;
}

static inline struct queued_task *next(struct peer *p)
{
	while (p->consumed < atomic_load_explicit(p->producer, memory_order_acquire)) {
		char *at = p->queued + (p->consumed & p->mask);
		uint32_t length = atomic_load_explicit((_Atomic uint32_t *)at, memory_order_acquire);

		if (length & BUSY)
			return NULL;
		p->consumed += ((length & ~DISCARD) + 15) & ~7ull;
		if (!(length & DISCARD))
			return (struct queued_task *)(at + 8);
	}
	return NULL;
}

static inline struct dispatched_task *claim(struct peer *p)
{
	const uint64_t stride = sizeof(struct dispatched_task) + 8;
	char *at = p->dispatched + (p->written & p->mask);

	if (p->written + stride - atomic_load_explicit(p->drained, memory_order_acquire) > p->mask + 1)
		return NULL;
	*(uint32_t *)at = sizeof(struct dispatched_task);
	p->written += stride;
	return (struct dispatched_task *)(at + 8);
}

uint64_t peer_consume(struct peer *p)
{
	struct queued_task *rec;
	uint64_t sum = 0;

	while ((rec = next(p)))
		sum += rec->pid + rec->id + rec->vtime + rec->enq_cnt;
	atomic_store_explicit(p->consumer, p->consumed, memory_order_release);
	return sum;
}

void peer_submit(struct peer *p, int nr)
{
	for (int i = 0; i < nr; i++) {
		struct dispatched_task *rec = claim(p);

		if (!rec)
			break;
		*rec = (struct dispatched_task){
			.pid = i, .dsq = DSQ_GLOBAL, .slice_ns = 20000000, .vtime = i, .enq_cnt = i};
	}
	atomic_store_explicit(p->published, p->written, memory_order_release);
}

static struct task *task_of(struct peer *p, const struct queued_task *rec)
{
	struct task **slot = &p->tasks[(uint32_t)rec->pid * 0x9E3779B9u >> 16 & (TASKS - 1)];
	struct task *t = *slot;

	while (t && t->pid != rec->pid)
		t = t->next;
	if (!t) {
		t = calloc(1, sizeof(*t));
		t->pid = rec->pid;
		t->next = *slot;
		*slot = t;
	}
	t->id = rec->id;
	t->tgid = rec->tgid;
	t->cpu = rec->cpu;
	t->weight = rec->weight;
	t->nr_cpus_allowed = rec->nr_cpus_allowed;
	t->cpus_allowed = rec->cpus_allowed;
	t->vtime = rec->vtime;
	t->ran_ns = rec->ran_ns;
	t->exec_runtime = rec->exec_runtime;
	t->start_ts = rec->start_ts;
	t->stop_ts = rec->stop_ts;
	return t;
}

static uint64_t now;

static int class_of(uint64_t ns)
{
	int bits = 63 - __builtin_clzll(ns | 1), shift = bits > 3 ? bits - 3 : 0;

	return (shift << 3) + (int)(ns >> shift);
}

static void fifo(struct peer *p, struct task *t, uint64_t flags)
{
	struct dispatched_task *rec = claim(p);

	t->held = 0;
	p->decisions[class_of(now - t->held_since)]++;
	if (rec)
		*rec = (struct dispatched_task){.pid = t->pid,
						.dsq = DSQ_GLOBAL,
						.flags = flags,
						.slice_ns = 20000000,
						.vtime = t->vtime,
						.enq_cnt = t->enq_cnt};
}

/* One round of the loop: the same table, fields, histogram and policy by an indirect call. */
void peer_decide(struct peer *p)
{
	struct queued_task *rec;
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	now = ts.tv_sec * 1000000000ull + ts.tv_nsec;
	while ((rec = next(p))) {
		struct task *t = task_of(p, rec);

		t->held = 1;
		t->enq_cnt = rec->enq_cnt;
		t->held_since = rec->queued_ts;
		p->enqueue(p, t, rec->flags);
	}
	atomic_store_explicit(p->consumer, p->consumed, memory_order_release);
	atomic_store_explicit(p->published, p->written, memory_order_release);
}
