/*
 * Requests under way between the peers and the server, and what became of them. Each peer awaits at most one reply, so
 * the address a reply comes to says which request it answers; peers are dealt out to the lanes in turn.
 */
#ifndef EXCHANGE_H
#define EXCHANGE_H
#include "lanes.h"
#include "options.h"
#include "peers.h"

/* Sockets. Each has the kernel's receive buffer to itself: a window of 4,096-byte listings would not fit into one where
   net.core.rmem_max has its usual value. */
#define LANES 4

struct counts {
  /* Requests that got the right reply, and the bytes of those replies. */
  uint64_t answered;
  uint64_t answered_bytes;
  /* Requests that got another reply. */
  uint64_t wrong;
  /* Requests without a reply within the timeout. */
  uint64_t lost;
  /* Replies nobody was waiting for: they came after the timeout, or twice. */
  uint64_t late;
};

struct exchange {
  struct options options;
  char port_text[6];
  struct peer *peers;
  struct lane *lanes[LANES];
  uint32_t in_flight[LANES];
  /* Where each lane goes on looking for a peer that awaits nothing. */
  uint32_t cursor[LANES];
  /* Requests begun; decides which of a mixed workload comes next. */
  uint64_t begun;
  struct counts counts;
  /* Called for each right reply, after it was counted; may be NULL. */
  void (*on_answer)(struct peer *peer, uint64_t now, void *context);
  void *context;
};

/* Opens the lanes and makes the peers; ends the program where that fails. */
struct exchange *open_exchange(const struct options *options);

/* The next peer of `lane` that awaits no reply; NULL where each of them does. */
struct peer *next_idle_peer(struct exchange *exchange, int lane);

/* The lane over which `peer` sends. */
int lane_of(const struct exchange *exchange, const struct peer *peer);

/* What `peer` asks for next under the workload. */
enum request next_request_kind(struct exchange *exchange, const struct peer *peer);

/* Queues a new request; the lane must have room and be flushed. `due_at` counts in an open loop only. */
void begin_request(struct exchange *exchange, struct peer *peer, enum request kind, uint64_t now, uint64_t due_at);

void flush_lanes(struct exchange *exchange);

/* Takes the replies that are there; returns how many came. */
int take_replies(struct exchange *exchange, uint64_t now);

enum on_loss { SEND_AGAIN, GIVE_UP };

/* Counts each request that is older than the timeout as lost. Ends the program after too many losses in a row. */
void expire_requests(struct exchange *exchange, uint64_t now, enum on_loss on_loss);

uint32_t requests_in_flight(const struct exchange *exchange);

/* Waits until a reply may be there, `microseconds` at most; does not sleep under --spin. */
void wait_for_replies(struct exchange *exchange, int microseconds);

/* Takes replies until nothing is under way or the timeout has passed; what is then missing is forgotten. */
void drain(struct exchange *exchange);
#endif
