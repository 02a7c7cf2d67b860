import type { ImageDetails } from '../protocol/image-details.ts'
import { ByteChains } from './byte-chains.ts'
import { NO_ROW, Rows } from './rows.ts'

/** Fields of a row, in words. Numbers of more than 32 bits take two, the low one first. */
const GIVEN = 0
const BYTES = 1
const WIDTH = 3
const HEIGHT = 4
const FORMAT = 5
const TAKEN = 7
const REST = 9
const DETAILS_WORDS = 10

/** Bits of the first word: which details are given, and whether owners disagree about the SHA-256. */
const HAS_BYTES = 1
const HAS_SIZE_IN_PIXELS = 2
const HAS_FORMAT = 4
const HAS_TAKEN = 8
const HAS_SHA256 = 16
const IS_DISPUTED = 32
/** Bytes of the placeholder, from this bit on. */
const PLACEHOLDER_SHIFT = 8
const PLACEHOLDER_MASK = 0xff

const SHA256_BYTES = 32
const FORMAT_CHARACTERS = 8
const LOW_WORD = 2 ** 32

/** 320 KiB of rows at a time. */
const SEGMENT_DETAILS = 1 << 13

/** What a row holds: all but the likeness, which stands in the order (`Likenesses`). */
export type RowDetails = Omit<ImageDetails, 'likeness'>

/** The details of images, for those that have any: a row each, and a chain of bytes for SHA-256 and placeholder. */
export class Details {
  readonly #rows = new Rows(DETAILS_WORDS, SEGMENT_DETAILS)
  readonly #rests = new ByteChains()

  /** Bytes of storage taken from the system. It never shrinks. */
  get capacityBytes(): number {
    return this.#rows.capacityBytes + this.#rests.capacityBytes
  }

  /** Keeps details and answers their row. Width and height count together only. */
  add(details: RowDetails, isDisputed: boolean): number {
    const row = this.#rows.allocate()
    const { bytes, width, height, format, taken, sha256, placeholder } = details
    let given = isDisputed ? IS_DISPUTED : 0
    if (bytes !== undefined) {
      given |= HAS_BYTES
      this.#setLong(row, BYTES, bytes)
    }
    if (width !== undefined && height !== undefined) {
      given |= HAS_SIZE_IN_PIXELS
      this.#rows.set(row, WIDTH, width)
      this.#rows.set(row, HEIGHT, height)
    }
    if (format !== undefined) {
      given |= HAS_FORMAT
      const [first, second] = formatWords(format)
      this.#rows.set(row, FORMAT, first)
      this.#rows.set(row, FORMAT + 1, second)
    }
    if (taken !== undefined) {
      given |= HAS_TAKEN
      this.#setLong(row, TAKEN, taken)
    }
    const sum = Buffer.from(sha256 ?? '', 'hex')
    if (sum.length === SHA256_BYTES) given |= HAS_SHA256
    const picture = Buffer.from(placeholder ?? '', 'base64')
    given |= picture.length << PLACEHOLDER_SHIFT
    const rest = Buffer.concat([sum, picture])
    this.#rows.set(row, REST, rest.length === 0 ? NO_ROW : this.#rests.add(rest, 0, rest.length))
    this.#rows.set(row, GIVEN, given)
    return row
  }

  remove(row: number): void {
    const rest = this.#rows.get(row, REST)
    if (rest !== NO_ROW) this.#rests.remove(rest)
    this.#rows.free(row)
  }

  get(row: number): RowDetails {
    const given = this.#rows.get(row, GIVEN)
    const rest = this.#restOf(row, given)
    const sum = (given & HAS_SHA256) === 0 ? 0 : SHA256_BYTES
    return {
      ...((given & HAS_BYTES) !== 0 && { bytes: this.#getLong(row, BYTES) }),
      ...((given & HAS_SIZE_IN_PIXELS) !== 0 && {
        width: this.#rows.get(row, WIDTH),
        height: this.#rows.get(row, HEIGHT),
      }),
      ...((given & HAS_FORMAT) !== 0 && { format: this.#formatOf(row) }),
      ...((given & HAS_TAKEN) !== 0 && { taken: this.#getLong(row, TAKEN) }),
      ...(sum > 0 && { sha256: rest.toString('hex', 0, sum) }),
      ...(rest.length > sum && { placeholder: rest.toString('base64', sum) }),
    }
  }

  isDisputed(row: number): boolean {
    return (this.#rows.get(row, GIVEN) & IS_DISPUTED) !== 0
  }

  /** The size of the file in bytes, or -1 where it is not known; so the next two, in pixels. */
  bytes(row: number): number {
    return (this.#rows.get(row, GIVEN) & HAS_BYTES) === 0 ? -1 : this.#getLong(row, BYTES)
  }

  width(row: number): number {
    return (this.#rows.get(row, GIVEN) & HAS_SIZE_IN_PIXELS) === 0 ? -1 : this.#rows.get(row, WIDTH)
  }

  height(row: number): number {
    return (this.#rows.get(row, GIVEN) & HAS_SIZE_IN_PIXELS) === 0 ? -1 : this.#rows.get(row, HEIGHT)
  }

  /** When the picture was taken, in seconds since 1970; `undefined` where it is not known: it may be any number. */
  taken(row: number): number | undefined {
    return (this.#rows.get(row, GIVEN) & HAS_TAKEN) === 0 ? undefined : this.#getLong(row, TAKEN)
  }

  /** Whether the format is the one of these words, see {@link formatWords}. */
  hasFormat(row: number, [first, second]: FormatWords): boolean {
    return (
      (this.#rows.get(row, GIVEN) & HAS_FORMAT) !== 0 &&
      this.#rows.get(row, FORMAT) === first &&
      this.#rows.get(row, FORMAT + 1) === second
    )
  }

  #formatOf(row: number): string {
    const bytes = Buffer.alloc(FORMAT_CHARACTERS)
    bytes.writeUInt32LE(this.#rows.get(row, FORMAT), 0)
    bytes.writeUInt32LE(this.#rows.get(row, FORMAT + 1), 4)
    const end = bytes.indexOf(0)
    return bytes.toString('latin1', 0, end === -1 ? FORMAT_CHARACTERS : end)
  }

  #restOf(row: number, given: number): Buffer {
    const placeholder = (given >>> PLACEHOLDER_SHIFT) & PLACEHOLDER_MASK
    const rest = Buffer.alloc(placeholder + ((given & HAS_SHA256) === 0 ? 0 : SHA256_BYTES))
    if (rest.length > 0) this.#rests.copy(this.#rows.get(row, REST), rest.length, rest, 0)
    return rest
  }

  #setLong(row: number, field: number, value: number): void {
    const high = Math.floor(value / LOW_WORD)
    this.#rows.set(row, field, value - high * LOW_WORD)
    this.#rows.set(row, field + 1, high)
  }

  /** A signed integer of at most 53 bits. */
  #getLong(row: number, field: number): number {
    return (this.#rows.get(row, field + 1) | 0) * LOW_WORD + this.#rows.get(row, field)
  }
}

/** A format's name as it is kept: its characters, padded with NUL, in two words. */
export type FormatWords = readonly [number, number]

export function formatWords(format: string): FormatWords {
  const bytes = Buffer.alloc(FORMAT_CHARACTERS)
  bytes.write(format, 'latin1')
  return [bytes.readUInt32LE(0), bytes.readUInt32LE(4)]
}
