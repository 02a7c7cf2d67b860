/*
 * The load generator of the bench: many peers on addresses of 127.0.0.0/8, all talking to one server on 127.0.0.1. It
 * checks every reply and prints what it found as one line of JSON. See options.c for what it takes.
 */
#include "clock.h"
#include "closed-loop.h"
#include "open-loop.h"
#include "single-pass.h"
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>

static enum request only_request(enum workload workload) {
  switch (workload) {
    case REGISTERS:
      return REGISTER;
    case UPDATES:
      return UPDATE;
    case ANNOUNCES:
      return CONNECT;
    default:
      return LIST;
  }
}

static struct measurement run_once(struct exchange *exchange) {
  struct measurement begun = begin_measurement(exchange);
  run_single_pass(exchange, only_request(exchange->options.workload));
  return end_measurement(exchange, &begun);
}

static struct measurement run_loop(struct exchange *exchange) {
  return exchange->options.mode == CLOSED ? run_closed_loop(exchange) : run_open_loop(exchange);
}

int main(int argc, char **argv) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  struct options options = read_options(argc, argv);
  struct exchange *exchange = open_exchange(&options);
  struct measurement measurement;
  if (options.mode == ONCE) {
    measurement = run_once(exchange);
  } else {
    if (options.workload == ANNOUNCES) run_single_pass(exchange, CONNECT);
    if (options.resident) run_single_pass(exchange, REGISTER);
    measurement = run_loop(exchange);
    if (options.resident) run_single_pass(exchange, END);
  }
  print_measurement(&measurement);
  return 0;
}
