#include "index-requests.h"
#include "random.h"
#include <endian.h>
#include <string.h>

static uint8_t *put(uint8_t *at, const char *text, size_t length) {
  memcpy(at, text, length);
  return at + length;
}

/* The eight hexadecimal digits of a word, all at once: a nibble to each byte, then to its letter. */
static uint64_t hex_digits(uint32_t value) {
  uint64_t nibbles = value;
  nibbles = (nibbles << 16 | nibbles) & 0x0000ffff0000ffffull;
  nibbles = (nibbles << 8 | nibbles) & 0x00ff00ff00ff00ffull;
  nibbles = (nibbles << 4 | nibbles) & 0x0f0f0f0f0f0f0f0full;
  uint64_t letters = (nibbles + 0x0606060606060606ull) >> 4 & 0x0101010101010101ull;
  return htobe64(nibbles + 0x3030303030303030ull + letters * 0x27);
}

static uint8_t *put_hex(uint8_t *at, uint32_t value) {
  uint64_t digits = hex_digits(value);
  memcpy(at, &digits, 8);
  return at + 8;
}

/* `<word> pw-<address>-word <port>`: the password has 16 bytes. */
static uint8_t *put_head(uint8_t *at, const char *word, const struct peer *peer, const char *port_text) {
  at = put(at, word, 3);
  at = put(at, " pw-", 4);
  at = put_hex(at, peer->address);
  at = put(at, "-word ", 6);
  return put(at, port_text, strlen(port_text));
}

static uint8_t *put_entry(uint8_t *at, uint64_t identity) {
  uint64_t high = mix64(identity), low = mix64(~identity);
  uint8_t *name = at + 33;
  at = put_hex(at, (uint32_t)(high >> 32));
  at = put_hex(at, (uint32_t)high);
  at = put_hex(at, (uint32_t)(low >> 32));
  at = put_hex(at, (uint32_t)low);
  memcpy(name - 1, ",IMG_", 5);
  memcpy(name + 4, name - 33, 12);
  return put(name + 16, ".jpg", 4);
}

static uint8_t *put_list(uint8_t *at, enum request kind, const struct peer *peer, uint32_t images) {
  for (uint32_t image = 0; image < images; image++) {
    /* A gallery that has changed a little: an update keeps every second image of the registration. */
    uint32_t generation = kind == UPDATE && image % 2 == 0 ? 0 : peer->generation;
    *at++ = image == 0 ? ' ' : ';';
    at = put_entry(at, (uint64_t)peer->address << 32 | (generation & 0xffffff) << 8 | image);
  }
  return at;
}

size_t write_index_request(enum request kind, const struct peer *peer, uint32_t images, const char *port_text,
                           uint8_t *into) {
  if (kind == LIST) return put(into, "LST", 3) - into;
  const char *word = kind == REGISTER ? "REG" : kind == UPDATE ? "UPD" : "END";
  uint8_t *at = put_head(into, word, peer, port_text);
  if (kind != END) at = put_list(at, kind, peer, images);
  return at - into;
}
