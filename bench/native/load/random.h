/* SplitMix64 (Steele, Lea, Flood 2014): a good 64-bit mixing function, and the generator made of it. */
#ifndef RANDOM_H
#define RANDOM_H
#include <stdint.h>

static inline uint64_t mix64(uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ull;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebull;
  return value ^ (value >> 31);
}

static inline uint64_t next_random(uint64_t *seed) { return mix64(*seed += 0x9e3779b97f4a7c15ull); }
#endif
