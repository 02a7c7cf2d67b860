/** The row that is none: fields that point to a row hold it where they point nowhere. */
export const NO_ROW = 0

const NOTHING = new Uint32Array(0)
const NO_BYTES = new Uint8Array(0)

/**
 * Bytes of a segment before its first row. What is as large as a segment comes from the system page by page, behind a header
 * of 16 bytes (glibc's malloc): so rows of 64 bytes lie in one cache line each. Elsewhere nothing is gained and nothing lost.
 */
const LEADING_BYTES = 48

/**
 * Fixed-size records of 32-bit words, addressed by row number from 1 on. Storage grows a segment at a time, so growing
 * copies nothing and takes microseconds however much is held; a freed row is handed out again before storage grows, so
 * storage is at most what was in use at the fullest moment. The caller bounds how many rows it allocates.
 */
export class Rows {
  readonly #wordsPerRow: number
  readonly #segmentShift: number
  readonly #rowInSegment: number
  readonly #segments: Uint32Array[] = []
  readonly #byteSegments: Uint8Array[] = []
  /** The first row never handed out. Row 0 is {@link NO_ROW}. */
  #fresh = 1
  /** Freed rows, each holding the next in its first word. */
  #freed: number = NO_ROW

  /** `rowsPerSegment` is a power of two. */
  constructor(wordsPerRow: number, rowsPerSegment: number) {
    this.#wordsPerRow = wordsPerRow
    this.#segmentShift = Math.log2(rowsPerSegment)
    this.#rowInSegment = rowsPerSegment - 1
  }

  /** Bytes of storage taken from the system. It never shrinks. */
  get capacityBytes(): number {
    return (
      this.#segments.length * (this.#rowInSegment + 1) * this.#wordsPerRow * Uint32Array.BYTES_PER_ELEMENT
    )
  }

  /** The first row that was never handed out: all there ever were are below it. */
  get end(): number {
    return this.#fresh
  }

  /** A row for the caller's use. Its words hold whatever they held. */
  allocate(): number {
    const freed = this.#freed
    if (freed !== NO_ROW) {
      this.#freed = this.get(freed, 0)
      return freed
    }
    const row = this.#fresh
    if (row >>> this.#segmentShift === this.#segments.length) this.#addSegment()
    this.#fresh = row + 1
    return row
  }

  /** Takes back a row that was allocated. */
  free(row: number): void {
    this.set(row, 0, this.#freed)
    this.#freed = row
  }

  get(row: number, field: number): number {
    return this.segment(row)[this.offset(row) + field] ?? 0
  }

  set(row: number, field: number, value: number): void {
    this.segment(row)[this.offset(row) + field] = value
  }

  /** The words among which those of `row` stand, from {@link offset} on. Valid for ever. */
  segment(row: number): Uint32Array {
    return this.#segments[row >>> this.#segmentShift] ?? NOTHING
  }

  offset(row: number): number {
    return (row & this.#rowInSegment) * this.#wordsPerRow
  }

  /** The same storage as {@link segment}, by bytes: those of `row` stand from four times its {@link offset} on. */
  byteSegment(row: number): Uint8Array {
    return this.#byteSegments[row >>> this.#segmentShift] ?? NO_BYTES
  }

  #addSegment(): void {
    const words = (this.#rowInSegment + 1) * this.#wordsPerRow
    const memory = new ArrayBuffer(LEADING_BYTES + words * Uint32Array.BYTES_PER_ELEMENT)
    this.#segments.push(new Uint32Array(memory, LEADING_BYTES))
    this.#byteSegments.push(new Uint8Array(memory, LEADING_BYTES))
  }
}
