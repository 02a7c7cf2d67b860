/* Every peer asks once, and is asked again until it is answered. */
#ifndef SINGLE_PASS_H
#define SINGLE_PASS_H
#include "exchange.h"

/* Has every peer send one request of `kind`, but END only those that are registered; returns how many got the right
   reply. */
uint64_t run_single_pass(struct exchange *exchange, enum request kind);
#endif
