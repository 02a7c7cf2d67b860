/*
 * The UDP tracker protocol (BEP 15) as far as announcing needs it: connect once, then announce under the connection id
 * that was given. Peers announce themselves to one of TORRENTS torrents, whose info-hash is the 20 bytes
 * `imagep2p-bench` and six decimal digits, so that a tracker's list of allowed torrents can be written beforehand.
 */
#ifndef ANNOUNCES_H
#define ANNOUNCES_H
#include "lanes.h"
#include "peers.h"

/* Swarms of a few peers each, as the bench announces from some hundreds of addresses. */
#define TORRENTS 64
/* Peers asked for in each announce: -1 leaves it to the tracker, as clients do (BEP 15). */
#define PEERS_WANTED UINT32_MAX

size_t write_connect(const struct peer *peer, uint8_t *into);
size_t write_announce(const struct peer *peer, uint16_t peer_port, uint8_t *into);

/* Whether the reply accepts the connection; then `peer` keeps the id. */
bool accept_connection(struct peer *peer, const struct reply *reply);
bool is_announce_accepted(const struct peer *peer, const struct reply *reply);
#endif
