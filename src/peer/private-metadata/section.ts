import type { ImageBytes } from '../image-header/image-bytes.ts'
import { applyEdits, type Edit } from './edits.ts'
import {
  MAX_VALUE_CHARACTERS,
  type MetadataPlace,
  type PrivateKind,
  type PrivateMetadata,
  Refusal,
} from './private-metadata.ts'

/** Blocks that stand in one format and are made like another. */
export type BlockKind = 'exif' | 'xmp' | 'iptc' | 'photoshop' | 'jpeg'

/** Finds what is private in a block and overwrites it. */
export type BlockCleaner = (section: Section) => void

/** A stretch of bytes. */
export interface Extent {
  readonly at: number
  readonly length: number
}

/** Bytes of a block that is taken into memory as a whole, at most: XMP with a depth map has some MB. */
export const MAX_BLOCK_BYTES = 16 * 1024 * 1024

/** Sections within sections: a JPEG in an EXIF block in a Photoshop resource in a JPEG is 4. */
const MAX_DEPTH = 8

/** Findings that are told: a person reads them. Whatever is beyond is cleaned all the same. */
const MAX_FINDINGS = 256

/** Edits of one file: each is an object, and a picture with 10,000 private fields is none. */
const MAX_EDITS = 65_536

/** Bytes looked at at once where a long stretch is looked through. */
const SCAN_BYTES = 64 * 1024

/**
 * Bytes looked at in all, at most: so many times the file, and room for what is compressed in it. A true picture is read
 * about once; fields that all point to one long text could have it read a thousand times.
 */
const READS_OF_FILE = 8
const READ_BYTES_BESIDES = 64 * 1024 * 1024

/** What all sections of a file share. */
interface Findings {
  readonly cleaners: Readonly<Record<BlockKind, BlockCleaner>>
  readonly list: PrivateMetadata[]
  bytesLeft: number
}

/**
 * A part of a file while it is examined: its bytes, numbered from 0, what was found there, and what shall stand there
 * instead. A part that lies scattered over the file reads as if it were in one piece.
 */
export class Section {
  readonly size: number
  readonly #bytes: ImageBytes
  readonly #findings: Findings
  readonly #depth: number
  readonly #overwrite: (edit: Edit) => void

  private constructor(bytes: ImageBytes, findings: Findings, depth: number, overwrite: (edit: Edit) => void) {
    if (depth > MAX_DEPTH) throw new Refusal('tooComplex')
    this.size = bytes.size
    this.#bytes = bytes
    this.#findings = findings
    this.#depth = depth
    this.#overwrite = overwrite
  }

  static ofFile(
    bytes: ImageBytes,
    cleaners: Readonly<Record<BlockKind, BlockCleaner>>,
  ): { section: Section; edits: readonly Edit[]; found: readonly PrivateMetadata[] } {
    const found: PrivateMetadata[] = []
    const edits: Edit[] = []
    const bytesLeft = bytes.size * READS_OF_FILE + READ_BYTES_BESIDES
    return { section: new Section(bytes, { cleaners, list: found, bytesLeft }, 0, into(edits)), edits, found }
  }

  /** Exactly `length` bytes from `at` on, valid until the next call. */
  read(at: number, length: number): Uint8Array {
    if (length > MAX_BLOCK_BYTES) throw new Refusal('tooComplex')
    this.#mustHold(at, length)
    this.countRead(length)
    const bytes = this.#bytes.slice(at, length)
    return bytes.length === length ? bytes : this.#readOn(bytes, at, length)
  }

