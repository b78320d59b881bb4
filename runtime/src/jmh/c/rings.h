/* See rings.c. */
#include <stdint.h>

struct peer;

struct peer *peer_open(int queued, uint64_t queued_bytes, int dispatched, uint64_t dispatched_bytes);
uint64_t peer_consume(struct peer *p);
void peer_submit(struct peer *p, int nr);
uint64_t peer_decide(struct peer *p);
