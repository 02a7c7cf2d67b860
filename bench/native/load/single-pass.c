#include "single-pass.h"
#include "clock.h"

#define EXPIRE_EVERY_NS (50 * NS_PER_MS)

uint64_t run_single_pass(struct exchange *exchange, enum request kind) {
  uint64_t answered_before = exchange->counts.answered, expired_at = now_ns();
  uint32_t next = 0, count = exchange->options.peer_count;
  while (next < count || requests_in_flight(exchange) > 0) {
    uint64_t now = now_ns();
    while (next < count && requests_in_flight(exchange) < exchange->options.window) {
      struct peer *peer = &exchange->peers[next];
      if (exchange->lanes[lane_of(exchange, peer)]->queued == BATCH) break;
      next++;
      if (kind != END || peer->registered) begin_request(exchange, peer, kind, now, now);
    }
    flush_lanes(exchange);
    if (take_replies(exchange, now) == 0) wait_for_replies(exchange, 10000);
    if (now - expired_at < EXPIRE_EVERY_NS) continue;
    expire_requests(exchange, now, SEND_AGAIN);
    expired_at = now;
  }
  return exchange->counts.answered - answered_before;
}
