/* One peer of the load: an address of its own, at most one request under way. */
#ifndef PEERS_H
#define PEERS_H
#include "options.h"

struct peer {
  /* Host byte order. */
  uint32_t address;
  /* How often it has replaced its list. */
  uint32_t generation;
  /* When the request under way was last sent. */
  uint64_t sent_at;
  /* When it ought to have been sent, in an open loop: what its latency counts from. */
  uint64_t due_at;
  /* BEP 15; 0 before the tracker has given one. */
  uint64_t connection;
  enum request awaiting;
  uint8_t attempts;
  bool registered;
};

/* Makes `count` peers with consecutive addresses; ends the program without the memory. */
struct peer *make_peers(uint32_t first_address, uint32_t count);
#endif
