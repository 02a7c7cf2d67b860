import { constants, deflateSync, inflateSync } from 'node:zlib'
import { Refusal } from './private-metadata.ts'
import { MAX_BLOCK_BYTES } from './section.ts'

/** Bytes of a zlib stream's header and of the checksum at its end (RFC 1950, 2.2). */
const CHECKSUM_BYTES = 4

/** A block that holds nothing (RFC 1951, 3.2.4), and the last of a stream. */
const EMPTY = [0x00, 0x00, 0x00, 0xff, 0xff]
const LAST_EMPTY = [0x01, 0x00, 0x00, 0xff, 0xff]
/** One byte longer: an empty block in the fixed code (3.2.6), which ends within a byte, before an empty stored one. */
const LONGER_EMPTY = [0x02, 0x00, 0x00, 0x00, 0xff, 0xff]

/** What a zlib stream holds. */
export function inflateBlock(stream: Uint8Array): Uint8Array {
  try {
    return inflateSync(stream, { maxOutputLength: MAX_BLOCK_BYTES })
  } catch {
    throw new Refusal('malformed')
  }
}

/**
 * A zlib stream of exactly `length` bytes that holds `content`, filled up with empty blocks; `undefined` where it does not
 * go in.
 */
export function deflateTo(content: Uint8Array, length: number): Uint8Array | undefined {
  const whole = deflateSync(content, { level: 9, memLevel: 9 })
  if (whole.length === length) return whole
  // Flushed, so that it ends with a byte and is not the end.
  const flushed = deflateSync(content, { level: 9, memLevel: 9, finishFlush: constants.Z_SYNC_FLUSH })
  const room = length - flushed.length - LAST_EMPTY.length - CHECKSUM_BYTES
  if (room < 0) return undefined
  const longer = room % EMPTY.length
  const filling = room - longer * LONGER_EMPTY.length
  if (filling < 0) return undefined
  const blocks: number[] = []
  for (let count = 0; count < longer; count += 1) blocks.push(...LONGER_EMPTY)
  const padding = Buffer.alloc(filling, Buffer.from(EMPTY))
  const checksum = whole.subarray(whole.length - CHECKSUM_BYTES)
  return Buffer.concat([flushed, Buffer.from(blocks), padding, Buffer.from(LAST_EMPTY), checksum])
}
