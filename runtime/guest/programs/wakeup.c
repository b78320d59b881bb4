// wakeup MESSENGERS WORKERS REQUESTS WORK: how long a woken thread waits for a CPU, after the manner of
// schbench. Each messenger wakes its workers when they have nothing to do; a worker notes how long that
// took, computes for WORK rounds, and reports back, REQUESTS times. Prints JSON: latencies_us is a
// histogram of wake-up latencies, truncated to microseconds.
#define _GNU_SOURCE
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { IDLE, GO };

struct messenger;

struct worker {
	_Alignas(64) atomic_int state;
	uint64_t woken_ns; // written by the messenger before GO, read by the worker after it
	uint64_t *latencies_ns;
	struct messenger *messenger;
	pthread_t thread;
};

struct messenger {
	_Alignas(64) atomic_int reports; // rises whenever a worker becomes idle or ends
	atomic_int working;
	struct worker *workers;
	pthread_t thread;
};

static int workers_each, requests, work_rounds;

static uint64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void futex_wait(atomic_int *word, int expected)
{
	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, NULL, NULL, 0);
}

static void futex_wake(atomic_int *word) { syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0); }

static void report(struct messenger *m)
{
	atomic_fetch_add(&m->reports, 1);
	futex_wake(&m->reports);
}

static void *run_worker(void *arg)
{
	struct worker *w = arg;
	volatile uint64_t x = 1;
	for (int i = 0; i < requests; i++) {
		while (atomic_load(&w->state) == IDLE)
			futex_wait(&w->state, IDLE);
		w->latencies_ns[i] = now_ns() - w->woken_ns;
		for (int k = 0; k < work_rounds; k++)
			x = x * 6364136223846793005ull + 1;
		atomic_store(&w->state, IDLE);
		if (i == requests - 1)
			atomic_fetch_sub(&w->messenger->working, 1);
		report(w->messenger);
	}
	return NULL;
}

static void *run_messenger(void *arg)
{
	struct messenger *m = arg;
	int *sent = calloc(workers_each, sizeof(*sent));
	while (atomic_load(&m->working) > 0) {
		int seen = atomic_load(&m->reports);
		for (int i = 0; i < workers_each; i++) {
			struct worker *w = &m->workers[i];
			if (sent[i] < requests && atomic_load(&w->state) == IDLE) {
				sent[i]++;
				w->woken_ns = now_ns();
				atomic_store(&w->state, GO);
				futex_wake(&w->state);
			}
		}
		futex_wait(&m->reports, seen);
	}
	free(sent);
	return NULL;
}

static int ascending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

static void print_histogram(uint64_t *ns, size_t n)
{
	qsort(ns, n, sizeof(*ns), ascending);
	printf("\"latencies_us\":{");
	for (size_t i = 0; i < n;) {
		uint64_t us = ns[i] / 1000;
		size_t from = i;
		while (i < n && ns[i] / 1000 == us)
			i++;
		printf("%s\"%lu\":%zu", from ? "," : "", us, i - from);
	}
	printf("}");
}

int main(int argc, char **argv)
{
	int messengers = argc == 5 ? atoi(argv[1]) : 0;
	workers_each = argc == 5 ? atoi(argv[2]) : 0;
	requests = argc == 5 ? atoi(argv[3]) : 0;
	work_rounds = argc == 5 ? atoi(argv[4]) : -1;
	if (messengers < 1 || workers_each < 1 || requests < 1 || work_rounds < 0) {
		fprintf(stderr, "usage: wakeup MESSENGERS WORKERS REQUESTS WORK\n");
		return 2;
	}
	int total = messengers * workers_each;
	uint64_t *latencies = calloc((size_t)total * requests, sizeof(*latencies));
	struct worker *workers = aligned_alloc(64, total * sizeof(*workers));
	struct messenger *all = aligned_alloc(64, messengers * sizeof(*all));
	if (!latencies || !workers || !all) {
		perror("wakeup");
		return 1;
	}
	uint64_t start = now_ns();
	for (int m = 0; m < messengers; m++) {
		all[m] = (struct messenger){.working = workers_each, .workers = workers + m * workers_each};
		for (int i = m * workers_each; i < (m + 1) * workers_each; i++) {
			workers[i] = (struct worker){
				.latencies_ns = latencies + (size_t)i * requests, .messenger = &all[m]};
			if (pthread_create(&workers[i].thread, NULL, run_worker, &workers[i])) {
				perror("wakeup: pthread_create");
				return 1;
			}
		}
	}
	for (int m = 0; m < messengers; m++)
		if (pthread_create(&all[m].thread, NULL, run_messenger, &all[m])) {
			perror("wakeup: pthread_create");
			return 1;
		}
	for (int i = 0; i < total; i++)
		pthread_join(workers[i].thread, NULL);
	for (int m = 0; m < messengers; m++)
		pthread_join(all[m].thread, NULL);
	double seconds = (now_ns() - start) / 1e9;
	printf("{\"requests_per_s\":%.3f,", (double)total * requests / seconds);
	print_histogram(latencies, (size_t)total * requests);
	printf("}\n");
	return 0;
}
