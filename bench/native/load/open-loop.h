/*
 * An open loop: requests leave at random moments (a Poisson process of a fixed seed) whose mean rate is given, whether or
 * not the server keeps up. A latency counts from the moment the request was due, so a server that stalls is charged for
 * everything that waited meanwhile.
 */
#ifndef OPEN_LOOP_H
#define OPEN_LOOP_H
#include "measurement.h"

struct measurement run_open_loop(struct exchange *exchange);
#endif
