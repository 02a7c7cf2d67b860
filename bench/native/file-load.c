/*
 * Asks one server for files, over so many connections at once, and counts those that arrive whole. Says at the end what
 * came and what CPU time the server used for it, as one line of JSON on standard output.
 *
 *     file-load raw|kept|closed <port> <server process> <connections> <warm-up ms> <ms> <bytes of a file> <targets>
 *
 * `raw` is the old request, a connection each, and its targets are digests; `kept` is HTTP with keep-alive and `closed`
 * HTTP on a connection each, and their targets are paths. <targets> is a file with one in each line, asked for in turns.
 */
#include "load/clock.h"
#include "load/server-time.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST_CONNECTIONS 1024
#define MOST_TARGETS 1024
#define TARGET_BYTES 256
#define HEADER_BYTES 4096
#define READ_BYTES (256 * 1024)
/* A file that takes so long will not come. */
#define PATIENCE_NS (10 * NS_PER_S)
/* After so many failures in a row nothing is to be measured. */
#define MOST_FAILURES 1000

enum way { RAW, KEPT, CLOSED };

struct connection {
  int socket;
  bool head_read;
  uint64_t asked_at, body;
  size_t head_length;
  char head[HEADER_BYTES + 1];
};

static enum way way;
static struct sockaddr_in server;
static uint64_t file_bytes, answered, wrong, failures;
static char targets[MOST_TARGETS][TARGET_BYTES];
static size_t target_count, next_target;
static struct connection connections[MOST_CONNECTIONS];
static char bytes[READ_BYTES];
static int poller;

static void die(const char *what) {
  perror(what);
  exit(1);
}

static void ask(struct connection *connection) {
  char request[TARGET_BYTES + 128];
  const char *target = targets[next_target++ % target_count];
  int length = way == RAW ? snprintf(request, sizeof request, "GET %s", target)
                          : snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s\r\n", target,
                                     way == CLOSED ? "Connection: close\r\n" : "");
  connection->head_read = way == RAW;
  connection->head_length = 0;
  connection->body = 0;
  connection->asked_at = now_ns();
  /* A request is far shorter than an empty send buffer. */
  if (send(connection->socket, request, (size_t)length, MSG_NOSIGNAL) != length) wrong++;
}

static void open_connection(struct connection *connection) {
  connection->socket = socket(AF_INET, SOCK_STREAM, 0);
  if (connection->socket < 0) die("socket");
  /* To a port of this machine a connection stands at once. */
  if (connect(connection->socket, (struct sockaddr *)&server, sizeof server) != 0) die("connect");
  fcntl(connection->socket, F_SETFL, O_NONBLOCK);
  setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
  if (epoll_ctl(poller, EPOLL_CTL_ADD, connection->socket, &event) != 0) die("epoll_ctl");
  ask(connection);
}

static void finish(struct connection *connection, bool right, bool again) {
  if (right) answered++, failures = 0;
  else wrong++, failures++;
  if (again && right) return ask(connection);
  close(connection->socket);
  open_connection(connection);
}

/* Takes the header off what has come; false where it is not that of the whole file. */
static bool take_head(struct connection *connection, size_t *at, size_t count) {
  while (*at < count && !connection->head_read) {
    if (connection->head_length == HEADER_BYTES) return false;
    connection->head[connection->head_length++] = bytes[(*at)++];
    size_t length = connection->head_length;
    connection->head_read = length >= 4 && memcmp(connection->head + length - 4, "\r\n\r\n", 4) == 0;
  }
  if (!connection->head_read) return true;
  connection->head[connection->head_length] = 0;
  const char *length = strcasestr(connection->head, "\r\ncontent-length:");
  return strncmp(connection->head, "HTTP/1.1 200", 12) == 0 && length != NULL &&
         strtoull(length + 17, NULL, 10) == file_bytes;
}

static void take(struct connection *connection) {
  for (;;) {
    ssize_t count = recv(connection->socket, bytes, sizeof bytes, 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) return finish(connection, count == 0 && way != KEPT && connection->head_read && connection->body == file_bytes, false);
    size_t at = 0;
    if (!connection->head_read && !take_head(connection, &at, (size_t)count)) return finish(connection, false, false);
    connection->body += (size_t)count - at;
    if (connection->body > file_bytes) return finish(connection, false, false);
    if (way == KEPT && connection->head_read && connection->body == file_bytes) return finish(connection, true, true);
    /* Less than was asked for: nothing more is there now. */
    if ((size_t)count < sizeof bytes && way == KEPT) return;
  }
}

static void run_until(uint64_t end, size_t count) {
  struct epoll_event events[64];
  while (now_ns() < end) {
    int ready = epoll_wait(poller, events, 64, 100);
    for (int i = 0; i < ready; i++) take(events[i].data.ptr);
    if (failures > MOST_FAILURES) fprintf(stderr, "file-load: error: no file arrives whole\n"), exit(1);
    if (ready > 0) continue;
    for (size_t i = 0; i < count; i++)
      if (now_ns() - connections[i].asked_at > PATIENCE_NS) finish(&connections[i], false, false);
  }
}

static void read_targets(const char *path) {
  FILE *file = fopen(path, "r");
  if (file == NULL) die(path);
  while (target_count < MOST_TARGETS && fgets(targets[target_count], TARGET_BYTES, file) != NULL) {
    targets[target_count][strcspn(targets[target_count], "\n")] = 0;
    target_count++;
  }
  fclose(file);
  if (target_count == 0) fprintf(stderr, "file-load: error: there are no targets\n"), exit(2);
}

int main(int argc, char **argv) {
  if (argc != 9) return fprintf(stderr, "usage: file-load raw|kept|closed <port> <server process> <connections> <warm-up ms> <ms> <bytes> <targets>\n"), 2;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  way = strcmp(argv[1], "raw") == 0 ? RAW : strcmp(argv[1], "kept") == 0 ? KEPT : CLOSED;
  server = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[2])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  pid_t process = atoi(argv[3]);
  size_t count = strtoull(argv[4], NULL, 10);
  if (count == 0 || count > MOST_CONNECTIONS) return fprintf(stderr, "file-load: error: 1 to %d connections\n", MOST_CONNECTIONS), 2;
  uint64_t warm_up = strtoull(argv[5], NULL, 10) * NS_PER_MS, measured = strtoull(argv[6], NULL, 10) * NS_PER_MS;
  file_bytes = strtoull(argv[7], NULL, 10);
  read_targets(argv[8]);
  poller = epoll_create1(0);
  for (size_t i = 0; i < count; i++) open_connection(&connections[i]);
  run_until(now_ns() + warm_up, count);
  answered = wrong = 0;
  uint64_t used = server_time_ns(process), started = now_ns();
  run_until(started + measured, count);
  /* On a busy machine a short time may pass with nothing done in it: then it goes on until there is something to tell of. */
  while ((answered + wrong == 0 || server_time_ns(process) == used) && now_ns() - started < measured + PATIENCE_NS)
    run_until(now_ns() + 10 * NS_PER_MS, count);
  uint64_t ended = now_ns();
  printf("{\"answered\":%llu,\"wrong\":%llu,\"seconds\":%.9f,\"serverSeconds\":%.9f}\n", (unsigned long long)answered,
         (unsigned long long)wrong, (double)(ended - started) / NS_PER_S, (double)(server_time_ns(process) - used) / NS_PER_S);
  return 0;
}
