/*
 * The bound: a server that does nothing but move datagrams, up to 64 with each recvmmsg and sendmmsg. It answers every
 * datagram with the bytes of one file, so that it is measured at the reply size of the server it stands beside; without
 * a file it echoes.
 *
 *     batch-echo [file]          prints {"event":"listening","port":N} and answers on 127.0.0.1 until it is killed
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <signal.h>

#define BATCH 64
/* The most a UDP datagram carries over IPv4 (RFC 768, RFC 791). */
#define DATAGRAM_BYTES 65507
/* Bytes asked of the kernel for datagrams that wait; the same for every server of this bench. */
#define RECEIVE_BUFFER_BYTES (4 << 20)

static char received[BATCH][DATAGRAM_BYTES];
static char fixed_reply[DATAGRAM_BYTES];
static struct sockaddr_in sources[BATCH];
static struct iovec parts_in[BATCH], parts_out[BATCH];
static struct mmsghdr in[BATCH], out[BATCH];

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static size_t read_reply(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) fail(path);
  size_t length = fread(fixed_reply, 1, sizeof fixed_reply, file);
  fclose(file);
  return length;
}

static int listen_on_loopback(void) {
  int socket_fd = socket(AF_INET, SOCK_DGRAM, 0);
  if (socket_fd < 0) fail("socket");
  int bytes = RECEIVE_BUFFER_BYTES;
  setsockopt(socket_fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof here;
  if (bind(socket_fd, (struct sockaddr *)&here, length) < 0) fail("bind");
  if (getsockname(socket_fd, (struct sockaddr *)&here, &length) < 0) fail("getsockname");
  printf("{\"event\":\"listening\",\"port\":%d}\n", ntohs(here.sin_port));
  fflush(stdout);
  return socket_fd;
}

int main(int argc, char **argv) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  size_t reply_length = argc > 1 ? read_reply(argv[1]) : 0;
  int socket_fd = listen_on_loopback();
  for (int i = 0; i < BATCH; i++) {
    parts_in[i] = (struct iovec){received[i], DATAGRAM_BYTES};
    parts_out[i] = (struct iovec){argc > 1 ? fixed_reply : received[i], reply_length};
    in[i].msg_hdr = (struct msghdr){.msg_name = &sources[i], .msg_iov = &parts_in[i], .msg_iovlen = 1};
    out[i].msg_hdr = (struct msghdr){.msg_name = &sources[i], .msg_iov = &parts_out[i], .msg_iovlen = 1};
  }
  for (;;) {
    for (int i = 0; i < BATCH; i++) in[i].msg_hdr.msg_namelen = sizeof sources[i];
    int count = recvmmsg(socket_fd, in, BATCH, MSG_WAITFORONE, NULL);
    if (count < 0) {
      if (errno == EINTR) continue;
      fail("recvmmsg");
    }
    for (int i = 0; i < count; i++) {
      out[i].msg_hdr.msg_namelen = in[i].msg_hdr.msg_namelen;
      if (argc <= 1) parts_out[i].iov_len = in[i].msg_len;
    }
    for (int sent = 0; sent < count;) {
      int now = sendmmsg(socket_fd, out + sent, count - sent, 0);
      if (now > 0) sent += now;
      else if (errno != EINTR) sent++; /* the kernel refused this one; the rest still goes */
    }
  }
}
