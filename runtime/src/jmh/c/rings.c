/*
 * The peer of RingsBenchmark: what the loop does per record, in C, on rings of its own. Called once per
 * batch, so that the call from Java does not count.
 *
 * A decision is all that PolicyLoop does for an enqueue: the kind is told apart, the task looked up and
 * brought up to date, whether it waits is kept with the generation and the time, the call of the policy
 * is counted for the watchdog, its arguments are checked. What only a JVM has to do is left out: bounds
 * of arrays, types of references, the policy's exceptions.
 */
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "rings.h"
#include "wire.h"

#define BUSY (1u << 31)
#define DISCARD (1u << 30)
#define TASKS 4096 /* more than there are, so that the table never has to grow */
#define SLICE_NS 20000000ull
#define LOCAL_ON (3ull << 62)

struct task {
	struct task *next;
	int32_t pid, tgid, cpu;
	uint64_t id, weight, nr_cpus_allowed, cpus_allowed, vtime, ran_ns, exec_runtime, start_ts, stop_ts;
	uint64_t enq_cnt, held_since;
	void *dsq; /* of a policy that queues in user space */
	int held;
};

struct peer {
	_Atomic uint64_t *consumer, *producer; /* of queued */
	char *queued;
	uint64_t consumed, produced; /* produced, limit: as last looked up, as in Java */
	_Atomic uint64_t *drained, *published; /* of dispatched */
	char *dispatched;
	uint64_t written, limit;
	uint64_t queued_mask, dispatched_mask;
	struct task *tasks[TASKS];
	uint64_t now, nr_enqueues;
	int nr_tasks, nr_held, nr_duplicate;
	volatile uint64_t calls; /* odd inside one: the watchdog looks */
	void (*enqueue)(struct peer *, struct task *, uint64_t flags);
};

static void fifo(struct peer *p, struct task *t, uint64_t flags);

struct peer *peer_open(int queued, uint64_t queued_bytes, int dispatched, uint64_t dispatched_bytes)
{
	long page = sysconf(_SC_PAGESIZE);
	struct peer *p = calloc(1, sizeof(*p));
	char *rest;

	p->consumer = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, queued, 0);
	rest = mmap(NULL, page + 2 * queued_bytes, PROT_READ, MAP_SHARED, queued, page);
	p->producer = (void *)rest;
	p->queued = rest + page;
	p->drained = mmap(NULL, page, PROT_READ, MAP_SHARED, dispatched, 0);
	rest = mmap(NULL, page + 2 * dispatched_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, dispatched,
		    page);
	p->published = (void *)rest;
	p->dispatched = rest + page;
	p->queued_mask = queued_bytes - 1;
	p->dispatched_mask = dispatched_bytes - 1;
	p->enqueue = fifo;
	return p;
}

static inline struct queued_task *next(struct peer *p)
{
	while (p->consumed < p->produced ||
	       p->consumed < (p->produced = atomic_load_explicit(p->producer, memory_order_acquire))) {
		char *at = p->queued + (p->consumed & p->queued_mask);
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
	char *at = p->dispatched + (p->written & p->dispatched_mask);

	if (p->written + stride > p->limit) {
		p->limit = atomic_load_explicit(p->drained, memory_order_acquire) + p->dispatched_mask + 1;
		if (p->written + stride > p->limit)
			return NULL;
	}
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
			.pid = i, .dsq = DSQ_GLOBAL, .slice_ns = SLICE_NS, .vtime = i, .enq_cnt = i};
	}
	atomic_store_explicit(p->published, p->written, memory_order_release);
}

/* Where the task is in the table, or would be. */
static uint32_t find(const struct peer *p, int32_t pid)
{
	uint32_t slot = (uint32_t)pid * 0x9E3779B9u >> 16 & (TASKS - 1);

	while (p->tasks[slot] && p->tasks[slot]->pid != pid)
		slot = (slot + 1) & (TASKS - 1);
	return slot;
}

static struct task *task_of(struct peer *p, const struct queued_task *rec)
{
	uint32_t slot = find(p, rec->pid);
	struct task *t = p->tasks[slot];

	if (!t || t->id != rec->id) {
		if (t)
			free(t);
		else if (++p->nr_tasks == TASKS)
			abort();
		t = p->tasks[slot] = calloc(1, sizeof(*t));
		t->pid = rec->pid;
		t->id = rec->id;
	}
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

static void release(struct peer *p, struct task *t)
{
	if (t->held) {
		t->held = 0;
		p->nr_held--;
	}
	if (t->dsq)
		abort(); /* FIFO has none */
}

static void insert(struct peer *p, struct task *t, uint64_t dsq, uint64_t slice_ns, uint64_t flags)
{
	struct dispatched_task *rec;

	if (!t || !slice_ns || (dsq != DSQ_GLOBAL && (dsq & LOCAL_ON) != LOCAL_ON))
		abort();
	if (!t->held) {
		p->nr_duplicate++;
		return;
	}
	release(p, t);
	while (!(rec = claim(p))) {
		atomic_store_explicit(p->published, p->written, memory_order_release);
		sched_yield(); /* the CPU given up here looks for work, and so empties the ring */
	}
	*rec = (struct dispatched_task){.pid = t->pid,
					.dsq = dsq,
					.flags = flags,
					.slice_ns = slice_ns,
					.vtime = t->vtime,
					.enq_cnt = t->enq_cnt};
}

/* Closes the gap that a task leaves. */
static void end(struct peer *p, struct task *t)
{
	uint32_t slot = find(p, t->pid);

	release(p, t);
	free(t);
	p->nr_tasks--;
	p->tasks[slot] = NULL;
	while ((t = p->tasks[slot = (slot + 1) & (TASKS - 1)])) {
		p->tasks[slot] = NULL;
		p->tasks[find(p, t->pid)] = t;
	}
}

static void fifo(struct peer *p, struct task *t, uint64_t flags)
{
	insert(p, t, DSQ_GLOBAL, SLICE_NS, flags);
}

static void take(struct peer *p, const struct queued_task *rec)
{
	struct task *t = task_of(p, rec);

	switch (rec->kind) {
	case QUEUED_ENQUEUE:
		p->nr_enqueues++;
		release(p, t);
		t->held = 1;
		t->enq_cnt = rec->enq_cnt;
		t->held_since = rec->queued_ts;
		p->nr_held++;
		if (rec->prev_cpu >= 0)
			t->cpu = rec->prev_cpu;
		p->calls++;
		p->enqueue(p, t, rec->flags);
		p->calls++;
		break;
	case QUEUED_DEQUEUE:
		release(p, t);
		break;
	case QUEUED_EXIT_TASK:
		end(p, t);
		break;
	default:
		abort(); /* FIFO listens to nothing else */
	}
}

/* One round of the loop; returns how many enqueues have been read since the start. */
uint64_t peer_decide(struct peer *p)
{
	const struct queued_task *rec;
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	p->now = ts.tv_sec * 1000000000ull + ts.tv_nsec;
	while ((rec = next(p)))
		take(p, rec);
	atomic_store_explicit(p->consumer, p->consumed, memory_order_release);
	atomic_store_explicit(p->published, p->written, memory_order_release);
	return p->nr_enqueues;
}
