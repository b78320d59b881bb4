// loop OBJECT: FIFO in user space on our BPF backend, schedbook.bpf.o, as PolicyHost and PolicyLoop run it,
// in C. Attached until SIGINT or SIGTERM; prints then, as JSON, how many decisions were carried out after
// which class of waiting (wire.h).
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kernel.h"
#include "rings.h"
#include "wire.h"

static volatile sig_atomic_t stopping;

static void stop(int signal)
{
	(void)signal;
	stopping = 1;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void *checked(void *result, const char *what)
{
	if (!result)
		die(what);
	return result;
}

/* The flags that PolicyHost sets, as far as the running kernel knows them. */
static uint64_t ops_flags(void)
{
	static const char *const names[] = {"SCX_OPS_KEEP_BUILTIN_IDLE", "SCX_OPS_ENQ_LAST",
					    "SCX_OPS_ALLOW_QUEUED_WAKEUP"};
	struct btf *btf = checked(btf__load_vmlinux_btf(), "the kernel's BTF");
	const struct btf_type *type = btf__type_by_id(
		btf, btf__find_by_name_kind(btf, "scx_ops_flags", BTF_KIND_ENUM64));
	uint64_t flags = 0;

	for (int i = 0; type && i < btf_vlen(type); i++) {
		const struct btf_enum64 *e = btf_enum64(type) + i;

		for (size_t k = 0; k < sizeof(names) / sizeof(*names); k++)
			if (!strcmp(btf__name_by_offset(btf, e->name_off), names[k]))
				flags |= btf_enum64_value(e);
	}
	btf__free(btf);
	return flags;
}

static uint64_t hotplug_seq(void)
{
	FILE *file = checked(fopen("/sys/kernel/sched_ext/hotplug_seq", "r"), "hotplug_seq");
	unsigned long seq = 0;

	if (fscanf(file, "%lu", &seq) != 1)
		die("hotplug_seq");
	fclose(file);
	return seq;
}

static struct bpf_map *map(struct bpf_object *object, const char *name)
{
	return checked(bpf_object__find_map_by_name(object, name), name);
}

static void *variables(struct bpf_object *object, const char *name, size_t bytes)
{
	void *mapped = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
			    bpf_map__fd(map(object, name)), 0);

	if (mapped == MAP_FAILED)
		die(name);
	return mapped;
}

static void configure(struct bpf_object *object)
{
	size_t bytes;
	struct backend_config *config =
		(void *)bpf_map__initial_value(map(object, ".data.config"), &bytes);
	struct sched_ext_ops *ops =
		(void *)bpf_map__initial_value(map(object, "schedbook_ops"), &bytes);

	config->tid = gettid();
	config->tgid = getpid();
	config->nr_cpus = libbpf_num_possible_cpus();
	config->slice_ns = 20000000;
	config->watchdog_ms = ops->timeout_ms;
	config->builtin_idle = 1;
	config->events = 1 << QUEUED_DEQUEUE | 1 << QUEUED_EXIT_TASK | 1 << QUEUED_ENQUEUE;
	ops->flags = ops_flags();
	ops->hotplug_seq = hotplug_seq();
	strcpy(ops->name, "c_loop");
}

int main(int argc, char **argv)
{
	struct bpf_object *object;
	struct bpf_link *link;
	struct backend_state *state;
	struct exit_record *ended;
	uint64_t *waits;
	struct peer *peer;
	uint64_t rounds = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: loop OBJECT\n");
		return 2;
	}
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	object = checked(bpf_object__open_file(argv[1], NULL), argv[1]);
	configure(object);
	if (bpf_object__load(object))
		die("load");
	state = variables(object, ".data.shared", sizeof(*state));
	ended = variables(object, ".data.exit", sizeof(*ended));
	waits = variables(object, ".data.waits", WAIT_CLASSES * sizeof(*waits));
	peer = peer_open(bpf_map__fd(map(object, "queued")), QUEUED_BYTES,
			 bpf_map__fd(map(object, "dispatched")), DISPATCHED_BYTES);
	mlockall(MCL_CURRENT | MCL_FUTURE);
	link = checked(bpf_map__attach_struct_ops(map(object, "schedbook_ops")), "attach");

	while (!stopping && !__atomic_load_n(&ended->kind, __ATOMIC_ACQUIRE)) {
		__atomic_store_n(&state->progress, ++rounds, __ATOMIC_RELAXED);
		__atomic_store_n(&state->parked, 0, __ATOMIC_SEQ_CST);
		__atomic_store_n(&state->enq_consumed, peer_decide(peer), __ATOMIC_RELEASE);
		__atomic_store_n(&state->parked, 1, __ATOMIC_SEQ_CST);
		sched_yield();
	}
	bpf_link__destroy(link);
	if (!stopping)
		fprintf(stderr, "exit kind %d:\n%s %s\n", ended->kind, ended->reason, ended->msg);

	printf("{\"waits\":[");
	for (int i = 0; i < WAIT_CLASSES; i++)
		printf(i ? ",%lu" : "%lu", (unsigned long)waits[i]);
	printf("]}\n");
	return 0;
}
