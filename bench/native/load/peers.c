#include "peers.h"
#include <stdio.h>
#include <stdlib.h>

struct peer *make_peers(uint32_t first_address, uint32_t count) {
  struct peer *peers = calloc(count, sizeof *peers);
  if (peers == NULL) {
    perror("load: peers");
    exit(1);
  }
  for (uint32_t i = 0; i < count; i++) peers[i].address = first_address + i;
  return peers;
}
