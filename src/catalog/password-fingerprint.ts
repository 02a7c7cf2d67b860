import { MAX_PASSWORD_BYTES } from '../protocol/limits.ts'
import { KeyedHash } from './keyed-hash.ts'

/** Words of a fingerprint. */
export const FINGERPRINT_WORDS = 2

const LENGTH_WORDS = 1

/**
 * A fingerprint of a password under keys that nobody knows and that end with the process: 64 bits by which a password that
 * was right once is known again in a fifth of the time of its SHA-256 (0.12 microseconds rather than 0.57). It is never
 * written anywhere. Who guesses has one chance in 2^64 with each datagram, and learns nothing from the others.
 */
export class PasswordFingerprint {
  readonly #first = KeyedHash.random()
  readonly #second = KeyedHash.random()
  readonly #words = new Uint32Array(LENGTH_WORDS + Math.ceil(MAX_PASSWORD_BYTES / 4))
  readonly #bytes = new Uint8Array(this.#words.buffer, LENGTH_WORDS * 4)
  #low = 0
  #high = 0

  /** Makes the fingerprint of the password in `[start, end)` of `bytes`, at most MAX_PASSWORD_BYTES long. */
  take(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start
    const words = LENGTH_WORDS + ((length + 3) >> 2)
    this.#words[words - 1] = 0
    this.#words[0] = length
    for (let index = 0; index < length; index += 1) this.#bytes[index] = bytes[start + index] ?? 0
    this.#low = this.#first.of(this.#words, 0, words)
    this.#high = this.#second.of(this.#words, 0, words)
  }

  /** Whether the fingerprint taken last is the one that stands at `at` of `words`. */
  isAt(words: Uint32Array, at: number): boolean {
    return (((words[at] ?? 0) ^ this.#low) | ((words[at + 1] ?? 0) ^ this.#high)) === 0
  }

  /** Writes the fingerprint taken last. */
  write(words: Uint32Array, at: number): void {
    words[at] = this.#low
    words[at + 1] = this.#high
  }
}
