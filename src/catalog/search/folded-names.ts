import { MAX_NAME_BYTES } from '../../protocol/limits.ts'
import { CHUNK_PLACES } from '../image-order.ts'
import type { Images } from '../images.ts'
import { NO_ROW } from '../rows.ts'
import { foldName, MAX_FOLDED_BYTES } from './name-folding.ts'

const NO_TEXT = Buffer.alloc(0)
const NO_STARTS = new Uint32Array(0)

/** A name as it is registered. */
const NAME = new Uint8Array(MAX_NAME_BYTES)
/** The text of a chunk while it is made: the longest there may be. */
const TEXT = new Uint8Array(CHUNK_PLACES * (MAX_FOLDED_BYTES + 1))

/**
 * The folded names of images by their places in the order: for each chunk one text, each name followed by a NUL, which is
 * in no name. A search reads them one after another, where the names themselves lie anywhere in memory and would have to be
 * folded each time. They are made when a search first comes by and kept up by later ones, so that registrations pay nothing;
 * they take about as much memory as the names do.
 */
export class FoldedNames {
  readonly #images: Images
  /** By chunk, of which images bound how many there are. */
  readonly #texts: Buffer[] = []
  readonly #starts: Uint32Array[] = []
  /** The edition of the chunk that its text was made of, and how many of its places it holds. */
  readonly #editions: number[] = []
  readonly #places: number[] = []
  #textBytes = 0

  constructor(images: Images) {
    this.#images = images
  }

  /** Bytes of storage taken from the system. */
  get capacityBytes(): number {
    return this.#textBytes + this.#texts.length * (CHUNK_PLACES + 1) * Uint32Array.BYTES_PER_ELEMENT
  }

  /** Brings the text of a chunk up to date, and answers how many names were folded for it. */
  update(chunk: number): number {
    const { order } = this.#images
    const edition = order.editionOf(chunk)
    const places = order.placesIn(chunk)
    const isKept = this.#editions[chunk] === edition
    const from = isKept ? (this.#places[chunk] ?? 0) : 0
    if (isKept && from === places) return 0
    const before = this.textOf(chunk)
    const starts = this.#starts[chunk] ?? new Uint32Array(CHUNK_PLACES + 1)
    let end = isKept ? before.length : 0
    TEXT.set(before.subarray(0, end))
    for (let place = from; place < places; place += 1) {
      const image = order.imageAt(chunk, place)
      if (image !== NO_ROW) end = foldName(NAME, this.#images.copyName(image, NAME, 0), TEXT, end)
      TEXT[end] = 0
      end += 1
      starts[place + 1] = end
    }
    this.#texts[chunk] = Buffer.from(TEXT.slice(0, end).buffer)
    this.#starts[chunk] = starts
    this.#editions[chunk] = edition
    this.#places[chunk] = places
    this.#textBytes += end - before.length
    return places - from
  }

  /** The text of a chunk, as it was last brought up to date; valid until it is the next time. */
  textOf(chunk: number): Buffer {
    return this.#texts[chunk] ?? NO_TEXT
  }

  /** Where the names of a chunk's places begin in its text; each ends one byte before the next one begins. */
  startsOf(chunk: number): Uint32Array {
    return this.#starts[chunk] ?? NO_STARTS
  }
}
