/* The latencies of an open loop, one by one. */
#ifndef LATENCIES_H
#define LATENCIES_H
#include <stddef.h>
#include <stdint.h>

/* How many are kept; 64 MB. Later ones replace earlier ones: a run of the bench stays below. */
#define MAX_LATENCIES (1 << 23)

struct latencies {
  uint64_t count;
  uint64_t *ns;
};

/* Ends the program without the memory. */
struct latencies make_latencies(void);
void add_latency(struct latencies *latencies, uint64_t ns);

/* The nearest-rank percentile, 0 < `percent` <= 100, in nanoseconds; 0 where nothing was kept. Sorts what was kept. */
uint64_t latency_percentile(struct latencies *latencies, double percent);
#endif
