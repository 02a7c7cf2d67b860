import { getRandomValues } from 'node:crypto'

/**
 * HalfSipHash-1-3 (Aumasson and Bernstein, github.com/veorq/SipHash; the variant Linux takes for its hash tables) over
 * whole 32-bit words. Digests and addresses are chosen by strangers: under a key they do not know, they cannot choose
 * ones that fall together.
 */
export class KeyedHash {
  readonly #key0: number
  readonly #key1: number

  constructor(key0: number, key1: number) {
    this.#key0 = key0 | 0
    this.#key1 = key1 | 0
  }

  /** A hash under a key nobody knows. */
  static random(): KeyedHash {
    const [key0 = 0, key1 = 0] = getRandomValues(new Uint32Array(2))
    return new KeyedHash(key0, key1)
  }

  /** The hash of `count` words of `words` from `start` on: an unsigned 32-bit integer. */
  of(words: Uint32Array, start: number, count: number): number {
    let v0 = this.#key0
    let v1 = this.#key1
    let v2 = v0 ^ 0x6c796765
    let v3 = v1 ^ 0x74656462
    // A round for each word, one for the length that ends the message, three to finish.
    for (let round = 0; round < count + 4; round += 1) {
      const word = round < count ? (words[start + round] ?? 0) : round === count ? count << 26 : 0
      v3 ^= word
      v0 = (v0 + v1) | 0
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
      v0 = (v0 << 16) | (v0 >>> 16)
      v2 = (v2 + v3) | 0
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
      v0 = (v0 + v3) | 0
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
      v2 = (v2 + v1) | 0
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
      v2 = (v2 << 16) | (v2 >>> 16)
      v0 ^= word
      if (round === count) v2 ^= 0xff
    }
    return (v1 ^ v3) >>> 0
  }
}