  /** What is in memory gives only so much at once. */
  #readOn(first: Uint8Array, at: number, length: number): Uint8Array {
    const whole = new Uint8Array(length)
    whole.set(first)
    for (let done = first.length; done < length; ) {
      const bytes = this.#bytes.slice(at + done, length - done)
      // The file became shorter meanwhile.
      if (bytes.length === 0) throw new Refusal('cutShort')
      whole.set(bytes, done)
      done += bytes.length
    }
    return whole
  }

  /** Counts bytes that were not read but made, by decompressing. */
  countRead(bytes: number): void {
    this.#findings.bytesLeft -= bytes
    if (this.#findings.bytesLeft < 0) throw new Refusal('tooComplex')
  }

  /** Up to `length` bytes from `at` on, fewer at the end. */
  readUpTo(at: number, length: number): Uint8Array {
    return this.read(Math.min(at, this.size), Math.min(length, Math.max(0, this.size - at)))
  }

  /** All of a section that is a block; the section's own copy. */
  readAll(): Uint8Array {
    return Uint8Array.from(this.read(0, this.size))
  }

  /** The same for bytes that are looked through one after the other: valid until anything else is read of the file. */
  view(at: number, length: number): Uint8Array {
    const wanted = Math.min(length, Math.max(0, this.size - at))
    if (this.#bytes.view === undefined) return this.readUpTo(at, wanted)
    this.countRead(wanted)
    const bytes = this.#bytes.view(at, wanted)
    if (bytes.length < wanted) throw new Refusal('cutShort')
    return bytes
  }

  holds(at: number, length: number): boolean {
    return at >= 0 && length >= 0 && at + length <= this.size
  }

  /** True where `length` bytes from `at` on are zeros, however many. */
  isZero(at: number, length: number): boolean {
    const end = at + length
    for (let start = at; start < end; start += SCAN_BYTES) {
      if (this.view(start, Math.min(SCAN_BYTES, end - start)).some(byte => byte !== 0)) return false
    }
    return true
  }

  /** Adds to what is told; `value` may be any bytes as text. */
  found(kind: PrivateKind, where: MetadataPlace, name: string, value?: string): void {
    const { list } = this.#findings
    if (list.length >= MAX_FINDINGS) return
    const short = (text: string): string => text.slice(0, MAX_VALUE_CHARACTERS)
    list.push({
      kind,
      where,
      name: short(name),
      ...(value === undefined || value === '' ? {} : { value: short(value) }),
    })
  }

  overwrite(at: number, bytes: Uint8Array): void {
    this.#mustHold(at, bytes.length)
    if (bytes.length > 0) this.#overwrite({ at, length: bytes.length, bytes })
  }

  /** Zeros instead. */
  blank(at: number, length: number): void {
    this.#mustHold(at, length)
    if (length > 0) this.#overwrite({ at, length })
  }

  /** The parts of this section at `extents`, joined in their order. */
  part(...extents: readonly Extent[]): Section {
    for (const { at, length } of extents) this.#mustHold(at, length)
    const bytes = new JoinedBytes(this.#bytes, extents)
    return new Section(bytes, this.#findings, this.#depth + 1, edit => {
      for (const piece of bytes.pieces(edit.at, edit.length)) {
        const { bytes: whole } = edit
        const part = whole?.subarray(piece.from - edit.at, piece.from - edit.at + piece.length)
        this.#overwrite({
          at: piece.at,
          length: piece.length,
          ...(part === undefined ? { fill: edit.fill ?? 0 } : { bytes: part }),
        })
      }
    })
  }

  /** Cleans the bytes of a block that is not in the file as it is (it may be compressed there), and gives them back. */
  cleaned(block: Uint8Array, kind: BlockKind): Uint8Array {
    const copy = Uint8Array.from(block)
    const edits: Edit[] = []
    const bytes = { size: block.length, slice: (at: number, n: number) => block.subarray(at, at + n) }
    new Section(bytes, this.#findings, this.#depth + 1, into(edits)).clean(kind)
    applyEdits(copy, 0, edits)
    return copy
  }

  /** Cleans this section as what it is. */
  clean(kind: BlockKind): void {
    this.#findings.cleaners[kind](this)
  }

  #mustHold(at: number, length: number): void {
    if (!this.holds(at, length)) throw new Refusal('cutShort')
  }
}

function into(edits: Edit[]): (edit: Edit) => void {
  return edit => {
    if (edits.length >= MAX_EDITS) throw new Refusal('tooComplex')
    edits.push(edit)
  }
}

/** Extents of other bytes, read as one. */
class JoinedBytes implements ImageBytes {
  readonly size: number
  readonly #bytes: ImageBytes
  readonly #extents: readonly Extent[]

  constructor(bytes: ImageBytes, extents: readonly Extent[]) {
    this.#bytes = bytes
    this.#extents = extents
    this.size = extents.reduce((sum, { length }) => sum + length, 0)
  }

  slice(at: number, length: number): Uint8Array {
    const pieces = this.pieces(at, length)
    const [only] = pieces
    if (only !== undefined && pieces.length === 1) return this.#bytes.slice(only.at, only.length)
    return Buffer.concat(pieces.map(piece => Buffer.from(this.#bytes.slice(piece.at, piece.length))))
  }

  /** Where `[at, at + length)` lies in the other bytes; `from` is where in these. */
  pieces(at: number, length: number): { at: number; length: number; from: number }[] {
    const pieces: { at: number; length: number; from: number }[] = []
    let extentFrom = 0
    for (const extent of this.#extents) {
      const from = Math.max(at, extentFrom)
      const end = Math.min(at + length, extentFrom + extent.length)
      if (from < end) pieces.push({ at: extent.at + from - extentFrom, length: end - from, from })
      extentFrom += extent.length
    }
    return pieces
  }
}
