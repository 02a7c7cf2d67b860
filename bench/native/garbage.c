/*
 * What a server in the open must live with: datagrams that mean nothing, or nearly something. Sent at a fixed rate from
 * changing addresses of 127.0.0.0/8 beside a measured load, from a fixed seed; every reply is read and dropped.
 *
 *     garbage <server port> <datagrams per second>
 */
#include "load/lanes.h"
#include "load/random.h"
#include "load/clock.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

/* 127.200.0.0: no peer of the bench lives there. */
#define FIRST_ADDRESS 0x7fc80000u
#define ADDRESSES 65536
#define TICK_NS 1000000

static const char *const nearly[] = {
    "LST now", "REG", "REG  ", "REG pw 0 ", "REG pw 65536 0cc175b9c0f1b6a831c399e269772661,a.png",
    "REG pw 5001 0cc175b9c0f1b6a831c399e269772661", "REG pw 5001 ;;;;", "UPD nobody 1 zz,zz", "END", "END nobody 99999",
    "END nobody 1 1", "GET / HTTP/1.1\r\n\r\n", "REG pw 5001 0cc175b9c0f1b6a831c399e269772661,\xff\xfe", "OK", "ERR ERR",
    "\xf0\x9f\x98", "lst", "UPD pw 5001 0cc175b9c0f1b6a831c399e269772661,a,1.2.3.4:5",
};

static size_t write_garbage(uint64_t *seed, uint8_t *into) {
  uint64_t die = next_random(seed) % 8;
  if (die < 3) {
    const char *text = nearly[next_random(seed) % (sizeof nearly / sizeof *nearly)];
    memcpy(into, text, strlen(text));
    return strlen(text);
  }
  size_t length = die == 3 ? 0 : next_random(seed) % (die == 4 ? REQUEST_BYTES : 256);
  for (size_t at = 0; at < length; at++) into[at] = (uint8_t)next_random(seed);
  if (die == 5 && length > 4) memcpy(into, "REG ", 4);
  return length;
}

int main(int argc, char **argv) {
  if (argc != 3) return fprintf(stderr, "usage: garbage <server port> <datagrams per second>\n"), 2;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  struct lane *lane = calloc(1, sizeof *lane);
  if (lane == NULL || !open_lane(lane, (uint16_t)atoi(argv[1]))) return perror("socket"), 1;
  uint64_t per_second = strtoull(argv[2], NULL, 10), seed = 1, started = now_ns(), sent = 0;
  for (;;) {
    uint64_t due = (now_ns() - started) / 1000 * per_second / 1000000;
    while (sent < due) {
      size_t room = due - sent < BATCH ? due - sent : BATCH;
      for (size_t i = 0; i < room; i++) {
        size_t length = write_garbage(&seed, next_request(lane));
        queue_request(lane, FIRST_ADDRESS + (uint32_t)(next_random(&seed) % ADDRESSES), length);
      }
      flush_requests(lane);
      sent += room;
    }
    while (receive_replies(lane) > 0) continue;
    nanosleep(&(struct timespec){.tv_nsec = TICK_NS}, NULL);
  }
}
