import { PASSWORD_DIGEST_BYTES } from '../../catalog/password-digest.ts'
import type { ImageEntry } from '../../protocol/catalog-api.ts'
import { ByteReader } from './byte-reader.ts'
import type { ByteWriter } from './byte-writer.ts'
import { readImage, writeImage } from './image-bytes.ts'

/**
 * What stands of one registration, as a row keeps it. A long list goes on in parts:
 *
 *     record         = version flags password-digest *recorded-image
 *     part           = version *recorded-image
 *     version        = %x01
 *     flags          = OCTET              ; bit 0: it has a lease; bit 1: it is absent; the others are 0
 *     password-digest = 32 OCTET          ; SHA-256, see catalog/password-digest.ts
 *     recorded-image = order image        ; image: see image-bytes.ts
 *     order          = number             ; see image-bytes.ts
 */
const VERSION = 1

const LEASED = 0x01
const ABSENT = 0x02

/** How a registration stands, besides its list. */
export interface RecordedStanding {
  /** SHA-256 of its password, 32 bytes. */
  readonly passwordDigest: Uint8Array
  /** It renews its lease by itself; those that do not are old clients. */
  readonly leased: boolean
  /** It was taken off the list and is kept aside, to be listed again when its peer is heard of. */
  readonly absent: boolean
}

/** An image of a registration's list. */
export interface RecordedImage {
  /** The image's place in the listing among all images: 0 to 2^53 - 1, the lower the earlier. */
  readonly order: number
  readonly entry: ImageEntry
}

/** Begins a record; its images follow by {@link writeRecordedImage}. */
export function beginRecord(writer: ByteWriter, { passwordDigest, leased, absent }: RecordedStanding): void {
  writer.byte(VERSION)
  writer.byte((leased ? LEASED : 0) | (absent ? ABSENT : 0))
  writer.bytes(passwordDigest, 0, PASSWORD_DIGEST_BYTES)
}

/** Begins a part; its images follow by {@link writeRecordedImage}. */
export function beginPart(writer: ByteWriter): void {
  writer.byte(VERSION)
}

export function writeRecordedImage(writer: ByteWriter, { order, entry }: RecordedImage): void {
  writer.number(order)
  writeImage(writer, entry)
}

/** Reads the beginning of a record; the reader then stands before its images. A fault of the reader tells what is wrong. */
export function readStanding(reader: ByteReader): RecordedStanding {
  readVersion(reader)
  const flags = reader.byte()
  if ((flags & ~(LEASED | ABSENT)) !== 0) reader.fail(`flags ${flags}`)
  const passwordDigest = reader.copy(PASSWORD_DIGEST_BYTES)
  return { passwordDigest, leased: (flags & LEASED) !== 0, absent: (flags & ABSENT) !== 0 }
}

/** Reads the beginning of a part; the reader then stands before its images. */
export function readPart(bytes: Uint8Array): ByteReader {
  const reader = new ByteReader(bytes)
  readVersion(reader)
  return reader
}

/** The images from where the reader stands, to the end or to the first that is cut or wrong: the reader then has a fault. */
export function* readRecordedImages(reader: ByteReader): Generator<RecordedImage, void> {
  while (!reader.isAtEnd) {
    const image = { order: reader.number(), entry: readImage(reader) }
    if (reader.fault !== undefined) return
    yield image
  }
}

function readVersion(reader: ByteReader): void {
  const version = reader.byte()
  if (reader.fault === undefined && version !== VERSION) reader.fail(`version ${version}`)
}
