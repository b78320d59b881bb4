// SPDX-License-Identifier: GPL-2.0
/*
 * The two rings of wire.h without a scheduler, to be run by bpf_prog_test_run on any kernel: the
 * tests of the Java side of the rings are against the kernel's own code.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "wire.h"

char _license[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 65536);
} queued SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_USER_RINGBUF);
	__uint(max_entries, 65536);
} dispatched SEC(".maps");

struct rings {
	__u64 nr_to_queue; /* set before produce */
	__u64 nr_queued;   /* records that fit; the next gets this pid */
	__u64 nr_drained;
	__u64 pid_sum; /* of all drained records */
	__u64 vtime_sum;
	__u64 disorder; /* drained records whose enq_cnt was not nr_drained */
} rings SEC(".data.rings");

SEC("syscall")
int produce(void *unused)
{
	struct queued_task *rec;

	for (__u64 i = 0; i < 4096; i++) {
		if (i >= rings.nr_to_queue)
			break;
		/* Every eighth is discarded: the reader has to pass over it. */
		if (i % 8 == 7) {
			rec = bpf_ringbuf_reserve(&queued, sizeof(*rec), 0);
			if (rec)
				bpf_ringbuf_discard(rec, BPF_RB_NO_WAKEUP);
		}
		rec = bpf_ringbuf_reserve(&queued, sizeof(*rec), 0);
		if (!rec)
			return 1;
		__builtin_memset(rec, 0, sizeof(*rec));
		rec->pid = rings.nr_queued;
		rec->weight = 100;
		rec->queued_ts = bpf_ktime_get_ns();
		rec->cpus_allowed = ~0ULL;
		bpf_ringbuf_submit(rec, BPF_RB_NO_WAKEUP);
		rings.nr_queued++;
	}
	return 0;
}

/* For benchmarks: enqueue records of 128 tasks in turn, as many as nr_to_queue says. */
SEC("syscall")
int fill(void *unused)
{
	struct queued_task *rec;

	for (__u64 i = 0; i < 4096; i++) {
		if (i >= rings.nr_to_queue)
			break;
		rec = bpf_ringbuf_reserve(&queued, sizeof(*rec), 0);
		if (!rec)
			return 1;
		__builtin_memset(rec, 0, sizeof(*rec));
		rec->pid = 1000 + (rings.nr_queued & 127);
		rec->id = rec->pid;
		rec->weight = 100;
		rec->enq_cnt = rings.nr_queued;
		rec->queued_ts = bpf_ktime_get_ns();
		rec->cpus_allowed = ~0ULL;
		rec->prev_cpu = -1;
		bpf_ringbuf_submit(rec, BPF_RB_NO_WAKEUP);
		rings.nr_queued++;
	}
	return 0;
}

static long drain_one(struct bpf_dynptr *dynptr, void *unused)
{
	struct dispatched_task rec;

	if (bpf_dynptr_read(&rec, sizeof(rec), dynptr, 0, 0))
		return 1;
	if (rec.enq_cnt != rings.nr_drained)
		rings.disorder++;
	rings.nr_drained++;
	rings.pid_sum += rec.pid;
	rings.vtime_sum += rec.vtime;
	return 0;
}

SEC("syscall")
int drain(void *unused)
{
	return bpf_user_ringbuf_drain(&dispatched, drain_one, NULL, BPF_RB_NO_WAKEUP);
}
