/*
 * Runs a program to its end and says what it took, together with every process it waited for, as one line of JSON on
 * standard output. What the program prints is dropped; its complaints go where ours would.
 *
 *     spent <program> <argument>...
 *
 * A program of its own, because a process begins with the peak memory of the one it was forked from: this one has next to
 * none, and Node has much.
 */
#include "load/clock.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static double seconds(struct timeval time) { return (double)time.tv_sec + (double)time.tv_usec / 1e6; }

int main(int argc, char **argv) {
  if (argc < 2) return fprintf(stderr, "usage: spent <program> <argument>...\n"), 2;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  uint64_t started = now_ns();
  pid_t child = fork();
  if (child < 0) return perror("fork"), 1;
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int nowhere = open("/dev/null", O_WRONLY);
    if (nowhere >= 0) dup2(nowhere, STDOUT_FILENO);
    execvp(argv[1], argv + 1);
    perror(argv[1]);
    _exit(127);
  }
  int status;
  struct rusage used;
  if (wait4(child, &status, 0, &used) != child) return perror("wait4"), 1;
  uint64_t ended = now_ns();
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
  printf("{\"seconds\":%.6f,\"cpuSeconds\":%.6f,\"peakBytes\":%llu}\n", (double)(ended - started) / NS_PER_S,
         seconds(used.ru_utime) + seconds(used.ru_stime), (unsigned long long)used.ru_maxrss * 1024);
  return 0;
}
