import type { ImageEntry } from '../../protocol/catalog-api.ts'
import type { ByteReader } from './byte-reader.ts'
import type { ByteWriter } from './byte-writer.ts'

/**
 * An image with its name and details, as it stands in log entries and in records:
 *
 *     image       = digest name details
 *     digest      = 16 OCTET
 *     name        = length *OCTET              ; UTF-8
 *     details     = mask [bytes] [width] [height] [format] [taken] [sha256] [further / placeholder / base64]
 *     further     = further-mask [placeholder / base64] [likeness]
 *     mask        = OCTET                      ; bit 0 for `bytes` to bit 6 for `placeholder`, bit 7 for `base64`, both for `further`
 *     further-mask = OCTET                     ; bit 6 for `placeholder`, bit 7 for `base64`, bit 0 for `likeness`
 *     bytes, width, height = number
 *     format      = length *OCTET
 *     taken       = number                     ; 2n for n from 0 on, -2n - 1 below
 *     sha256      = 32 OCTET
 *     placeholder = length *OCTET              ; what its base64 stands for
 *     base64      = length *OCTET              ; as it was given, where encoding the bytes would not give the same text
 *     likeness    = 8 OCTET
 *     length      = number                     ; of the bytes that follow
 *     number      = 0*7(%x80-FF) %x00-7F       ; see ByteWriter.number
 *
 * Values come back as they were given. Reading checks the structure alone: whether a value may stand in the catalog is
 * decided where it was taken in.
 */
export const DIGEST_BYTES = 16

const SHA256_BYTES = 32
const LIKENESS_BYTES = 8

const HAS_BYTES = 0x01
const HAS_WIDTH = 0x02
const HAS_HEIGHT = 0x04
const HAS_FORMAT = 0x08
const HAS_TAKEN = 0x10
const HAS_SHA256 = 0x20
const HAS_PLACEHOLDER = 0x40
const HAS_BASE64 = 0x80
/** No image has its placeholder in both ways: what was written before there was more to tell does not have both bits. */
const HAS_FURTHER = HAS_PLACEHOLDER | HAS_BASE64
const HAS_LIKENESS = 0x01

/** Writes an image. Its values are within the bounds of protocol/image-details.ts. */
export function writeImage(writer: ByteWriter, entry: ImageEntry): void {
  const { md5, name, bytes, width, height, format, taken, sha256, placeholder, likeness } = entry
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
  const placeholderBit = tiny === undefined ? 0 : keepsText ? HAS_BASE64 : HAS_PLACEHOLDER
  writer.byte(mask | (likeness === undefined ? placeholderBit : HAS_FURTHER))
  if (bytes !== undefined) writer.number(bytes)
  if (width !== undefined) writer.number(width)
  if (height !== undefined) writer.number(height)
  if (format !== undefined) writer.text(format)
  if (taken !== undefined) writer.number(taken < 0 ? -2 * taken - 1 : 2 * taken)
  if (sha256 !== undefined) writer.hexadecimal(sha256, SHA256_BYTES)
  if (likeness !== undefined) writer.byte(placeholderBit | HAS_LIKENESS)
  if (placeholder !== undefined && keepsText) {
    writer.text(placeholder)
  } else if (tiny !== undefined) {
    writer.number(tiny.length)
    writer.bytes(tiny, 0, tiny.length)
  }
  if (likeness !== undefined) writer.hexadecimal(likeness, LIKENESS_BYTES)
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
  const hasFurther = (mask & HAS_FURTHER) === HAS_FURTHER
  const further = hasFurther ? reader.byte() : mask & HAS_FURTHER
  if ((further & HAS_PLACEHOLDER) !== 0) entry.placeholder = reader.base64(reader.number())
  else if ((further & HAS_BASE64) !== 0) entry.placeholder = reader.text()
  if ((further & HAS_LIKENESS) !== 0) entry.likeness = reader.hexadecimal(LIKENESS_BYTES)
  return entry
}
