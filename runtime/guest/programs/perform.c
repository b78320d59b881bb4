// perform LINE...: does on a real kernel what tasks of the simulator do, so that the two can be compared.
//
//   pipe CAPACITY                       a pipe of so many messages, a power of two; they are numbered from 0
//   task NAME CPUS NICE OPERATIONS      a process; CPUS are numbers joined by commas, or - for any
//   template NAME OPERATIONS            a process that "fork N" starts, with the CPUs of the one that does
//
// OPERATIONS are those of org.schedbook.target.sim.Program as its toString() writes them, joined by "; ".
// All tasks are started, take their names and sleep; then this process, which stays on CPU 0, wakes them in order.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX = 64, MAX_OPS = 256, MAX_DEPTH = 8, MESSAGE = 4096 }; // a message fills a slot of a pipe

struct op {
	char name[16];
	long first, second;
};

struct program {
	char name[16];
	int nr_ops;
	struct op ops[MAX_OPS];
};

static struct shared {
	atomic_int locks[MAX]; // 0 free, 1 taken, 2 taken and someone may wait
	atomic_int queues[MAX]; // never change: who waits is woken and not told why
} *shared;

static int pipes[MAX][2], nr_pipes;
static struct program templates[MAX];
static int nr_templates;

static void die(const char *what)
{
	fprintf(stderr, "perform: %s%s%s\n", what, errno ? ": " : "", errno ? strerror(errno) : "");
	exit(1);
}

static void check(int failed, const char *what)
{
	if (failed)
		die(what);
}

static void parse(struct program *p, const char *name, char *text)
{
	char *rest = NULL;
	snprintf(p->name, sizeof(p->name), "%s", name);
	for (char *op = strtok_r(text, ";", &rest); op; op = strtok_r(NULL, ";", &rest)) {
		check(p->nr_ops == MAX_OPS, "too many operations");
		struct op *o = &p->ops[p->nr_ops++];
		check(sscanf(op, " %15s %ld %ld", o->name, &o->first, &o->second) < 1, "no operation");
	}
}

static void futex(atomic_int *word, int what, int value) { syscall(SYS_futex, word, what, value, NULL, NULL, 0); }

static void lock(atomic_int *word)
{
	int seen = 0;
	if (atomic_compare_exchange_strong(word, &seen, 1))
		return;
	while (atomic_exchange(word, 2))
		futex(word, FUTEX_WAIT, 2);
}

static void unlock(atomic_int *word)
{
	if (atomic_exchange(word, 0) == 2)
		futex(word, FUTEX_WAKE, 1);
}

static void compute(long ns)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	int64_t end = t.tv_sec * 1000000000ll + t.tv_nsec + ns;
	do
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	while (t.tv_sec * 1000000000ll + t.tv_nsec < end);
}

static void perform(const struct program *p);

static void perform_one(const struct op *o)
{
	char message[MESSAGE] = {0};
	if (!strcmp(o->name, "run")) {
		compute(o->first);
	} else if (!strcmp(o->name, "sleep")) {
		struct timespec t = {o->first / 1000000000, o->first % 1000000000};
		nanosleep(&t, NULL);
	} else if (!strcmp(o->name, "send")) {
		check(write(pipes[o->first][1], message, MESSAGE) != MESSAGE, "send");
	} else if (!strcmp(o->name, "receive")) {
		check(read(pipes[o->first][0], message, MESSAGE) != MESSAGE, "receive");
	} else if (!strcmp(o->name, "lock")) {
		lock(&shared->locks[o->first]);
	} else if (!strcmp(o->name, "unlock")) {
		unlock(&shared->locks[o->first]);
	} else if (!strcmp(o->name, "await")) {
		futex(&shared->queues[o->first], FUTEX_WAIT, 0);
	} else if (!strcmp(o->name, "wake")) {
		futex(&shared->queues[o->first], FUTEX_WAKE, o->second);
	} else if (!strcmp(o->name, "yield")) {
		sched_yield();
	} else if (!strcmp(o->name, "fork")) {
		pid_t pid = fork();
		check(pid < 0, "fork");
		if (pid == 0) {
			prctl(PR_SET_NAME, templates[o->first].name);
			perform(&templates[o->first]);
		}
	} else {
		errno = 0;
		die(o->name);
	}
}

