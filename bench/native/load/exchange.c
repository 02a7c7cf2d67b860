#include "exchange.h"
#include "announces.h"
#include "clock.h"
#include "index-replies.h"
#include "index-requests.h"
#include <ctype.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

/* Losses of one request in a row after which the server counts as gone. */
#define MAX_ATTEMPTS 20
/* Of ten requests of a mixed workload one is a LST. */
#define MIXED_PERIOD 10

struct exchange *open_exchange(const struct options *options) {
  struct exchange *exchange = calloc(1, sizeof *exchange);
  if (exchange == NULL) {
    perror("load");
    exit(1);
  }
  exchange->options = *options;
  snprintf(exchange->port_text, sizeof exchange->port_text, "%u", options->peer_port);
  exchange->peers = make_peers(options->first_address, options->peer_count);
  for (int lane = 0; lane < LANES; lane++) {
    exchange->lanes[lane] = calloc(1, sizeof(struct lane));
    if (exchange->lanes[lane] == NULL || !open_lane(exchange->lanes[lane], options->server_port)) {
      perror("load: socket");
      exit(1);
    }
    exchange->cursor[lane] = lane;
  }
  return exchange;
}

int lane_of(const struct exchange *exchange, const struct peer *peer) {
  return (int)((peer - exchange->peers) % LANES);
}

struct peer *next_idle_peer(struct exchange *exchange, int lane) {
  uint32_t count = exchange->options.peer_count;
  for (uint32_t tried = 0; tried < count; tried += LANES) {
    if (exchange->cursor[lane] >= count) exchange->cursor[lane] = lane;
    if (exchange->cursor[lane] >= count) return NULL;
    struct peer *peer = &exchange->peers[exchange->cursor[lane]];
    exchange->cursor[lane] += LANES;
    if (peer->awaiting == NOTHING) return peer;
  }
  return NULL;
}

enum request next_request_kind(struct exchange *exchange, const struct peer *peer) {
  switch (exchange->options.workload) {
    case LISTS:
      return LIST;
    case REGISTERS:
      return REGISTER;
    case UPDATES:
      return UPDATE;
    case ENDS_REGISTERS:
      return peer->registered ? END : REGISTER;
    case MIXED:
      return exchange->begun % MIXED_PERIOD == 0 ? LIST : UPDATE;
    case ANNOUNCES:
      return peer->connection == 0 ? CONNECT : ANNOUNCE;
  }
  return NOTHING;
}

static void queue(struct exchange *exchange, struct peer *peer, uint64_t now) {
  struct lane *lane = exchange->lanes[lane_of(exchange, peer)];
  uint8_t *into = next_request(lane);
  size_t length = peer->awaiting == CONNECT    ? write_connect(peer, into)
                  : peer->awaiting == ANNOUNCE ? write_announce(peer, exchange->options.peer_port, into)
                                               : write_index_request(peer->awaiting, peer, exchange->options.images,
                                                                     exchange->port_text, into);
  queue_request(lane, peer->address, length);
  peer->sent_at = now;
  peer->attempts++;
}

void begin_request(struct exchange *exchange, struct peer *peer, enum request kind, uint64_t now, uint64_t due_at) {
  peer->awaiting = kind;
  peer->attempts = 0;
  peer->due_at = due_at;
  peer->generation++;
  exchange->in_flight[lane_of(exchange, peer)]++;
  exchange->begun++;
  queue(exchange, peer, now);
}

void flush_lanes(struct exchange *exchange) {
  for (int lane = 0; lane < LANES; lane++) flush_requests(exchange->lanes[lane]);
}

static void forget_request(struct exchange *exchange, struct peer *peer) {
  peer->awaiting = NOTHING;
  exchange->in_flight[lane_of(exchange, peer)]--;
}

/* The first wrong reply is shown: it says more than a count. */
static void report_wrong(const struct exchange *exchange, const struct reply *reply) {
  if (exchange->counts.wrong != 0) return;
  fprintf(stderr, "load: a wrong reply of %zu bytes: ", reply->length);
  for (size_t at = 0; at < reply->length && at < 80; at++)
    fprintf(stderr, isprint(reply->bytes[at]) ? "%c" : "\\x%02x", reply->bytes[at]);
  fprintf(stderr, "\n");
}

