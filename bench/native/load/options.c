#include "options.h"
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: load --mode once|closed|open --server-port PORT\n"
    "            --workload list|register|update|end-register|mixed|announce\n"
    "            [--server-process PID] [--first-address 127.x.y.z] [--peers N] [--peer-port PORT] [--images N]\n"
    "            [--listing-bytes N] [--window N] [--rate N] [--warm-up-ms N] [--measured-ms N] [--timeout-ms N]\n"
    "            [--resident 1] [--spin 1]\n";

static const char *const modes[] = {"once", "closed", "open"};
static const char *const workloads[] = {"list", "register", "update", "end-register", "mixed", "announce"};

static void refuse(const char *name, const char *value) {
  fprintf(stderr, "load: %s %s is not understood\n%s", name, value, usage);
  exit(2);
}

static unsigned number(const char *name, const char *value, unsigned least, unsigned most) {
  char *end;
  unsigned long long parsed = strtoull(value, &end, 10);
  if (*value < '0' || *value > '9' || *end != 0 || parsed < least || parsed > most) refuse(name, value);
  return (unsigned)parsed;
}

static int choice(const char *name, const char *value, const char *const *of, int count) {
  for (int i = 0; i < count; i++)
    if (strcmp(value, of[i]) == 0) return i;
  refuse(name, value);
  return 0;
}

static uint32_t loopback_address(const char *name, const char *value) {
  struct in_addr address;
  if (inet_pton(AF_INET, value, &address) != 1 || ntohl(address.s_addr) >> 24 != 127) refuse(name, value);
  return ntohl(address.s_addr);
}

struct options read_options(int argc, char **argv) {
  struct options options = {
      .first_address = 0x7f100000u,
      .peer_count = 1,
      .peer_port = 1,
      .images = 1,
      .window = 1,
      .rate = 1,
      .measured_ms = 1000,
      .timeout_ms = 500,
  };
  for (int at = 1; at < argc; at += 2) {
    const char *name = argv[at], *value = at + 1 < argc ? argv[at + 1] : "";
    if (strcmp(name, "--mode") == 0) options.mode = choice(name, value, modes, 3);
    else if (strcmp(name, "--workload") == 0) options.workload = choice(name, value, workloads, 6);
    else if (strcmp(name, "--server-port") == 0) options.server_port = number(name, value, 1, 65535);
    else if (strcmp(name, "--server-process") == 0) options.server_process = number(name, value, 0, 1 << 30);
    else if (strcmp(name, "--first-address") == 0) options.first_address = loopback_address(name, value);
    else if (strcmp(name, "--peers") == 0) options.peer_count = number(name, value, 1, 1 << 22);
    else if (strcmp(name, "--peer-port") == 0) options.peer_port = number(name, value, 1, 65535);
    else if (strcmp(name, "--images") == 0) options.images = number(name, value, 1, 150);
    else if (strcmp(name, "--listing-bytes") == 0) options.listing_bytes = number(name, value, 0, 65507);
    else if (strcmp(name, "--window") == 0) options.window = number(name, value, 1, 1 << 16);
    else if (strcmp(name, "--rate") == 0) options.rate = number(name, value, 1, 10000000);
    else if (strcmp(name, "--warm-up-ms") == 0) options.warm_up_ms = number(name, value, 0, 3600000);
    else if (strcmp(name, "--measured-ms") == 0) options.measured_ms = number(name, value, 1, 86400000);
    else if (strcmp(name, "--timeout-ms") == 0) options.timeout_ms = number(name, value, 1, 60000);
    else if (strcmp(name, "--resident") == 0) options.resident = number(name, value, 0, 1);
    else if (strcmp(name, "--spin") == 0) options.spin = number(name, value, 0, 1);
    else refuse(name, value);
  }
  if (options.server_port == 0) refuse("--server-port", "0");
  return options;
}
