import { type Digest, parseDigest } from './digest.ts'

/**
 * What one peer asks another on a fresh TCP connection:
 *
 *     request = "GET " 32 HEXDIG [rest]
 *
 * The owner sends the image's bytes and closes; without such an image it closes without a byte. No line end is required:
 * the request is complete with its 36th byte, and what follows (`\r\n`, in the field) is ignored.
 */
const PREFIX = 'GET '

/** Bytes of a complete request. */
export const TRANSFER_REQUEST_BYTES: number = PREFIX.length + 32

/** The request for one image, as clients in the field send it. */
export function encodeTransferRequest(digest: Digest): Buffer {
  return Buffer.from(PREFIX + digest)
}

/**
 * Reads the first bytes of a connection: the digest asked for, `'incomplete'` while more bytes may still make a request,
 * `'malformed'` as soon as none can.
 */
export function decodeTransferRequest(bytes: Uint8Array): Digest | 'incomplete' | 'malformed' {
  const buffer = Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, TRANSFER_REQUEST_BYTES))
  const text = buffer.toString('latin1', 0, TRANSFER_REQUEST_BYTES)
  if (text.length < PREFIX.length) return PREFIX.startsWith(text) ? 'incomplete' : 'malformed'
  if (!text.startsWith(PREFIX)) return 'malformed'
  const hex = text.slice(PREFIX.length)
  if (hex.length < 32) return /^[0-9a-fA-F]*$/.test(hex) ? 'incomplete' : 'malformed'
  return parseDigest(hex) ?? 'malformed'
}
