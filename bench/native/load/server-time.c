#include "server-time.h"
#include "clock.h"
#include <stdio.h>
#include <stdlib.h>

uint64_t server_time_ns(pid_t process) {
  if (process == 0) return 0;
  clockid_t clock;
  struct timespec used;
  if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &used) != 0) {
    fprintf(stderr, "load: the server's process %d is gone\n", (int)process);
    exit(1);
  }
  return (uint64_t)used.tv_sec * NS_PER_S + (uint64_t)used.tv_nsec;
}
