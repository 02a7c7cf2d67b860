/*
 * The requests of the index protocol, as one peer sends them. What is in them follows from the peer and its generation
 * alone, so a request can be written again after a loss, and no two peers name the same image.
 *
 * A password has 16 bytes and a name 20, as clients in the field send them; an entry of a list then has 53.
 */
#ifndef INDEX_REQUESTS_H
#define INDEX_REQUESTS_H
#include "peers.h"
#include <stddef.h>

/* Writes the request `kind` of `peer` and returns its bytes. `port_text` is the peers' TCP port in decimal. */
size_t write_index_request(enum request kind, const struct peer *peer, uint32_t images, const char *port_text,
                           uint8_t *into);
#endif
