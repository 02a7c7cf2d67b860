/* What one run found: counts and times over the measured part alone. */
#ifndef MEASUREMENT_H
#define MEASUREMENT_H
#include "exchange.h"
#include "latencies.h"

struct measurement {
  struct counts counts;
  /* Replies the kernel dropped before the generator could read them. */
  uint64_t dropped;
  uint64_t elapsed_ns;
  uint64_t server_time_ns;
  /* Open loop only, else NULL. */
  struct latencies *latencies;
};

/* Remembers where the measured part begins; the second call, with what the first one returned, closes it. */
struct measurement begin_measurement(const struct exchange *exchange);
struct measurement end_measurement(const struct exchange *exchange, const struct measurement *begun);

/* One line of JSON on standard output. */
void print_measurement(struct measurement *measurement);
#endif