static bool is_right(const struct exchange *exchange, struct peer *peer, const struct reply *reply) {
  if (peer->awaiting == CONNECT) return accept_connection(peer, reply);
  if (peer->awaiting == ANNOUNCE) return is_announce_accepted(peer, reply);
  return is_right_index_reply(peer->awaiting, reply, &exchange->options, peer->attempts > 1);
}

static void take_reply(struct exchange *exchange, int lane, const struct reply *reply, uint64_t now) {
  uint32_t index = reply->destination - exchange->options.first_address;
  struct peer *peer = index < exchange->options.peer_count ? &exchange->peers[index] : NULL;
  if (peer == NULL || peer->awaiting == NOTHING || lane_of(exchange, peer) != lane) {
    exchange->counts.late++;
    return;
  }
  if (!is_right(exchange, peer, reply)) {
    report_wrong(exchange, reply);
    exchange->counts.wrong++;
    forget_request(exchange, peer);
    return;
  }
  if (peer->awaiting == REGISTER) peer->registered = true;
  if (peer->awaiting == END) peer->registered = false;
  forget_request(exchange, peer);
  exchange->counts.answered++;
  exchange->counts.answered_bytes += reply->length;
  if (exchange->on_answer != NULL) exchange->on_answer(peer, now, exchange->context);
}

int take_replies(struct exchange *exchange, uint64_t now) {
  int taken = 0;
  for (int lane = 0; lane < LANES; lane++) {
    int count = receive_replies(exchange->lanes[lane]);
    for (int at = 0; at < count; at++) {
      struct reply reply = reply_at(exchange->lanes[lane], at);
      take_reply(exchange, lane, &reply, now);
    }
    taken += count;
  }
  return taken;
}

void expire_requests(struct exchange *exchange, uint64_t now, enum on_loss on_loss) {
  uint64_t timeout = exchange->options.timeout_ms * NS_PER_MS;
  for (uint32_t at = 0; at < exchange->options.peer_count; at++) {
    struct peer *peer = &exchange->peers[at];
    if (peer->awaiting == NOTHING || now - peer->sent_at < timeout || now < peer->sent_at) continue;
    exchange->counts.lost++;
    if (on_loss == GIVE_UP) {
      forget_request(exchange, peer);
      continue;
    }
    if (peer->attempts >= MAX_ATTEMPTS) {
      fprintf(stderr, "load: no reply to one request sent %d times: the server is gone\n", MAX_ATTEMPTS);
      exit(1);
    }
    struct lane *lane = exchange->lanes[lane_of(exchange, peer)];
    if (lane->queued == BATCH) flush_requests(lane);
    queue(exchange, peer, now);
  }
  flush_lanes(exchange);
}

uint32_t requests_in_flight(const struct exchange *exchange) {
  uint32_t sum = 0;
  for (int lane = 0; lane < LANES; lane++) sum += exchange->in_flight[lane];
  return sum;
}

void wait_for_replies(struct exchange *exchange, int microseconds) {
  if (exchange->options.spin) return;
  struct pollfd polled[LANES];
  for (int lane = 0; lane < LANES; lane++)
    polled[lane] = (struct pollfd){.fd = exchange->lanes[lane]->socket, .events = POLLIN};
  ppoll(polled, LANES, &(struct timespec){.tv_nsec = microseconds * 1000l}, NULL);
}

void drain(struct exchange *exchange) {
  uint64_t end = now_ns() + exchange->options.timeout_ms * NS_PER_MS;
  while (requests_in_flight(exchange) > 0 && now_ns() < end) {
    if (take_replies(exchange, now_ns()) == 0) wait_for_replies(exchange, 1000);
  }
  for (uint32_t at = 0; at < exchange->options.peer_count; at++)
    if (exchange->peers[at].awaiting != NOTHING) forget_request(exchange, &exchange->peers[at]);
}
