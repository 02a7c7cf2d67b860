import type { ImageEntry } from '../../protocol/catalog-api.ts'
import type { ByteReader } from './byte-reader.ts'
import type { ByteWriter } from './byte-writer.ts'

/**
 * An image with its name and details, as it stands in log entries and in records:
 *
 *     image       = digest name details
 *     digest      = 16 OCTET
 *     name        = length *OCTET              ; UTF-8
 *     details     = mask [bytes] [width] [height] [format] [taken] [sha256] [placeholder / base64]
 *     mask        = OCTET                      ; bit 0 for `bytes` to bit 6 for `placeholder`, bit 7 for `base64`
 *     bytes, width, height = number
 *     format      = length *OCTET
 *     taken       = number                     ; 2n for n from 0 on, -2n - 1 below
 *     sha256      = 32 OCTET
 *     placeholder = length *OCTET              ; what its base64 stands for
 *     base64      = length *OCTET              ; as it was given, where encoding the bytes would not give the same text
 *     length      = number                     ; of the bytes that follow
 *     number      = 0*7(%x80-FF) %x00-7F       ; see ByteWriter.number
 *
 * Values come back as they were given. Reading checks the structure alone: whether a value may stand in the catalog is
 * decided where it was taken in.
 */
export const DIGEST_BYTES = 16

const SHA256_BYTES = 32

const HAS_BYTES = 0x01
const HAS_WIDTH = 0x02
const HAS_HEIGHT = 0x04
const HAS_FORMAT = 0x08
const HAS_TAKEN = 0x10
const HAS_SHA256 = 0x20
const HAS_PLACEHOLDER = 0x40
const HAS_BASE64 = 0x80

/** Writes an image. Its values are within the bounds of protocol/image-details.ts. */
export function writeImage(writer: ByteWriter, entry: ImageEntry): void {
  const { md5, name, bytes, width, height, format, taken, sha256, placeholder } = entry
  writer.hexadecimal(md5, DIGEST_BYTES)
  writer.text(name)
  const tiny = placeholder === undefined ? undefined : Buffer.from(placeholder, 'base64')
  const keepsText = tiny !== undefined && tiny.toString('base64') !== placeholder
  let mask = 0
  if (bytes !== undefined) mask |= HAS_BYTES
  if (width !== undefined) mask |= HAS_WIDTH
  if (height !== undefined) mask |= HAS_HEIGHT
  if (format !== undefined) mask |= HAS_FORMAT
  if (taken !== undefined) mask |= HAS_TAKEN
  if (sha256 !== undefined) mask |= HAS_SHA256
  if (tiny !== undefined) mask |= keepsText ? HAS_BASE64 : HAS_PLACEHOLDER
  writer.byte(mask)
  if (bytes !== undefined) writer.number(bytes)
  if (width !== undefined) writer.number(width)
  if (height !== undefined) writer.number(height)
  if (format !== undefined) writer.text(format)
  if (taken !== undefined) writer.number(taken < 0 ? -2 * taken - 1 : 2 * taken)
  if (sha256 !== undefined) writer.hexadecimal(sha256, SHA256_BYTES)
  if (placeholder === undefined || tiny === undefined) return
  if (keepsText) {
    writer.text(placeholder)
  } else {
    writer.number(tiny.length)
    writer.bytes(tiny, 0, tiny.length)
  }
}

/** Reads an image; what it gives is of no worth where the reader has a fault. */
export function readImage(reader: ByteReader): ImageEntry {
  const entry: ImageEntry = { md5: reader.hexadecimal(DIGEST_BYTES), name: reader.text() }
  const mask = reader.byte()
  if ((mask & HAS_BYTES) !== 0) entry.bytes = reader.number()
  if ((mask & HAS_WIDTH) !== 0) entry.width = reader.number()
  if ((mask & HAS_HEIGHT) !== 0) entry.height = reader.number()
  if ((mask & HAS_FORMAT) !== 0) entry.format = reader.text()
  if ((mask & HAS_TAKEN) !== 0) {
    const folded = reader.number()
    entry.taken = folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2
  }
  if ((mask & HAS_SHA256) !== 0) entry.sha256 = reader.hexadecimal(SHA256_BYTES)
  if ((mask & HAS_PLACEHOLDER) !== 0) entry.placeholder = reader.base64(reader.number())
  if ((mask & HAS_BASE64) !== 0) entry.placeholder = reader.text()
  return entry
}
