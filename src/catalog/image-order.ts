import { Likenesses } from './likenesses.ts'
import { NO_ROW, type Rows } from './rows.ts'

/**
 * The order in which images came: an unrolled list (Shao et al., 1994) of chunks, each a run of places. An image knows
 * its place, so that it leaves by clearing one word, and a chunk that has become sparse joins its neighbour: nothing ever
 * takes longer than one chunk does, whatever the order holds. Places stand outside the images' rows, so that an image that
 * comes or goes does not touch the rows of those beside it, which lie anywhere in memory.
 */

/** Places of a chunk, a power of two: joining two of them, the longest single wait, takes some ten microseconds. */
export const CHUNK_PLACES = 512
const PLACE_SHIFT = Math.log2(CHUNK_PLACES)
const PLACE_MASK = CHUNK_PLACES - 1
/** A place is two words: the image or NO_ROW, in the top bit of the first whether IPv4 askers see it, and its sequence number less the chunk's first. */
const PLACE_WORDS = 2
const SEEN_BY_IPV4 = 0x8000_0000
const IMAGE_MASK = 0x7fff_ffff
/** Images in a chunk at which it looks for a neighbour to join, and in both at which it does: so that each is a third full. */
const SPARSE_IMAGES = CHUNK_PLACES / 4
const JOINED_IMAGES = CHUNK_PLACES - SPARSE_IMAGES
/** Sequence numbers of one chunk differ by less. */
const MAX_SPAN = 2 ** 32

const NOTHING = new Uint32Array(0)

export class ImageOrder {
  readonly #rows: Rows
  readonly #placeField: number
  /** The storage of each chunk, by the chunk's number. As many as the fullest moment took. */
  readonly #chunks: Uint32Array[] = []
  /** Images, those of them that IPv4 askers see, places in use, and the first sequence number of each chunk. */
  readonly #images: number[] = []
  readonly #ipv4Images: number[] = []
  readonly #places: number[] = []
  readonly #firstSequences: number[] = []
  /** How often the places of each chunk were given to other images: what is kept about them elsewhere is void then. */
  readonly #editions: number[] = []
  /** How often something about an image of each chunk changed that others keep by place. */
  readonly #revisions: number[] = []
  /** How the images look, by place: it goes with them from place to place. */
  readonly likenesses: Likenesses = new Likenesses(CHUNK_PLACES)
  readonly #freeChunks: number[] = []
  /** The chunks in order. Only the last takes further images. */
  readonly #sequence: number[] = []
  #count = 0
  /** The last chunk, which takes further images; -1 where there is none. */
  #tail = -1

  /** `placeField` is this order's own in the images' rows. */
  constructor(rows: Rows, placeField: number) {
    this.#rows = rows
    this.#placeField = placeField
  }

  /** Images in the order. */
  get count(): number {
    return this.#count
  }

  /** Bytes of storage taken from the system. It never shrinks. */
  get capacityBytes(): number {
    const places = this.#chunks.length * CHUNK_PLACES * PLACE_WORDS * Uint32Array.BYTES_PER_ELEMENT
    return places + this.likenesses.capacityBytes
  }

