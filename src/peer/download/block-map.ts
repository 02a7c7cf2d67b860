/** A piece of an image that one owner is asked for at a time. */
export interface Block<Giver> {
  readonly index: number
  /** First byte, within the image. */
  readonly from: number
  /** Bytes that are there, counted from its start. */
  filled: number
  /** An owner is sending it. */
  taken: boolean
  /** Who gave bytes of it. */
  readonly givers: Set<Giver>
}

/** Bytes of a block: an owner that disappears costs at most these; a request for each costs one round trip. */
export const BLOCK_BYTES: number = 8 * 1024 ** 2

/** Which bytes of an image are there, and who gave them. Grows as far as something is written. */
export class BlockMap<Giver> {
  /** Bytes of the image, once somebody said. */
  size: number | undefined
  readonly #blocks: Block<Giver>[] = []
  #whole = 0

  /** `prefix` bytes at the beginning are there already, from nobody in particular. */
  constructor(prefix = 0) {
    for (let from = 0; from < prefix; from += BLOCK_BYTES)
      this.#at(from / BLOCK_BYTES).filled = Math.min(BLOCK_BYTES, prefix - from)
  }

  /** Bytes from the first one on without a gap. */
  get prefix(): number {
    while (this.#blocks[this.#whole]?.filled === BLOCK_BYTES) this.#whole += 1
    return this.#whole * BLOCK_BYTES + (this.#blocks[this.#whole]?.filled ?? 0)
  }

  get isComplete(): boolean {
    return this.size !== undefined && this.prefix >= this.size
  }

  /** Those something was given of. */
  get blocks(): readonly Block<Giver>[] {
    return this.#blocks
  }

  /** The first block that is neither whole nor being sent, at most `ahead` blocks after the first gap. */
  next(ahead: number): Block<Giver> | undefined {
    const first = Math.floor(this.prefix / BLOCK_BYTES)
    for (let index = first; index <= first + ahead; index += 1) {
      if (this.size !== undefined && index * BLOCK_BYTES >= this.size) return undefined
      const block = this.#at(index)
      if (!block.taken && block.filled < this.lengthOf(block)) return block
    }
    return undefined
  }

  lengthOf({ from }: Block<Giver>): number {
    return this.size === undefined ? BLOCK_BYTES : Math.min(BLOCK_BYTES, this.size - from)
  }

  /** `bytes` from `position` on were written, which is where their block was filled to, or before. */
  filled(position: number, bytes: number, giver: Giver): void {
    let at = position
    const end = position + bytes
    while (at < end) {
      const block = this.#at(Math.floor(at / BLOCK_BYTES))
      const upTo = Math.min(end, block.from + BLOCK_BYTES)
      block.filled = Math.max(block.filled, upTo - block.from)
      block.givers.add(giver)
      at = upTo
    }
  }

  /** Forgets what lies behind the first gap. */
  dropBehindPrefix(): void {
    this.#blocks.length = Math.min(this.#blocks.length, Math.ceil(this.prefix / BLOCK_BYTES))
  }

  #at(index: number): Block<Giver> {
    for (let next = this.#blocks.length; next <= index; next += 1)
      this.#blocks.push({
        ...{ index: next, from: next * BLOCK_BYTES, filled: 0, taken: false },
        givers: new Set(),
      })
    return this.#blocks[index] as Block<Giver>
  }
}
