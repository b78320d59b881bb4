// SPDX-License-Identifier: GPL-2.0
/* What the verifier must reject: a read beyond the end of a map's value. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, long);
} values SEC(".maps");

SEC("syscall")
int read_beyond(void *unused)
{
	int key = 0;
	volatile long *value = bpf_map_lookup_elem(&values, &key);

	return value ? value[1] : 0;
}
