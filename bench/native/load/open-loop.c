#include "open-loop.h"
#include "clock.h"
#include "random.h"
#include <math.h>

#define EXPIRE_EVERY_NS (50 * NS_PER_MS)

struct schedule {
  double mean_gap_ns;
  uint64_t seed;
  double next_due;
};

static void advance(struct schedule *schedule) {
  double uniform = (double)((next_random(&schedule->seed) >> 11) + 1) / 9007199254740992.0;
  schedule->next_due -= schedule->mean_gap_ns * log(uniform);
}

/* Sends what is due. Where every peer awaits a reply the request waits, and its latency counts on. */
static void send_due(struct exchange *exchange, struct schedule *schedule, uint64_t now) {
  for (int sent = 0; sent < BATCH && schedule->next_due <= (double)now; sent++) {
    struct peer *peer = next_idle_peer(exchange, (int)(exchange->begun % LANES));
    if (peer == NULL) break;
    begin_request(exchange, peer, next_request_kind(exchange, peer), now, (uint64_t)schedule->next_due);
    advance(schedule);
  }
  flush_lanes(exchange);
}

static void run_until(struct exchange *exchange, struct schedule *schedule, uint64_t end) {
  uint64_t now = now_ns(), expired_at = now;
  for (; now < end; now = now_ns()) {
    send_due(exchange, schedule, now);
    double gap = schedule->next_due - (double)now;
    if (take_replies(exchange, now_ns()) == 0 && gap > 0)
      wait_for_replies(exchange, gap < NS_PER_MS ? (int)(gap / 1000) : 1000);
    if (now - expired_at < EXPIRE_EVERY_NS) continue;
    expire_requests(exchange, now, GIVE_UP);
    expired_at = now;
  }
}

static void keep_latency(struct peer *peer, uint64_t now, void *latencies) {
  add_latency(latencies, now > peer->due_at ? now - peer->due_at : 0);
}

struct measurement run_open_loop(struct exchange *exchange) {
  static struct latencies latencies;
  latencies = make_latencies();
  struct schedule schedule = {(double)NS_PER_S / exchange->options.rate, 1, (double)now_ns()};
  run_until(exchange, &schedule, now_ns() + exchange->options.warm_up_ms * NS_PER_MS);
  struct measurement begun = begin_measurement(exchange);
  exchange->on_answer = keep_latency;
  exchange->context = &latencies;
  run_until(exchange, &schedule, now_ns() + exchange->options.measured_ms * NS_PER_MS);
  exchange->on_answer = NULL;
  struct measurement measured = end_measurement(exchange, &begun);
  /* A request that was lost took at least the timeout. */
  for (uint64_t lost = 0; lost < measured.counts.lost; lost++)
    add_latency(&latencies, exchange->options.timeout_ms * NS_PER_MS);
  measured.latencies = &latencies;
  drain(exchange);
  return measured;
}
