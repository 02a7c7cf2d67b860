/*
 * A flood: LST from one address of 127.0.0.0/8, at a fixed rate until SIGTERM, whatever comes back. Says when it has
 * begun, and at the end how much it sent and was sent, each as one line of JSON on standard output.
 *
 *     flood <server port> <datagrams per second>
 */
#include "load/lanes.h"
#include "load/clock.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

/* 127.210.0.1: no peer of the bench lives in its network. */
#define ADDRESS 0x7fd20001u
/* Small bursts, so that the server is asked all the time. */
#define TICK_NS 200000
/* What was answered to the last of it arrives within so long. */
#define DRAIN_NS (200 * NS_PER_MS)

static volatile sig_atomic_t ended;

static void end(int number) {
  (void)number;
  ended = 1;
}

struct received {
  uint64_t replies, bytes, last_at;
};

static void take_replies(struct lane *lane, struct received *received) {
  for (int count; (count = receive_replies(lane)) > 0;) {
    received->last_at = now_ns();
    received->replies += (uint64_t)count;
    for (int at = 0; at < count; at++) received->bytes += reply_at(lane, at).length;
  }
}

static void rest(void) { nanosleep(&(struct timespec){.tv_nsec = TICK_NS}, NULL); }

int main(int argc, char **argv) {
  if (argc != 3) return fprintf(stderr, "usage: flood <server port> <datagrams per second>\n"), 2;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  sigaction(SIGTERM, &(struct sigaction){.sa_handler = end}, NULL);
  struct lane *lane = calloc(1, sizeof *lane);
  if (lane == NULL || !open_lane(lane, (uint16_t)atoi(argv[1]))) return perror("socket"), 1;
  uint64_t per_second = strtoull(argv[2], NULL, 10), started = now_ns(), sent = 0;
  struct received received = {0};
  printf("{\"begun\":true}\n");
  fflush(stdout);
  while (!ended) {
    uint64_t due = (now_ns() - started) / 1000 * per_second / 1000000;
    while (sent < due) {
      size_t room = due - sent < BATCH ? due - sent : BATCH;
      for (size_t i = 0; i < room; i++) {
        memcpy(next_request(lane), "LST", 3);
        queue_request(lane, ADDRESS, 3);
      }
      flush_requests(lane);
      sent += room;
    }
    take_replies(lane, &received);
    rest();
  }
  uint64_t last_sent = now_ns();
  while (now_ns() - last_sent < DRAIN_NS) {
    take_replies(lane, &received);
    rest();
  }
  uint64_t until = received.last_at > last_sent ? received.last_at : last_sent;
  printf("{\"sent\":%llu,\"replies\":%llu,\"bytes\":%llu,\"dropped\":%llu,\"seconds\":%.9f}\n", (unsigned long long)sent,
         (unsigned long long)received.replies, (unsigned long long)received.bytes,
         (unsigned long long)replies_dropped(lane), (double)(until - started) / NS_PER_S);
  return 0;
}
