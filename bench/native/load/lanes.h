/*
 * A lane: one UDP socket that sends from any address of 127.0.0.0/8 and takes every reply back, in batches. The source
 * of each datagram is set by an IP_PKTINFO control message (ip(7)), so that thousands of peers need no socket each; the
 * address a reply came to says whose it is.
 */
#ifndef LANES_H
#define LANES_H
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* Datagrams that go into the kernel, or come out of it, with one call. */
#define BATCH 64
/* Bytes of the longest request: 150 images of 53 bytes. */
#define REQUEST_BYTES 8192
/* Bytes of the longest reply that is told apart from a wrong one; listings end at 4,096. The odd cache line keeps the
   buffers of a batch out of each other's cache sets. */
#define REPLY_BYTES (8192 + 64)

struct control {
  _Alignas(struct cmsghdr) uint8_t bytes[CMSG_SPACE(sizeof(struct in_pktinfo))];
};

struct lane {
  int socket;
  struct sockaddr_in server;
  /* Requests written and not yet sent: the first `queued`. */
  int queued;
  uint8_t requests[BATCH][REQUEST_BYTES];
  struct mmsghdr out[BATCH];
  struct iovec out_parts[BATCH];
  struct control out_control[BATCH];
  uint8_t replies[BATCH][REPLY_BYTES];
  struct mmsghdr in[BATCH];
  struct iovec in_parts[BATCH];
  struct control in_control[BATCH];
};

/* Opens a lane to 127.0.0.1:`server_port`; false with errno set where the system refuses. */
bool open_lane(struct lane *lane, uint16_t server_port);

/* Where the next request is to be written: REQUEST_BYTES. At most BATCH are queued between two flushes. */
uint8_t *next_request(struct lane *lane);

/* Queues what was written there, to be sent from `source` (host byte order). */
void queue_request(struct lane *lane, uint32_t source, size_t length);

/* Sends all that is queued. Ends the program where the system will not send at all. */
void flush_requests(struct lane *lane);

/* Takes up to BATCH replies without waiting; returns how many. They stay valid until the next call. */
int receive_replies(struct lane *lane);

struct reply {
  const uint8_t *bytes;
  size_t length;
  /* The address it was sent to, host byte order; 0 where the kernel did not say. */
  uint32_t destination;
  /* Longer than REPLY_BYTES. */
  bool cut;
};

/* The reply at `index` of the last batch. */
struct reply reply_at(struct lane *lane, int index);

/* Replies the kernel has dropped because the lane's receive buffer was full. */
uint64_t replies_dropped(const struct lane *lane);
#endif
