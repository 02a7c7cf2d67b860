import { setBits } from '../../protocol/likeness.ts'
import { CHUNK_PLACES } from '../image-order.ts'
import type { Images } from '../images.ts'
import { NO_ROW } from '../rows.ts'

/** Of a chunk in which no likeness is known. */
const NO_WORDS = new Uint32Array(0)

/**
 * The likenesses of images by their places in the order: two words each, both 0 where none is known. A search reads them
 * one after another, which takes a few nanoseconds for each; no index of them is kept in any order, which would pay only for
 * likenesses that differ in very few bits. They are made when a search for a likeness first comes by and kept up by later
 * ones, as the names are.
 */
export class Likenesses {
  readonly #images: Images
  /** By chunk: 8 bytes for each place, none where none is known. As many as chunks, which images bound. */
  readonly #words: Uint32Array[] = []
  /** The edition and the revision of the chunk that its words are of, and how many of its places they hold. */
  readonly #editions: number[] = []
  readonly #revisions: number[] = []
  readonly #places: number[] = []
  #capacityBytes = 0

  constructor(images: Images) {
    this.#images = images
  }

  /** Bytes of storage taken from the system. It never shrinks. */
  get capacityBytes(): number {
    return this.#capacityBytes
  }

  /** Brings the likenesses of a chunk up to date, and answers how many images were looked at for it. */
  update(chunk: number): number {
    const { order, details } = this.#images
    const edition = order.editionOf(chunk)
    const revision = order.revisionOf(chunk)
    const places = order.placesIn(chunk)
    const isKept = this.#editions[chunk] === edition && this.#revisions[chunk] === revision
    const from = isKept ? (this.#places[chunk] ?? 0) : 0
    if (from === places) return 0
    let words = this.#words[chunk] ?? NO_WORDS
    for (let place = from; place < places; place += 1) {
      const image = order.imageAt(chunk, place)
      const row = image === NO_ROW ? NO_ROW : this.#images.detailsOf(image)
      const high = row === NO_ROW ? 0 : details.likenessWord(row, 0)
      const low = row === NO_ROW ? 0 : details.likenessWord(row, 1)
      if (words === NO_WORDS && (high | low) !== 0) words = this.#takeStorage()
      words[place * 2] = high
      words[place * 2 + 1] = low
    }
    this.#words[chunk] = words
    this.#editions[chunk] = edition
    this.#revisions[chunk] = revision
    this.#places[chunk] = places
    return places - from
  }

  /** Two words for each place of a chunk, the higher one first, as they were last brought up to date; none where none is known. */
  wordsOf(chunk: number): Uint32Array {
    return this.#words[chunk] ?? NO_WORDS
  }

  #takeStorage(): Uint32Array {
    const words = new Uint32Array(CHUNK_PLACES * 2)
    this.#capacityBytes += words.byteLength
    return words
  }
}

/** Bits in which the likeness at a place differs from that of two words. */
export function distanceAt(words: Uint32Array, place: number, high: number, low: number): number {
  return setBits((words[place * 2] ?? 0) ^ high, (words[place * 2 + 1] ?? 0) ^ low)
}

/** The last place from `from` down to `to` whose likeness differs in at most `most` bits; below `to` where there is none. */
export function lastAlike(
  words: Uint32Array,
  from: number,
  to: number,
  high: number,
  low: number,
  most: number,
): number {
  if (words.length === 0) return to - 1
  let place = from
  for (; place >= to; place -= 1) {
    if (distanceAt(words, place, high, low) <= most && isKnownAt(words, place)) break
  }
  return place
}

function isKnownAt(words: Uint32Array, place: number): boolean {
  return ((words[place * 2] ?? 0) | (words[place * 2 + 1] ?? 0)) !== 0
}
