#include "announces.h"
#include <arpa/inet.h>
#include <endian.h>
#include <stdio.h>
#include <string.h>

#define PROTOCOL_ID 0x41727101980ull
#define ACTION_CONNECT 0
#define ACTION_ANNOUNCE 1

static uint8_t *put(uint8_t *at, const void *bytes, size_t length) {
  memcpy(at, bytes, length);
  return at + length;
}

static uint8_t *put64(uint8_t *at, uint64_t value) { return put(at, &(uint64_t){htobe64(value)}, 8); }
static uint8_t *put32(uint8_t *at, uint32_t value) { return put(at, &(uint32_t){htonl(value)}, 4); }
static uint8_t *put16(uint8_t *at, uint16_t value) { return put(at, &(uint16_t){htons(value)}, 2); }

static uint32_t read32(const uint8_t *at) {
  uint32_t value;
  memcpy(&value, at, 4);
  return ntohl(value);
}

/* Tells the replies to a peer's successive requests apart. */
static uint32_t transaction(const struct peer *peer) { return peer->address ^ peer->generation << 8; }

static uint8_t *put_info_hash(uint8_t *at, uint32_t torrent) {
  char text[21];
  snprintf(text, sizeof text, "imagep2p-bench%06u", (unsigned)(torrent % 1000000));
  return put(at, text, 20);
}

size_t write_connect(const struct peer *peer, uint8_t *into) {
  uint8_t *at = put64(into, PROTOCOL_ID);
  at = put32(at, ACTION_CONNECT);
  return put32(at, transaction(peer)) - into;
}

size_t write_announce(const struct peer *peer, uint16_t peer_port, uint8_t *into) {
  uint8_t *at = put64(into, peer->connection);
  at = put32(at, ACTION_ANNOUNCE);
  at = put32(at, transaction(peer));
  at = put_info_hash(at, peer->address % TORRENTS);
  at = put(at, "-IB0001-bench", 13); /* the peer's id: 20 bytes that end in its address */
  at = put(at, "...", 3);
  at = put32(at, peer->address);
  at = put64(at, 0);          /* downloaded */
  at = put64(at, 0);          /* left */
  at = put64(at, 0);          /* uploaded */
  at = put32(at, 0);          /* event: none */
  at = put32(at, 0);          /* address: the datagram's */
  at = put32(at, 0);          /* key */
  at = put32(at, PEERS_WANTED);
  return put16(at, peer_port) - into;
}

bool accept_connection(struct peer *peer, const struct reply *reply) {
  if (reply->length < 16 || read32(reply->bytes) != ACTION_CONNECT) return false;
  if (read32(reply->bytes + 4) != transaction(peer)) return false;
  uint64_t id;
  memcpy(&id, reply->bytes + 8, 8);
  peer->connection = be64toh(id);
  return true;
}

bool is_announce_accepted(const struct peer *peer, const struct reply *reply) {
  return reply->length >= 20 && read32(reply->bytes) == ACTION_ANNOUNCE &&
         read32(reply->bytes + 4) == transaction(peer);
}
