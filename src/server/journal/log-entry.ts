import { PASSWORD_DIGEST_BYTES } from '../../catalog/password-digest.ts'
import type { ImageEntry } from '../../protocol/catalog-api.ts'
import type { Digest } from '../../protocol/digest.ts'
import { ADDRESS_BYTES } from '../../protocol/ip-address.ts'
import type { PeerIdentity } from '../index-state.ts'
import { ByteReader } from './byte-reader.ts'
import type { ByteWriter } from './byte-writer.ts'
import { IDENTITY_BYTES, type IdentityKey, identityKey, readIdentity } from './identity.ts'
import { DIGEST_BYTES, readImage, writeImage } from './image-bytes.ts'

/**
 * What happened, as the log keeps it: one row for each batch, entry after entry.
 *
 *     row     = format *entry
 *     format  = %x01
 *     entry   = kind identity length content
 *     kind    = OCTET
 *     identity = 18 OCTET                       ; see identity.ts
 *     length  = 4 OCTET                         ; of the content, in bytes, highest first
 *     content = list / images / removed / nothing
 *
 *     kind 1  list    = password-digest *OCTET   ; a REG or UPD list as it was received, see protocol/index-request.ts
 *     kind 2  images  = password-digest *image   ; added or changed; image: see image-bytes.ts
 *     kind 3  removed = *digest                  ; 16 octets each
 *     kind 4  ended, 5 absent, 6 present, 7 leased: nothing
 *
 *     password-digest = 32 OCTET                 ; SHA-256, see catalog/password-digest.ts
 *
 * Lists go in as they came, so that the log costs a copy of them and no decoding.
 */
const FORMAT = 1

const KIND = { list: 1, images: 2, removed: 3, ended: 4, absent: 5, present: 6, leased: 7 } as const

/** Kinds of entries that say all by their kind. */
export type Happening = 'ended' | 'absent' | 'present' | 'leased'

const HAPPENINGS: Readonly<Record<number, Happening | undefined>> = {
  [KIND.ended]: 'ended',
  [KIND.absent]: 'absent',
  [KIND.present]: 'present',
  [KIND.leased]: 'leased',
}

/** One entry of the log: what was done, never what was refused. Their order counts among those of one registration. */
export type LogEntry =
  /** The list is now this one, `[start, end)` of `bytes`; the registration is made if there is none. */
  | {
      readonly kind: 'list'
      readonly peer: PeerIdentity
      readonly passwordDigest: Uint8Array
      readonly bytes: Uint8Array
      readonly start: number
      readonly end: number
    }
  /** These are on the list now, with these names and details; the registration is made if there is none. */
  | {
      readonly kind: 'images'
      readonly peer: PeerIdentity
      readonly passwordDigest: Uint8Array
      readonly entries: readonly ImageEntry[]
    }
  /** These are not on the list any more. */
  | { readonly kind: 'removed'; readonly peer: PeerIdentity; readonly digests: readonly Digest[] }
  /** It ended; it was taken off the list and kept aside; it is listed again; it has a lease from now on. */
  | { readonly kind: Happening; readonly peer: PeerIdentity }

/** Begins a row. */
export function beginRow(writer: ByteWriter): void {
  writer.byte(FORMAT)
}

/** Writes that the list is now `[start, end)` of `bytes`. The address stands at `addressStart` of `address`. */
export function writeList(
  writer: ByteWriter,
  address: Uint8Array,
  addressStart: number,
  port: number,
  passwordDigest: Uint8Array,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  writeHeader(writer, KIND.list, address, addressStart, port, PASSWORD_DIGEST_BYTES + end - start)
  writer.bytes(passwordDigest, 0, PASSWORD_DIGEST_BYTES)
  writer.bytes(bytes, start, end)
}

/** Writes that `[from, to)` of `entries` are on the list now. */
export function writeImages(
  writer: ByteWriter,
  { address, port }: PeerIdentity,
  passwordDigest: Uint8Array,
  entries: readonly ImageEntry[],
  from: number,
  to: number,
): void {
  writeHeader(writer, KIND.images, address, 0, port, 0)
  const contentStart = writer.length
  writer.bytes(passwordDigest, 0, PASSWORD_DIGEST_BYTES)
  for (let index = from; index < to; index += 1) {
    const entry = entries[index]
    if (entry !== undefined) writeImage(writer, entry)
  }
  writer.replaceUint32(contentStart - LENGTH_BYTES, writer.length - contentStart)
}

