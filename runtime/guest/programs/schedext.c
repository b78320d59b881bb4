// Runs a command, and what it starts, in the class SCHED_EXT: schedext COMMAND [ARGUMENT...]
//
// With a partial switch (SCX_OPS_SWITCH_PARTIAL) only such tasks are a policy's. Debian 13's chrt(1) does
// not know the class.

#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#define SCHED_EXT 7 // include/uapi/linux/sched.h

int main(int argc, char **argv)
{
	struct sched_param priority = {0};

	if (argc < 2) {
		fprintf(stderr, "usage: schedext COMMAND [ARGUMENT...]\n");
		return 2;
	}
	if (sched_setscheduler(0, SCHED_EXT, &priority)) {
		perror("schedext: sched_setscheduler");
		return 1;
	}
	execvp(argv[1], argv + 1);
	perror(argv[1]);
	return 127;
}
