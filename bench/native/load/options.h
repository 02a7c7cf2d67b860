/* What one run of the load generator is to do: every option is `--name value`, see `usage` in options.c. */
#ifndef OPTIONS_H
#define OPTIONS_H
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* What a peer asks for. `NOTHING` stands for "awaits no reply". */
enum request { NOTHING, LIST, REGISTER, UPDATE, END, CONNECT, ANNOUNCE };

/* Which requests follow one another. */
enum workload {
  LISTS,          /* LST only */
  REGISTERS,      /* REG only, each time with other images */
  UPDATES,        /* UPD only, each time with every second image another */
  ENDS_REGISTERS, /* each peer END and REG in turn */
  MIXED,          /* nine UPD to one LST */
  ANNOUNCES,      /* BEP 15 announces */
};

enum mode {
  ONCE,   /* every peer once, until each has been answered */
  CLOSED, /* `window` requests under way at any time */
  OPEN,   /* `rate` requests a second, answered or not */
};

struct options {
  enum mode mode;
  enum workload workload;
  uint16_t server_port;
  /* Process whose CPU time is taken at both ends of the measured time; 0 for none. */
  pid_t server_process;
  /* Peers: `peer_count` addresses from `first_address` (host byte order) on, each sharing on TCP port `peer_port`. */
  uint32_t first_address;
  uint32_t peer_count;
  uint16_t peer_port;
  /* Images in each REG and UPD. */
  uint32_t images;
  /* Bytes of a right listing; 0 where `ERR NO_IMAGES_AVAILABLE` is the right answer. */
  uint32_t listing_bytes;
  uint32_t window;
  uint32_t rate;
  uint32_t warm_up_ms;
  uint32_t measured_ms;
  /* Milliseconds after which a request counts as lost. */
  uint32_t timeout_ms;
  /* Before the warm-up every peer registers, after the end every peer sends END. */
  bool resident;
  /* Never sleep while waiting: for a generator that has a core of its own. */
  bool spin;
};

/* Reads the command line; ends the program with a message where it makes no sense. */
struct options read_options(int argc, char **argv);
#endif
