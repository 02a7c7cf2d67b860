import { CHUNK_PLACES, type ImageOrder } from '../image-order.ts'
import type { FoldedNames } from './folded-names.ts'

/**
 * Which names may hold a word: for every 8 places of the order, a Bloom filter (1970) of the three-byte pieces of their
 * folded names. A search passes over the places whose filter lacks a piece of one of its words, most of them where the word
 * is a rare one. Filters are made when a search first comes by and kept up by later ones, so that registrations pay nothing.
 */
export const BLOCK_PLACES = 8
const BLOCK_SHIFT = Math.log2(BLOCK_PLACES)
const BLOCKS_OF_CHUNK = CHUNK_PLACES / BLOCK_PLACES
/**
 * 256 bits: 8 names of 20 bytes set some two fifths of them, so a word of five letters is looked for amiss in one block of
 * fifteen. Larger blocks would save little time and often hold all of several words, but in different names.
 */
const FILTER_BITS = 8
const FILTER_WORDS = 2 ** FILTER_BITS / 32

/** Bytes of a piece; a word that is shorter is looked for everywhere. */
const PIECE_BYTES = 3

const NO_FILTERS = new Uint32Array(0)

/** Bits to look for in a filter: word and mask in turns. */
export type FilterBits = readonly number[]

export class NameSignatures {
  readonly #order: ImageOrder
  readonly #names: FoldedNames
  /** By chunk: 4 bytes for each place. As many as chunks, which images bound. */
  readonly #filters: Uint32Array[] = []
  /** The edition of the chunk that its filters were made of, and how many of its places they hold. */
  readonly #editions: number[] = []
  readonly #places: number[] = []

  constructor(order: ImageOrder, names: FoldedNames) {
    this.#order = order
    this.#names = names
  }

  /** Bytes of storage taken from the system. It never shrinks. */
  get capacityBytes(): number {
    return this.#filters.length * BLOCKS_OF_CHUNK * FILTER_WORDS * Uint32Array.BYTES_PER_ELEMENT
  }

  /**
   * The last place of `chunk` up to `from` in whose block names may hold what `bits` stand for; -1 where there is none.
   * The chunk's filters are up to date.
   */
  lastCandidate(chunk: number, from: number, bits: FilterBits): number {
    const filters = this.#filters[chunk] ?? NO_FILTERS
    for (let place = from; place >= 0; place = (place | (BLOCK_PLACES - 1)) - BLOCK_PLACES) {
      const start = (place >> BLOCK_SHIFT) * FILTER_WORDS
      let index = 0
      while (
        index < bits.length &&
        ((filters[start + (bits[index] ?? 0)] ?? 0) & (bits[index + 1] ?? 0)) !== 0
      ) {
        index += 2
      }
      if (index >= bits.length) return place
    }
    return -1
  }

  /** Brings the filters of a chunk up to date, after its names were, and answers how many names that took. */
  update(chunk: number): number {
    const edition = this.#order.editionOf(chunk)
    const places = this.#order.placesIn(chunk)
    let filters = this.#filters[chunk]
    if (filters === undefined || this.#editions[chunk] !== edition) {
      filters ??= new Uint32Array(BLOCKS_OF_CHUNK * FILTER_WORDS)
      filters.fill(0)
      this.#filters[chunk] = filters
      this.#editions[chunk] = edition
      this.#places[chunk] = 0
    }
    const from = this.#places[chunk] ?? 0
    const text = this.#names.textOf(chunk)
    const starts = this.#names.startsOf(chunk)
    for (let place = from; place < places; place += 1) {
      const block = (place >> BLOCK_SHIFT) * FILTER_WORDS
      const end = (starts[place + 1] ?? 0) - 1
      for (let at = starts[place] ?? 0; at + PIECE_BYTES <= end; at += 1) {
        const bit = bitOf(text, at)
        const word = block + (bit >>> 5)
        filters[word] = (filters[word] ?? 0) | (1 << (bit & 31))
      }
    }
    this.#places[chunk] = places
    return places - from
  }
}

/** The bits of a filter that every name holding all of `words` sets. */
export function filterBitsOf(words: readonly Uint8Array[]): FilterBits {
  const bits = new Set<number>()
  for (const word of words) {
    for (let at = 0; at + PIECE_BYTES <= word.length; at += 1) bits.add(bitOf(word, at))
  }
  return [...bits].flatMap(bit => [bit >>> 5, 1 << (bit & 31)])
}

/** Multiplicative hashing (Knuth 6.4) of the piece at `at`. */
function bitOf(bytes: Uint8Array, at: number): number {
  const piece = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
  return Math.imul(piece, 0x9e37_79b1) >>> (32 - FILTER_BITS)
}
