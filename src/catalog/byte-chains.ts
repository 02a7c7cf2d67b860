import { NO_ROW, Rows } from './rows.ts'

/** Words of a block: the next block of the chain, and the bytes. */
const BLOCK_WORDS = 8
const NEXT = 0
const HEADER_BYTES = 4
const BLOCK_BYTES = BLOCK_WORDS * 4 - HEADER_BYTES
/** 512 KiB of blocks at a time. */
const SEGMENT_BLOCKS = 1 << 14

/**
 * Strings of bytes of any length, each in a chain of blocks of one size. Every freed block serves every later string,
 * so nothing is ever moved to fight fragmentation: storage is what the fullest moment took, in blocks of 28 bytes.
 */
export class ByteChains {
  readonly #blocks = new Rows(BLOCK_WORDS, SEGMENT_BLOCKS)

  /** Bytes of storage taken from the system. It never shrinks. */
  get capacityBytes(): number {
    return this.#blocks.capacityBytes
  }

  /** Keeps `[start, end)` of `bytes`, which is not empty, and answers the chain's first block. */
  add(bytes: Uint8Array, start: number, end: number): number {
    const first = this.#blocks.allocate()
    let block = first
    let from = start
    for (;;) {
      const to = this.#bytesOffset(block)
      const into = this.#blocks.byteSegment(block)
      const length = Math.min(end - from, BLOCK_BYTES)
      for (let index = 0; index < length; index += 1) into[to + index] = bytes[from + index] ?? 0
      from += length
      if (from === end) break
      const next = this.#blocks.allocate()
      this.#blocks.set(block, NEXT, next)
      block = next
    }
    this.#blocks.set(block, NEXT, NO_ROW)
    return first
  }

  /** Writes the first `length` bytes of the chain at `first` into `into` from `at` on. */
  copy(first: number, length: number, into: Uint8Array, at: number): void {
    let left = length
    let to = at
    for (let block = first; left > 0; block = this.#blocks.get(block, NEXT)) {
      const from = this.#bytesOffset(block)
      const count = Math.min(left, BLOCK_BYTES)
      const bytes = this.#blocks.byteSegment(block)
      for (let index = 0; index < count; index += 1) into[to + index] = bytes[from + index] ?? 0
      left -= count
      to += count
    }
  }

  /** Forgets the chain at `first`. */
  remove(first: number): void {
    for (let block = first; block !== NO_ROW; ) {
      const next = this.#blocks.get(block, NEXT)
      this.#blocks.free(block)
      block = next
    }
  }

  #bytesOffset(block: number): number {
    return this.#blocks.offset(block) * 4 + HEADER_BYTES
  }
}
