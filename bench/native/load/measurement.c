#include "measurement.h"
#include "clock.h"
#include "server-time.h"
#include <stdio.h>

static uint64_t dropped_so_far(const struct exchange *exchange) {
  uint64_t sum = 0;
  for (int lane = 0; lane < LANES; lane++) sum += replies_dropped(exchange->lanes[lane]);
  return sum;
}

struct measurement begin_measurement(const struct exchange *exchange) {
  return (struct measurement){
      .counts = exchange->counts,
      .dropped = dropped_so_far(exchange),
      .elapsed_ns = now_ns(),
      .server_time_ns = server_time_ns(exchange->options.server_process),
  };
}

struct measurement end_measurement(const struct exchange *exchange, const struct measurement *begun) {
  struct measurement ended = begin_measurement(exchange);
  ended.counts.answered -= begun->counts.answered;
  ended.counts.answered_bytes -= begun->counts.answered_bytes;
  ended.counts.wrong -= begun->counts.wrong;
  ended.counts.lost -= begun->counts.lost;
  ended.counts.late -= begun->counts.late;
  ended.dropped -= begun->dropped;
  ended.elapsed_ns -= begun->elapsed_ns;
  ended.server_time_ns -= begun->server_time_ns;
  return ended;
}

void print_measurement(struct measurement *measurement) {
  struct counts *counts = &measurement->counts;
  printf("{\"answered\":%llu,\"answeredBytes\":%llu,\"wrong\":%llu,\"lost\":%llu,\"late\":%llu,\"dropped\":%llu,\"seconds\":%.9f,"
         "\"serverSeconds\":%.9f",
         (unsigned long long)counts->answered, (unsigned long long)counts->answered_bytes,
         (unsigned long long)counts->wrong, (unsigned long long)counts->lost, (unsigned long long)counts->late,
         (unsigned long long)measurement->dropped,
         (double)measurement->elapsed_ns / NS_PER_S, (double)measurement->server_time_ns / NS_PER_S);
  if (measurement->latencies != NULL)
    printf(",\"latency\":{\"p50Ms\":%.6f,\"p99Ms\":%.6f}",
           (double)latency_percentile(measurement->latencies, 50) / NS_PER_MS,
           (double)latency_percentile(measurement->latencies, 99) / NS_PER_MS);
  printf("}\n");
}
