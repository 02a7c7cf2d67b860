import { randomFillSync } from 'node:crypto'
import { crc32, deflateSync } from 'node:zlib'

/** A PNG's signature (PNG, 5.2). */
const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex')
/** Bytes of a chunk beside its data: length, type and CRC (PNG, 5.3). */
const CHUNK_FRAME = 12
/** Pixels: a picture that costs next to nothing to decode. */
const WIDTH = 64
const HEIGHT = 48
/** A private chunk that decoders pass over (PNG, 5.4), and the most bytes that one of them takes with its frame. */
const FILLER = 'raNd'
const MOST_FILLER_BYTES = 1_048_576

const HEAD = Buffer.concat([SIGNATURE, chunk('IHDR', header()), chunk('IDAT', deflateSync(rows()))])
const END = chunk('IEND', Buffer.alloc(0))

/** The fewest bytes of a picture that `samplePicture` makes. */
const LEAST_PICTURE_BYTES = HEAD.length + END.length + CHUNK_FRAME

/**
 * A valid PNG of exactly so many bytes, in pieces that are good until the next one is asked for: a small picture, then random
 * bytes that belong to it. No two are the same. Throws below LEAST_PICTURE_BYTES.
 */
export function* samplePicture(bytes: number): Generator<Buffer> {
  if (bytes < LEAST_PICTURE_BYTES) throw new RangeError(`a picture takes ${LEAST_PICTURE_BYTES} bytes`)
  yield HEAD
  const filling = bytes - HEAD.length - END.length
  const chunks = Math.ceil(filling / MOST_FILLER_BYTES)
  const room = Buffer.allocUnsafe(Math.ceil(filling / chunks))
  let left = filling
  for (let after = chunks - 1; after >= 0; after -= 1) {
    const size = Math.ceil(left / (after + 1))
    left -= size
    const piece = room.subarray(0, size)
    frame(piece, FILLER)
    randomFillSync(piece, 8, size - CHUNK_FRAME)
    seal(piece)
    yield piece
  }
  yield END
}

function chunk(type: string, data: Buffer): Buffer {
  const whole = Buffer.alloc(data.length + CHUNK_FRAME)
  frame(whole, type)
  data.copy(whole, 8)
  seal(whole)
  return whole
}

function frame(whole: Buffer, type: string): void {
  whole.writeUInt32BE(whole.length - CHUNK_FRAME, 0)
  whole.write(type, 4, 'latin1')
}

function seal(whole: Buffer): void {
  whole.writeUInt32BE(crc32(whole.subarray(4, -4)), whole.length - 4)
}

/** 8-bit colour, not interlaced (PNG, 11.2.1). */
function header(): Buffer {
  const data = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0])
  data.writeUInt32BE(WIDTH, 0)
  data.writeUInt32BE(HEIGHT, 4)
  return data
}

/** Rows without a filter (PNG, 9.2): evening light over the sea. */
function rows(): Buffer {
  const data = Buffer.alloc(HEIGHT * (1 + WIDTH * 3))
  for (let y = 0; y < HEIGHT; y += 1) {
    for (let x = 0; x < WIDTH; x += 1) {
      data.set([250 - 4 * y, 120 + y, 60 + 3 * y], y * (1 + WIDTH * 3) + 1 + x * 3)
    }
  }
  return data
}