  /** Adds an image that is not in the order, under a sequence number above all there are; its likeness is not known. */
  append(image: number, sequence: number, isSeenByIPv4: boolean): void {
    let chunk = this.#tail
    if (
      chunk === -1 ||
      (this.#places[chunk] ?? 0) === CHUNK_PLACES ||
      sequence - (this.#firstSequences[chunk] ?? 0) >= MAX_SPAN
    ) {
      chunk = this.#addChunk(sequence)
    }
    const place = this.#places[chunk] ?? 0
    this.#put(chunk, place, image, sequence, isSeenByIPv4)
    this.likenesses.set(chunk, place, 0, 0)
    this.#places[chunk] = place + 1
    this.#images[chunk] = (this.#images[chunk] ?? 0) + 1
    if (isSeenByIPv4) this.#ipv4Images[chunk] = (this.#ipv4Images[chunk] ?? 0) + 1
    this.#count += 1
  }

  /** Takes out an image that is in the order. */
  remove(image: number): void {
    const at = this.#rows.get(image, this.#placeField)
    const chunk = at >>> PLACE_SHIFT
    const places = this.#chunks[chunk] ?? NOTHING
    const word = (at & PLACE_MASK) * PLACE_WORDS
    if (((places[word] ?? 0) & SEEN_BY_IPV4) !== 0)
      this.#ipv4Images[chunk] = (this.#ipv4Images[chunk] ?? 1) - 1
    places[word] = NO_ROW
    const left = (this.#images[chunk] ?? 0) - 1
    this.#images[chunk] = left
    this.#count -= 1
    if (left === 0) this.#dropChunk(chunk)
    else if (left <= SPARSE_IMAGES && left % 32 === 0) this.#joinNeighbour(chunk)
  }

  /** Says whether IPv4 askers see an image that is in the order. */
  setSeenByIPv4(image: number, isSeen: boolean): void {
    const at = this.#rows.get(image, this.#placeField)
    const chunk = at >>> PLACE_SHIFT
    const places = this.#chunks[chunk] ?? NOTHING
    const word = (at & PLACE_MASK) * PLACE_WORDS
    const wasSeen = ((places[word] ?? 0) & SEEN_BY_IPV4) !== 0
    if (wasSeen === isSeen) return
    places[word] = isSeen ? image | SEEN_BY_IPV4 : image
    this.#ipv4Images[chunk] = (this.#ipv4Images[chunk] ?? 0) + (isSeen ? 1 : -1)
  }

  /** Keeps the words of the likeness of an image that is in the order; both are 0 for none. */
  setLikeness(image: number, high: number, low: number): void {
    const at = this.#rows.get(image, this.#placeField)
    this.likenesses.set(at >>> PLACE_SHIFT, at & PLACE_MASK, high, low)
  }

  /** The higher (0) or the lower (1) 32 bits of the likeness of an image that is in the order; both are 0 where it is not known. */
  likenessWord(image: number, word: 0 | 1): number {
    const at = this.#rows.get(image, this.#placeField)
    return this.likenesses.word(at >>> PLACE_SHIFT, at & PLACE_MASK, word)
  }

  /** Whether `image`, which may long be another or none, is still the one with this sequence number. */
  has(image: number, sequence: number): boolean {
    const at = this.#rows.get(image, this.#placeField)
    const chunk = at >>> PLACE_SHIFT
    const place = at & PLACE_MASK
    return (
      place < this.placesIn(chunk) &&
      this.imageAt(chunk, place) === image &&
      this.sequenceAt(chunk, place) === sequence
    )
  }

  /** The sequence number of an image that is in the order. */
  sequenceOf(image: number): number {
    const at = this.#rows.get(image, this.#placeField)
    const chunk = at >>> PLACE_SHIFT
    const places = this.#chunks[chunk] ?? NOTHING
    return (this.#firstSequences[chunk] ?? 0) + (places[(at & PLACE_MASK) * PLACE_WORDS + 1] ?? 0)
  }

  /** Chunks there are, by their place in the order from 0 on; the next three take such a place. */
  get chunkCount(): number {
    return this.#sequence.length
  }

  /** The number of a chunk, its own for as long as it has images. */
  chunkAt(ordinal: number): number {
    return this.#sequence[ordinal] ?? -1
  }

  /** Places in use in a chunk, those of images that left among them. */
  placesIn(chunk: number): number {
    return this.#places[chunk] ?? 0
  }

  /** Another number each time that the places of a chunk were given to other images. */
  editionOf(chunk: number): number {
    return this.#editions[chunk] ?? 0
  }

  /** Another number each time that details or the number of owners changed of an image of a chunk. */
  revisionOf(chunk: number): number {
    return this.#revisions[chunk] ?? 0
  }

  /** Notes that something about an image that is in the order changed, see {@link revisionOf}. */
  revise(image: number): void {
    const chunk = this.#rows.get(image, this.#placeField) >>> PLACE_SHIFT
    this.#revisions[chunk] = (this.#revisions[chunk] ?? 0) + 1
  }

  /** The storage of a chunk: {@link imageInPlaces} reads it. Valid until the order changes. */
  placesOf(chunk: number): Uint32Array {
    return this.#chunks[chunk] ?? NOTHING
  }

  /** The image at a place of a chunk, or NO_ROW where it left. */
  imageAt(chunk: number, place: number): number {
    return ((this.#chunks[chunk] ?? NOTHING)[place * PLACE_WORDS] ?? NO_ROW) & IMAGE_MASK
  }

  /** Whether IPv4 askers see the image at a place. */
  isSeenByIPv4At(chunk: number, place: number): boolean {
    return (((this.#chunks[chunk] ?? NOTHING)[place * PLACE_WORDS] ?? 0) & SEEN_BY_IPV4) !== 0
  }

  /** Whether IPv4 askers see any image of a chunk. */
  isAnySeenByIPv4(chunk: number): boolean {
    return (this.#ipv4Images[chunk] ?? 0) > 0
  }

  /** The sequence number of a place, also of one whose image left. */
  sequenceAt(chunk: number, place: number): number {
    const after = (this.#chunks[chunk] ?? NOTHING)[place * PLACE_WORDS + 1] ?? 0
    return (this.#firstSequences[chunk] ?? 0) + after
  }

  /** The sequence number with which a chunk begins. */
  firstSequenceOf(chunk: number): number {
    return this.#firstSequences[chunk] ?? 0
  }

  /** Where the last chunk stands that begins with a sequence number of at most `sequence`; -1 where none does. */
  ordinalOf(sequence: number): number {
    let low = 0
    let high = this.#sequence.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#firstSequences[this.#sequence[middle] ?? 0] ?? 0) <= sequence) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  #put(chunk: number, place: number, image: number, sequence: number, isSeenByIPv4: boolean): void {
    const places = this.#chunks[chunk] ?? NOTHING
    places[place * PLACE_WORDS] = isSeenByIPv4 ? image | SEEN_BY_IPV4 : image
    places[place * PLACE_WORDS + 1] = sequence - (this.#firstSequences[chunk] ?? 0)
    this.#rows.set(image, this.#placeField, (chunk << PLACE_SHIFT) | place)
  }

  #addChunk(firstSequence: number): number {
    let chunk = this.#freeChunks.pop()
    if (chunk === undefined) {
      chunk = this.#chunks.length
      this.#chunks.push(new Uint32Array(CHUNK_PLACES * PLACE_WORDS))
      this.#editions.push(0)
      this.#revisions.push(0)
    }
    this.#images[chunk] = 0
    this.#ipv4Images[chunk] = 0
    this.#places[chunk] = 0
    this.#firstSequences[chunk] = firstSequence
    this.#sequence.push(chunk)
    this.#tail = chunk
    return chunk
  }

  #dropChunk(chunk: number): void {
    this.#editions[chunk] = (this.#editions[chunk] ?? 0) + 1
    const ordinal = this.ordinalOf(this.#firstSequences[chunk] ?? 0)
    this.#sequence.splice(ordinal, 1)
    this.#tail = this.#sequence[this.#sequence.length - 1] ?? -1
    this.#freeChunks.push(chunk)
  }

  #joinNeighbour(chunk: number): void {
    const ordinal = this.ordinalOf(this.#firstSequences[chunk] ?? 0)
    const last = this.#sequence.length - 1
    if (ordinal === last) return
    if (this.#join(ordinal - 1, ordinal)) return
    if (ordinal + 1 < last) this.#join(ordinal, ordinal + 1)
  }

  /** Moves the images of the chunk at `from` behind those of the chunk at `into`, if both fit well into one. */
  #join(into: number, from: number): boolean {
    const receiver = this.#sequence[into] ?? -1
    const giver = this.#sequence[from] ?? -1
    if (receiver === -1 || giver === -1) return false
    if ((this.#images[receiver] ?? 0) + (this.#images[giver] ?? 0) > JOINED_IMAGES) return false
    const lastSequence = this.sequenceAt(giver, (this.#places[giver] ?? 1) - 1)
    if (lastSequence - (this.#firstSequences[receiver] ?? 0) >= MAX_SPAN) return false
    let place = this.#moveImages(receiver, receiver, 0)
    place = this.#moveImages(giver, receiver, place)
    this.#images[receiver] = place
    this.#ipv4Images[receiver] = (this.#ipv4Images[receiver] ?? 0) + (this.#ipv4Images[giver] ?? 0)
    this.#places[receiver] = place
    this.#editions[receiver] = (this.#editions[receiver] ?? 0) + 1
    this.#images[giver] = 0
    this.#dropChunk(giver)
    return true
  }

  #moveImages(from: number, into: number, firstPlace: number): number {
    let to = firstPlace
    const places = this.#places[from] ?? 0
    for (let place = 0; place < places; place += 1) {
      const image = this.imageAt(from, place)
      if (image === NO_ROW) continue
      this.#put(into, to, image, this.sequenceAt(from, place), this.isSeenByIPv4At(from, place))
      this.likenesses.copy(from, place, into, to)
      to += 1
    }
    return to
  }
}

/** The image at a place of a chunk whose storage is at hand, or NO_ROW where it left. */
export function imageInPlaces(places: Uint32Array, place: number): number {
  return (places[place * PLACE_WORDS] ?? NO_ROW) & IMAGE_MASK
}

/** The sequence number of a place of a chunk whose storage is at hand, less the chunk's first one. */
export function sequenceInPlaces(places: Uint32Array, place: number): number {
  return places[place * PLACE_WORDS + 1] ?? 0
}
