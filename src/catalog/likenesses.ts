import { setBits } from '../protocol/likeness.ts'

/** Of a chunk in which no likeness is known. */
const NO_WORDS: Uint32Array = new Uint32Array(0)

/**
 * The likenesses of images by their places in the order: two words each, the higher one first, both 0 where none is known.
 * They stand here and nowhere else, so that a search reads them one after another, whatever rows the images have: a few
 * nanoseconds for each. No index of them is kept, which would pay only for likenesses that differ in very few bits.
 */
export class Likenesses {
  readonly #chunkPlaces: number
  /** By chunk: 8 bytes for each place, none where none was ever known. As many as chunks, which images bound. */
  readonly #words: Uint32Array[] = []
  #capacityBytes = 0

  /** Chunks have so many places each. */
  constructor(chunkPlaces: number) {
    this.#chunkPlaces = chunkPlaces
  }

  /** Bytes of storage taken from the system. It never shrinks. */
  get capacityBytes(): number {
    return this.#capacityBytes
  }

  /** Keeps the words of a likeness at a place; both are 0 for none. */
  set(chunk: number, place: number, high: number, low: number): void {
    let words = this.wordsOf(chunk)
    if (words === NO_WORDS) {
      if ((high | low) === 0) return
      words = this.#addChunk(chunk)
    }
    words[place * 2] = high
    words[place * 2 + 1] = low
  }

  /** Copies what is known at a place to another one. */
  copy(chunk: number, place: number, toChunk: number, toPlace: number): void {
    this.set(toChunk, toPlace, this.word(chunk, place, 0), this.word(chunk, place, 1))
  }

  /** The higher (0) or the lower (1) 32 bits of the likeness at a place; both are 0 where none is known. */
  word(chunk: number, place: number, word: 0 | 1): number {
    return this.wordsOf(chunk)[place * 2 + word] ?? 0
  }

  /** Two words for each place of a chunk, those of places whose image left among them; none at all where none is known. */
  wordsOf(chunk: number): Uint32Array {
    return this.#words[chunk] ?? NO_WORDS
  }

  #addChunk(chunk: number): Uint32Array {
    while (this.#words.length < chunk) this.#words.push(NO_WORDS)
    const words = new Uint32Array(this.#chunkPlaces * 2)
    this.#words[chunk] = words
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
