/* CPU time another process has used, all of its threads together. */
#ifndef SERVER_TIME_H
#define SERVER_TIME_H
#include <stdint.h>
#include <sys/types.h>

/* Nanoseconds, to the nanosecond (clock_getcpuclockid(3)): /proc/PID/stat counts the same in steps of 10 ms. Ends the
   program where there is no such process; 0 for process 0. */
uint64_t server_time_ns(pid_t process);
#endif
