import { DIGEST_WORDS } from '../protocol/encoded-list.ts'
import type { Images } from './images.ts'

/** Changes that are kept, a power of two: who was away for longer lists anew. 24 bytes each. */
const KEPT_CHANGES = 1 << 16
const CHANGE_MASK = KEPT_CHANGES - 1

/** Fields of a change, in words. */
const KIND = 0
const DIGEST = 1
const CHANGE_WORDS = DIGEST + DIGEST_WORDS

const IMAGE = 1
const GONE = 2

/** One change: an image that is new or has other owners or details than before, or is gone. */
export interface ImageChange {
  readonly number: number
  readonly kind: 'image' | 'gone'
  /** The words among which the digest stands, from `start` on; valid until the next change. */
  readonly words: Uint32Array
  readonly start: number
}

/**
 * The last changes of the catalog's images, numbered one after another, for those who watch. While nobody does, nothing is kept
 * and nothing is paid for it; the numbers go on.
 */
export class ChangeLog {
  readonly #images: Images
  #words: Uint32Array | undefined
  /** The number of the last change. */
  #last: number
  /** The number of the first change that is kept. */
  #first: number

  /** `before` is below every number it gives out; that of another process is not taken for one of ours. */
  constructor(images: Images, before: number) {
    this.#images = images
    this.#last = before
    this.#first = before + 1
  }

  get last(): number {
    return this.#last
  }

  /** Begins to keep changes. */
  open(): void {
    if (this.#words !== undefined) return
    this.#words = new Uint32Array(KEPT_CHANGES * CHANGE_WORDS)
    this.#first = this.#last + 1
  }

  /** Keeps none any more, and forgets those that were kept. */
  close(): void {
    this.#words = undefined
  }

  /** Whether all changes after number `after` are kept. */
  hasAllAfter(after: number): boolean {
    if (after > this.#last) return false
    if (this.#words === undefined) return after === this.#last
    return after >= Math.max(this.#first, this.#last - KEPT_CHANGES + 1) - 1
  }

  /** The change of a number that is kept. */
  at(number: number): ImageChange | undefined {
    const words = this.#words
    if (words === undefined || number > this.#last || !this.hasAllAfter(number - 1)) return undefined
    const at = (number & CHANGE_MASK) * CHANGE_WORDS
    return { number, kind: words[at + KIND] === GONE ? 'gone' : 'image', words, start: at + DIGEST }
  }

  imageChanged(image: number): void {
    this.#last += 1
    if (this.#words !== undefined) this.#keep(this.#words, IMAGE, image)
  }

  imageGone(image: number): void {
    this.#last += 1
    if (this.#words !== undefined) this.#keep(this.#words, GONE, image)
  }

  #keep(words: Uint32Array, kind: number, image: number): void {
    const at = (this.#last & CHANGE_MASK) * CHANGE_WORDS
    words[at + KIND] = kind
    this.#images.copyDigest(image, words, at + DIGEST)
  }
}