/** Writes that `[from, to)` of `digests` are not on the list any more. */
export function writeRemoved(
  writer: ByteWriter,
  { address, port }: PeerIdentity,
  digests: readonly Digest[],
  from: number,
  to: number,
): void {
  writeHeader(writer, KIND.removed, address, 0, port, (to - from) * DIGEST_BYTES)
  for (let index = from; index < to; index += 1) writer.hexadecimal(digests[index] ?? '', DIGEST_BYTES)
}

/** Writes what says all by its kind. The address stands at `addressStart` of `address`. */
export function writeHappening(
  writer: ByteWriter,
  kind: Happening,
  address: Uint8Array,
  addressStart: number,
  port: number,
): void {
  writeHeader(writer, KIND[kind], address, addressStart, port, 0)
}

const LENGTH_BYTES = 4

function writeHeader(
  writer: ByteWriter,
  kind: number,
  address: Uint8Array,
  addressStart: number,
  port: number,
  length: number,
): void {
  writer.byte(kind)
  writer.bytes(address, addressStart, addressStart + ADDRESS_BYTES)
  writer.uint16(port)
  writer.uint32(length)
}

/** The entries of a row, in order. Reading ends at the end, or at the first that is cut or wrong: {@link fault} tells. */
export class LogRow implements Iterable<LogEntry> {
  readonly #bytes: Uint8Array
  readonly #reader: ByteReader

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#reader = new ByteReader(bytes)
    const format = this.#reader.byte()
    if (this.#reader.fault === undefined && format !== FORMAT) this.#reader.fail(`format ${format}`)
  }

  /** What ended the reading before the end of the row. */
  get fault(): string | undefined {
    return this.#reader.fault
  }

  /** Calls `visit` with the identity each entry is about, and reads nothing of their contents. */
  forEachIdentity(visit: (key: IdentityKey) => void): void {
    const reader = this.#reader
    while (!reader.isAtEnd) {
      reader.skip(1)
      const identityStart = reader.skip(IDENTITY_BYTES)
      reader.skip(reader.uint32())
      if (reader.fault === undefined) visit(identityKey(this.#bytes, identityStart))
    }
  }

  *[Symbol.iterator](): Generator<LogEntry, void> {
    const reader = this.#reader
    while (!reader.isAtEnd) {
      const entry = this.#next()
      if (entry === undefined || reader.fault !== undefined) return
      yield entry
    }
  }

  #next(): LogEntry | undefined {
    const reader = this.#reader
    const kind = reader.byte()
    const identityStart = reader.skip(IDENTITY_BYTES)
    const length = reader.uint32()
    if (reader.fault !== undefined) return undefined
    const peer = readIdentity(this.#bytes, identityStart)
    const rowEnd = reader.narrow(length)
    const entry = this.#content(kind, peer, length)
    if (!reader.isAtEnd) reader.fail(`more than an entry of kind ${kind} has`)
    reader.widen(rowEnd)
    return entry
  }

  #content(kind: number, peer: PeerIdentity, length: number): LogEntry | undefined {
    const reader = this.#reader
    switch (kind) {
      case KIND.list: {
        const passwordDigest = reader.copy(PASSWORD_DIGEST_BYTES)
        const start = reader.skip(Math.max(0, length - PASSWORD_DIGEST_BYTES))
        return { kind: 'list', peer, passwordDigest, bytes: this.#bytes, start, end: reader.at }
      }
      case KIND.images: {
        const passwordDigest = reader.copy(PASSWORD_DIGEST_BYTES)
        const entries: ImageEntry[] = []
        while (!reader.isAtEnd) entries.push(readImage(reader))
        return { kind: 'images', peer, passwordDigest, entries }
      }
      case KIND.removed: {
        const digests: Digest[] = []
        while (!reader.isAtEnd) digests.push(reader.hexadecimal(DIGEST_BYTES) as Digest)
        return { kind: 'removed', peer, digests }
      }
      default: {
        const happening = HAPPENINGS[kind]
        if (happening !== undefined) return { kind: happening, peer }
        reader.fail(`kind ${kind}`)
        return undefined
      }
    }
  }
}
