#include "lanes.h"
#include <arpa/inet.h>
#include <errno.h>
#include <linux/sock_diag.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes asked of the kernel for replies that wait: a whole window of 4,096-byte listings. As root beyond the system's
   limit (net.core.rmem_max), else up to it. */
#define RECEIVE_BUFFER_BYTES (4 << 20)

static void prepare_messages(struct lane *lane) {
  for (int i = 0; i < BATCH; i++) {
    lane->out_parts[i].iov_base = lane->requests[i];
    lane->out[i].msg_hdr = (struct msghdr){
        .msg_name = &lane->server,
        .msg_namelen = sizeof lane->server,
        .msg_iov = &lane->out_parts[i],
        .msg_iovlen = 1,
        .msg_control = lane->out_control[i].bytes,
        .msg_controllen = sizeof lane->out_control[i].bytes,
    };
    struct cmsghdr *header = CMSG_FIRSTHDR(&lane->out[i].msg_hdr);
    header->cmsg_level = IPPROTO_IP;
    header->cmsg_type = IP_PKTINFO;
    header->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
    lane->in_parts[i] = (struct iovec){lane->replies[i], REPLY_BYTES};
    lane->in[i].msg_hdr = (struct msghdr){
        .msg_iov = &lane->in_parts[i], .msg_iovlen = 1, .msg_control = lane->in_control[i].bytes};
  }
}

bool open_lane(struct lane *lane, uint16_t server_port) {
  lane->socket = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  if (lane->socket < 0) return false;
  int bytes = RECEIVE_BUFFER_BYTES;
  if (setsockopt(lane->socket, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) < 0)
    setsockopt(lane->socket, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  int on = 1;
  if (setsockopt(lane->socket, IPPROTO_IP, IP_PKTINFO, &on, sizeof on) < 0) return false;
  struct sockaddr_in here = {.sin_family = AF_INET};
  if (bind(lane->socket, (struct sockaddr *)&here, sizeof here) < 0) return false;
  lane->server = (struct sockaddr_in){
      .sin_family = AF_INET, .sin_port = htons(server_port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  lane->queued = 0;
  prepare_messages(lane);
  return true;
}

uint8_t *next_request(struct lane *lane) { return lane->requests[lane->queued]; }

void queue_request(struct lane *lane, uint32_t source, size_t length) {
  int at = lane->queued++;
  lane->out_parts[at].iov_len = length;
  struct in_pktinfo info = {.ipi_spec_dst.s_addr = htonl(source)};
  memcpy(CMSG_DATA(CMSG_FIRSTHDR(&lane->out[at].msg_hdr)), &info, sizeof info);
}

void flush_requests(struct lane *lane) {
  for (int sent = 0; sent < lane->queued;) {
    int now = sendmmsg(lane->socket, lane->out + sent, lane->queued - sent, 0);
    if (now > 0) {
      sent += now;
    } else if (errno == EAGAIN || errno == ENOBUFS) {
      poll(&(struct pollfd){.fd = lane->socket, .events = POLLOUT}, 1, 1);
    } else if (errno != EINTR) {
      perror("sendmmsg");
      exit(1);
    }
  }
  lane->queued = 0;
}

int receive_replies(struct lane *lane) {
  for (int i = 0; i < BATCH; i++) lane->in[i].msg_hdr.msg_controllen = sizeof lane->in_control[i].bytes;
  int count = recvmmsg(lane->socket, lane->in, BATCH, MSG_DONTWAIT, NULL);
  return count < 0 ? 0 : count;
}

struct reply reply_at(struct lane *lane, int index) {
  struct mmsghdr *message = &lane->in[index];
  struct reply reply = {lane->replies[index], message->msg_len, 0, (message->msg_hdr.msg_flags & MSG_TRUNC) != 0};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message->msg_hdr);
  if (header != NULL && header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO) {
    struct in_pktinfo info;
    memcpy(&info, CMSG_DATA(header), sizeof info);
    reply.destination = ntohl(info.ipi_addr.s_addr);
  }
  return reply;
}

uint64_t replies_dropped(const struct lane *lane) {
  uint32_t meminfo[SK_MEMINFO_VARS] = {0};
  socklen_t length = sizeof meminfo;
  if (getsockopt(lane->socket, SOL_SOCKET, SO_MEMINFO, meminfo, &length) < 0) return 0;
  return meminfo[SK_MEMINFO_DROPS];
}