static void perform(const struct program *p)
{
	long left[MAX_DEPTH];
	int start[MAX_DEPTH], depth = 0;
	for (int pc = 0; pc < p->nr_ops; pc++) {
		const struct op *o = &p->ops[pc];
		if (!strcmp(o->name, "loop")) {
			check(depth == MAX_DEPTH, "loops nest too deep");
			left[depth] = o->first;
			start[depth++] = pc;
		} else if (!strcmp(o->name, "end")) {
			if (--left[depth - 1])
				pc = start[depth - 1];
			else
				depth--;
		} else if (!strcmp(o->name, "exit")) {
			break;
		} else {
			perform_one(o);
		}
	}
	_exit(0);
}

static void use_cpus(char *list)
{
	cpu_set_t set;
	char *rest = NULL;
	if (!strcmp(list, "-"))
		return;
	CPU_ZERO(&set);
	for (char *cpu = strtok_r(list, ",", &rest); cpu; cpu = strtok_r(NULL, ",", &rest))
		CPU_SET(atoi(cpu), &set);
	check(sched_setaffinity(0, sizeof(set), &set), "affinity");
}

static pid_t start(struct program *p, char *cpus, int nice, int gate)
{
	pid_t pid = fork();
	check(pid < 0, "fork");
	if (pid == 0) {
		char c;
		signal(SIGCHLD, SIG_IGN);
		prctl(PR_SET_NAME, p->name);
		use_cpus(cpus);
		check(setpriority(PRIO_PROCESS, 0, nice), "nice");
		check(read(gate, &c, 1) != 1, "gate");
		perform(p);
	}
	return pid;
}

static int sleeps(pid_t pid)
{
	char path[32], state = 0;
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	FILE *f = fopen(path, "r");
	int read = f ? fscanf(f, "%*d (%*[^)]) %c", &state) : 0;
	if (f)
		fclose(f);
	return read == 1 && state == 'S';
}

int main(int argc, char **argv)
{
	int gates[MAX][2], nr_tasks = 0;
	pid_t pids[MAX];
	char here[] = "0";
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	check(shared == MAP_FAILED, "memory");
	use_cpus(here);
	for (int pass = 0; pass < 2; pass++) // templates and pipes first
		for (int i = 1; i < argc; i++) {
			char line[8192], name[16], cpus[256];
			int nice, at = 0;
			long capacity;
			snprintf(line, sizeof(line), "%s", argv[i]);
			if (sscanf(line, "pipe %ld", &capacity) == 1) {
				if (pass)
					continue;
				check(pipe(pipes[nr_pipes]), "pipe");
				check(fcntl(pipes[nr_pipes++][1], F_SETPIPE_SZ, capacity * MESSAGE) !=
					      capacity * MESSAGE,
				      "capacity");
			} else if (sscanf(line, "template %15s %n", name, &at) == 1 && at) {
				if (!pass)
					parse(&templates[nr_templates++], name, line + at);
			} else if (sscanf(line, "task %15s %255s %d %n", name, cpus, &nice, &at) == 3 && at) {
				struct program *p;
				if (!pass)
					continue;
				p = calloc(1, sizeof(*p));
				check(!p || pipe(gates[nr_tasks]), "task");
				parse(p, name, line + at);
				pids[nr_tasks] = start(p, cpus, nice, gates[nr_tasks][0]);
				nr_tasks++;
			} else {
				errno = 0;
				die(argv[i]);
			}
		}
	for (int i = 0; i < nr_tasks; i++)
		while (!sleeps(pids[i]))
			usleep(1000);
	for (int i = 0; i < nr_tasks; i++)
		check(write(gates[i][1], "", 1) != 1, "gate");
	for (int i = 0; i < nr_tasks; i++) {
		int status;
		check(waitpid(pids[i], &status, 0) < 0 || status, "a task failed");
	}
	return 0;
}
