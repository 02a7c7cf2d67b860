import { CHUNK_PLACES } from '../image-order.ts'
import type { Images } from '../images.ts'
import { NO_ROW } from '../rows.ts'

const NO_NUMBERS = new Float64Array(0)

/**
 * A number by which images are sorted, the largest first, by their places in the order: a search reads them one after
 * another, where images and their details lie anywhere in memory. They are made when a search sorted so first comes by and
 * kept up by later ones, as the names are.
 */
export class SortNumbers {
  readonly #images: Images
  readonly #numberOf: (image: number, chunk: number, place: number) => number
  /** By chunk: 8 bytes for each place. As many as chunks, which images bound. */
  readonly #numbers: Float64Array[] = []
  /** The edition and the revision of the chunk that its numbers are of, and how many of its places they hold. */
  readonly #editions: number[] = []
  readonly #revisions: number[] = []
  readonly #places: number[] = []

  /** `numberOf` is the number of an image at a place of a chunk. */
  constructor(images: Images, numberOf: (image: number, chunk: number, place: number) => number) {
    this.#images = images
    this.#numberOf = numberOf
  }

  /** Bytes of storage taken from the system. It never shrinks. */
  get capacityBytes(): number {
    return this.#numbers.length * CHUNK_PLACES * Float64Array.BYTES_PER_ELEMENT
  }

  /** Brings the numbers of a chunk up to date, and answers how many images were looked at for it. */
  update(chunk: number): number {
    const { order } = this.#images
    const edition = order.editionOf(chunk)
    const revision = order.revisionOf(chunk)
    const places = order.placesIn(chunk)
    const isKept = this.#editions[chunk] === edition && this.#revisions[chunk] === revision
    const from = isKept ? (this.#places[chunk] ?? 0) : 0
    if (from === places) return 0
    const numbers = this.#numbers[chunk] ?? new Float64Array(CHUNK_PLACES)
    for (let place = from; place < places; place += 1) {
      const image = order.imageAt(chunk, place)
      if (image !== NO_ROW) numbers[place] = this.#numberOf(image, chunk, place)
    }
    this.#numbers[chunk] = numbers
    this.#editions[chunk] = edition
    this.#revisions[chunk] = revision
    this.#places[chunk] = places
    return places - from
  }

  /** The numbers of a chunk by place, as they were last brought up to date; of a place whose image left, any. */
  numbersOf(chunk: number): Float64Array {
    return this.#numbers[chunk] ?? NO_NUMBERS
  }
}

/** Bytes that a number holds exactly. */
const PREFIX_BYTES = 6

/** A number for the name in `[start, end)` of `text` that is the larger, the sooner the name comes; alike for names that begin alike. */
export function prefixNumber(text: Uint8Array, start: number, end: number): number {
  let number = 0
  for (let at = start; at < start + PREFIX_BYTES; at += 1) {
    number = number * 256 + (at < end ? (text[at] ?? 0) : 0)
  }
  return -number
}
