import { hash, timingSafeEqual } from 'node:crypto'

/** Bytes of a password as it is kept: its SHA-256 (FIPS 180-4). */
export const PASSWORD_DIGEST_BYTES = 32

const given = Buffer.alloc(PASSWORD_DIGEST_BYTES)

/** Writes the SHA-256 of the password in `[start, end)` of `bytes` into `into` from `at` on. */
export function writePasswordDigest(
  bytes: Uint8Array,
  start: number,
  end: number,
  into: Uint8Array,
  at: number,
): void {
  digestGiven(bytes, start, end)
  into.set(given, at)
}

/** True when the password in `[start, end)` of `bytes` is the one whose SHA-256 `kept` is; in constant time. */
export function isSamePassword(bytes: Uint8Array, start: number, end: number, kept: Uint8Array): boolean {
  digestGiven(bytes, start, end)
  return timingSafeEqual(given, kept)
}

/** Through a string of bytes: `crypto.hash` takes 0.4 microseconds to it, 1.4 to a new Buffer (Node 24). */
function digestGiven(bytes: Uint8Array, start: number, end: number): void {
  given.write(hash('sha256', bytes.subarray(start, end), 'binary'), 'latin1')
}
