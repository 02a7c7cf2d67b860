import { big16, big32, holds, latin1, little16, little32 } from '../byte-reading.ts'
import { Refusal } from './private-metadata.ts'
import type { Section } from './section.ts'

/** Bytes of one value of each field type (TIFF 6.0, 2; BigTIFF). */
const TYPE_BYTES: readonly number[] = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8]
const ASCII = 2

/** Fields of one directory: the largest known, of scanners and raw files, have some 200. */
const MAX_FIELDS = 2048

export interface Field {
  readonly tag: number
  readonly type: number
  readonly count: number
  /** The field as it stands in the directory. */
  readonly entry: Uint8Array
  /** Where the value lies, in the directory itself where it is short. */
  readonly valueAt: number
  /** Bytes of the value; `undefined` where the type is none that is known, so that nobody can tell. */
  readonly valueBytes: number | undefined
  readonly isInline: boolean
}

export interface Directory {
  readonly at: number
  /** Bytes of the whole directory. */
  readonly length: number
  readonly fields: readonly Field[]
  /** Where the next one is; 0 for none. */
  readonly next: number
}

/** A TIFF or BigTIFF, or an EXIF block: the same thing. */
export class TiffFields {
  readonly section: Section
  readonly first: number
  readonly headerBytes: number
  readonly #isLittle: boolean
  readonly #isBig: boolean

  constructor(section: Section) {
    this.section = section
    const header = Uint8Array.from(section.readUpTo(0, 16))
    this.#isLittle = holds(header, 0, 'II')
    if (!this.#isLittle && !holds(header, 0, 'MM')) throw new Refusal('malformed')
    const version = this.#short(header, 2)
    this.#isBig = version === 43
    if (version !== 42 && !this.#isBig) throw new Refusal('malformed')
    this.headerBytes = this.#isBig ? 16 : 8
    if (header.length < this.headerBytes) throw new Refusal('cutShort')
    this.first = this.#offset(header, this.#isBig ? 8 : 4)
  }

  directoryAt(at: number): Directory {
    const { section } = this
    const countBytes = this.#isBig ? 8 : 2
    const entryBytes = this.#isBig ? 20 : 12
    const offsetBytes = this.#isBig ? 8 : 4
    const countField = section.read(at, countBytes)
    const count = this.#isBig ? this.#offset(countField, 0) : this.#short(countField, 0)
    if (count > MAX_FIELDS) throw new Refusal('tooComplex')
    const length = countBytes + count * entryBytes + offsetBytes
    // Some writers leave out where the next one is, at the very end.
    const bytes = Uint8Array.from(section.readUpTo(at, length))
    if (bytes.length < length - offsetBytes) throw new Refusal('cutShort')
    const fields = Array.from({ length: count }, (_, index) => {
      const start = countBytes + index * entryBytes
      return this.#field(bytes.subarray(start, start + entryBytes), at + start)
    })
    const next = bytes.length < length ? 0 : this.#offset(bytes, length - offsetBytes)
    return { at, length: bytes.length, fields, next }
  }

  #field(entry: Uint8Array, at: number): Field {
    const type = this.#short(entry, 2)
    const count = this.#offset(entry, 4)
    const valueStart = this.#isBig ? 12 : 8
    const size = TYPE_BYTES[type] ?? 0
    const valueBytes = size === 0 ? undefined : size * count
    const isInline = valueBytes === undefined || valueBytes <= entry.length - valueStart
    const valueAt = isInline ? at + valueStart : this.#offset(entry, valueStart)
    return { tag: this.#short(entry, 0), type, count, entry, valueAt, valueBytes, isInline }
  }

  /** The bytes of a directory of as many as `length` with these fields only, zeros at the end. */
  encode(directory: Directory, fields: readonly Field[]): Uint8Array {
    const bytes = Buffer.alloc(directory.length)
    let at = this.#isBig ? 8 : 2
    const put = (start: number, width: number, value: number): void => {
      if (this.#isLittle) bytes.writeUIntLE(value, start, width)
      else bytes.writeUIntBE(value, start, width)
    }
    put(this.#isBig && !this.#isLittle ? 6 : 0, 2, fields.length)
    for (const { entry } of fields) {
      bytes.set(entry, at)
      at += entry.length
    }
    if (at + 4 <= bytes.length) put(this.#isBig && !this.#isLittle ? at + 4 : at, 4, directory.next % 2 ** 32)
    if (this.#isBig && directory.next >= 2 ** 32) throw new Refusal('tooComplex')
    return bytes
  }

  /** Up to `limit` whole numbers of a field; none where it has another type or lies beyond the end. */
  numbers(field: Field, limit: number): number[] {
    const size = TYPE_BYTES[field.type] ?? 0
    if (![1, 3, 4, 13, 16, 18].includes(field.type)) return []
    const count = Math.min(field.count, limit)
    if (!this.section.holds(field.valueAt, count * size)) return []
    const bytes = this.section.read(field.valueAt, count * size)
    return Array.from({ length: count }, (_, index) => this.#number(bytes, index * size, size))
  }

  number(field: Field | undefined): number | undefined {
    return field === undefined ? undefined : this.numbers(field, 1)[0]
  }

  /** What a field says, for a person: text, or fractions as decimals; empty for anything else. */
  told(field: Field): string {
    const { valueAt, valueBytes = 0 } = field
    if (valueBytes === 0 || valueBytes > 4096 || !this.section.holds(valueAt, valueBytes)) return ''
    const bytes = Uint8Array.from(this.section.read(valueAt, valueBytes))
    if (field.type === ASCII) {
      return Buffer.from(latin1(bytes).replaceAll('\0', ' ').trim(), 'latin1').toString('utf8')
    }
    return this.fractions(field).join(' ')
  }

  /** The values of a field of RATIONAL. */
  fractions(field: Field): number[] {
    const { type, count, valueAt } = field
    if (type !== 5 || count > 16 || !this.section.holds(valueAt, count * 8)) return []
    const bytes = this.section.read(valueAt, count * 8)
    return Array.from({ length: count }, (_, index) => {
      const below = this.#number(bytes, index * 8 + 4, 4)
      return below === 0 ? 0 : this.#number(bytes, index * 8, 4) / below
    })
  }

  #number(bytes: Uint8Array, at: number, size: number): number {
    if (size === 1) return bytes[at] ?? 0
    if (size === 2) return this.#short(bytes, at)
    return size === 4 ? this.#long(bytes, at) : this.#wide(bytes, at)
  }

  #short(bytes: Uint8Array, at: number): number {
    return this.#isLittle ? little16(bytes, at) : big16(bytes, at)
  }

  #long(bytes: Uint8Array, at: number): number {
    return this.#isLittle ? little32(bytes, at) : big32(bytes, at)
  }

  #wide(bytes: Uint8Array, at: number): number {
    const [low, high] = this.#isLittle ? [at, at + 4] : [at + 4, at]
    const value = this.#long(bytes, high) * 2 ** 32 + this.#long(bytes, low)
    if (!Number.isSafeInteger(value)) throw new Refusal('malformed')
    return value
  }

  #offset(bytes: Uint8Array, at: number): number {
    return this.#isBig ? this.#wide(bytes, at) : this.#long(bytes, at)
  }
}
