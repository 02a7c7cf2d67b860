#include "closed-loop.h"
#include "clock.h"

#define EXPIRE_EVERY_NS (50 * NS_PER_MS)

static void fill_lane(struct exchange *exchange, int lane, uint32_t window, uint64_t now) {
  while (exchange->in_flight[lane] < window && exchange->lanes[lane]->queued < BATCH) {
    struct peer *peer = next_idle_peer(exchange, lane);
    if (peer == NULL) return;
    begin_request(exchange, peer, next_request_kind(exchange, peer), now, now);
  }
}

static void run_until(struct exchange *exchange, uint64_t end) {
  uint32_t window = (exchange->options.window + LANES - 1) / LANES;
  uint64_t now = now_ns(), expired_at = now;
  for (; now < end; now = now_ns()) {
    for (int lane = 0; lane < LANES; lane++) fill_lane(exchange, lane, window, now);
    flush_lanes(exchange);
    if (take_replies(exchange, now) == 0) wait_for_replies(exchange, 1000);
    if (now - expired_at < EXPIRE_EVERY_NS) continue;
    expire_requests(exchange, now, SEND_AGAIN);
    expired_at = now;
  }
}

struct measurement run_closed_loop(struct exchange *exchange) {
  run_until(exchange, now_ns() + exchange->options.warm_up_ms * NS_PER_MS);
  struct measurement begun = begin_measurement(exchange);
  run_until(exchange, now_ns() + exchange->options.measured_ms * NS_PER_MS);
  struct measurement measured = end_measurement(exchange, &begun);
  drain(exchange);
  return measured;
}
