#include "index-replies.h"
#include <ctype.h>
#include <string.h>

static bool begins_with(const struct reply *reply, const char *text) {
  size_t length = strlen(text);
  return reply->length >= length && memcmp(reply->bytes, text, length) == 0;
}

/* A tenth more or less: a server may name an owner by another address, longer or shorter, to another asker. */
static bool is_listing(const struct reply *reply, uint32_t listing_bytes) {
  if (listing_bytes == 0) return begins_with(reply, "ERR NO_IMAGES_AVAILABLE");
  if (reply->length * 10 < listing_bytes * 9ull || reply->length * 10 > listing_bytes * 11ull) return false;
  if (reply->length < 33 || reply->bytes[32] != ',') return false;
  for (int at = 0; at < 32; at++)
    if (!isxdigit(reply->bytes[at])) return false;
  return true;
}

/* `OK <images>_REGISTERED_`, with either of the two words that are in use after it. */
static bool is_registered(const struct reply *reply, uint32_t images) {
  if (!begins_with(reply, "OK ")) return false;
  uint32_t count = 0;
  size_t at = 3;
  for (; at < reply->length && at < 12 && isdigit(reply->bytes[at]); at++) count = count * 10 + (reply->bytes[at] - '0');
  return count == images && reply->length >= at + 12 && memcmp(reply->bytes + at, "_REGISTERED_", 12) == 0;
}

bool is_right_index_reply(enum request kind, const struct reply *reply, const struct options *options, bool repeated) {
  if (reply->cut) return false;
  switch (kind) {
    case LIST:
      return is_listing(reply, options->listing_bytes);
    case REGISTER:
    case UPDATE:
      return is_registered(reply, options->images);
    case END:
      return begins_with(reply, "OK CLIENT_FINISHED") ||
             (repeated && begins_with(reply, "ERR IP_REGISTERED_WITH_DIFFERENT_PASSWORD"));
    default:
      return false;
  }
}
