#include "latencies.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct latencies make_latencies(void) {
  struct latencies latencies = {0, malloc(MAX_LATENCIES * sizeof(uint64_t))};
  if (latencies.ns == NULL) {
    perror("load: latencies");
    exit(1);
  }
  return latencies;
}

void add_latency(struct latencies *latencies, uint64_t ns) {
  latencies->ns[latencies->count++ % MAX_LATENCIES] = ns;
}

static int by_length(const void *left, const void *right) {
  uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
  return (a > b) - (a < b);
}

uint64_t latency_percentile(struct latencies *latencies, double percent) {
  size_t kept = latencies->count < MAX_LATENCIES ? latencies->count : MAX_LATENCIES;
  if (kept == 0) return 0;
  qsort(latencies->ns, kept, sizeof *latencies->ns, by_length);
  size_t rank = (size_t)ceil(percent / 100 * (double)kept);
  return latencies->ns[rank < 1 ? 0 : rank - 1];
}
