// batch JOBS WORK FACTOR: a skewed batch. JOBS short processes that each compute for WORK thousand rounds,
// and one that computes FACTOR times as long, all released at once. Prints JSON: when the short ones ended
// on average, and when the last of all did, in seconds from the release.
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void compute(long thousands)
{
	volatile uint64_t x = 1;
	for (long i = 0; i < thousands * 1000; i++)
		x = x * 6364136223846793005ull + 1;
}

// Waits until the other end of the pipe is closed.
static pid_t start(int gate[2], long thousands)
{
	pid_t pid = fork();
	if (pid == 0) {
		char c;
		close(gate[1]);
		if (read(gate[0], &c, 1) < 0)
			_exit(1);
		compute(thousands);
		_exit(0);
	}
	return pid;
}

int main(int argc, char **argv)
{
	int jobs = argc == 4 ? atoi(argv[1]) : 0;
	long work = argc == 4 ? atol(argv[2]) : 0, factor = argc == 4 ? atol(argv[3]) : 0;
	int gate[2];
	if (jobs < 1 || work < 1 || factor < 1) {
		fprintf(stderr, "usage: batch JOBS WORK FACTOR\n");
		return 2;
	}
	if (pipe(gate)) {
		perror("batch: pipe");
		return 1;
	}
	// The long one is released first, which is where it hurts a scheduler without preemption most.
	pid_t heavy = start(gate, work * factor);
	int started = heavy > 0;
	for (int i = 0; i < jobs && started; i++)
		started = start(gate, work) > 0;
	double begin = now(), sum = 0, last = 0;
	close(gate[1]);
	if (!started) {
		perror("batch: fork");
		return 1;
	}
	close(gate[0]);
	for (int i = 0; i <= jobs; i++) {
		int status;
		pid_t pid = wait(&status);
		last = now() - begin;
		if (pid < 0 || status) {
			fprintf(stderr, "batch: a job failed\n");
			return 1;
		}
		if (pid != heavy)
			sum += last;
	}
	printf("{\"short_s\":%.6f,\"makespan_s\":%.6f}\n", sum / jobs, last);
	return 0;
}
