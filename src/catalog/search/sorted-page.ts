import type { SortPlace } from './page-cursor.ts'

/** An image of a page, and where it stands. */
export interface PlacedImage extends SortPlace {
  readonly image: number
}

/**
 * The first so many images of those that are offered, in the order of a sort: a heap (Knuth 5.2.3) with the last of them
 * in front, so that what does not belong to the page is seen by one comparison.
 */
export class SortedPage {
  readonly #most: number
  readonly #after: SortPlace | undefined
  readonly #heap: PlacedImage[] = []

  /** Keeps at most `most` of those that stand after `after`. */
  constructor(most: number, after: SortPlace | undefined) {
    this.#most = most
    this.#after = after
  }

  /** The numbers of the images that may still belong to the page: from the one that its last image has to that of the place before. */
  get leastNumber(): number {
    return this.#last?.number ?? Number.NEGATIVE_INFINITY
  }

  get greatestNumber(): number {
    return this.#after?.number ?? Number.POSITIVE_INFINITY
  }

  /** Whether an image with this place belongs to the page, as far as it is known. */
  wants(place: SortPlace): boolean {
    if (this.#after !== undefined && comparePlaces(place, this.#after) <= 0) return false
    const last = this.#last
    return last === undefined || comparePlaces(place, last) < 0
  }

  /** Keeps an image that is wanted. */
  add(placed: PlacedImage): void {
    const heap = this.#heap
    if (heap.length < this.#most) {
      heap.push(placed)
      this.#rise(heap.length - 1)
    } else {
      heap[0] = placed
      this.#sink()
    }
  }

  /**
   * Takes out the images kept, in order, without the first `offset`, which stay: the last of them come from the front of
   * the heap, and those before them need not be sorted.
   */
  takeFrom(offset: number): readonly PlacedImage[] {
    const heap = this.#heap
    if (offset === 0) return heap.splice(0).sort(comparePlaces)
    const taken: PlacedImage[] = []
    while (heap.length > offset) {
      const [last] = heap
      const end = heap.pop()
      if (last === undefined || end === undefined) break
      taken.push(last)
      if (heap.length > 0) heap[0] = end
      this.#sink()
    }
    return taken.reverse()
  }

  /** The last image of a page that is full. */
  get #last(): PlacedImage | undefined {
    return this.#heap.length < this.#most ? undefined : this.#heap[0]
  }

  #rise(from: number): void {
    const heap = this.#heap
    for (let at = from; at > 0; ) {
      const above = (at - 1) >> 1
      if (this.#compareAt(above, at) >= 0) return
      ;[heap[at], heap[above]] = [heap[above] as PlacedImage, heap[at] as PlacedImage]
      at = above
    }
  }

  #sink(): void {
    const heap = this.#heap
    for (let at = 0; ; ) {
      let last = at
      for (const below of [2 * at + 1, 2 * at + 2]) {
        if (below < heap.length && this.#compareAt(below, last) > 0) last = below
      }
      if (last === at) return
      ;[heap[at], heap[last]] = [heap[last] as PlacedImage, heap[at] as PlacedImage]
      at = last
    }
  }

  #compareAt(one: number, other: number): number {
    return comparePlaces(this.#heap[one] as PlacedImage, this.#heap[other] as PlacedImage)
  }
}

/** Numbers from the largest; names from the first byte on; then what came last. */
function comparePlaces(one: SortPlace, other: SortPlace): number {
  if (one.number !== other.number) return other.number - one.number
  if (one.name !== undefined && other.name !== undefined) {
    const difference = Buffer.compare(one.name, other.name)
    if (difference !== 0) return difference
  }
  return other.sequence - one.sequence
}
