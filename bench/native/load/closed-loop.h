/* A closed loop: a fixed number of requests under way at any time, a new one for each reply. Finds the highest rate. */
#ifndef CLOSED_LOOP_H
#define CLOSED_LOOP_H
#include "measurement.h"

struct measurement run_closed_loop(struct exchange *exchange);
#endif
