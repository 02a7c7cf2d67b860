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

  /** Whether an image with this place would be kept. */
  wants(place: SortPlace): boolean {
    if (this.#after !== undefined && comparePlaces(place, this.#after) <= 0) return false
    const last = this.#heap[0]
    return this.#heap.length < this.#most || last === undefined || comparePlaces(place, last) < 0
  }

  /** Whether a place by number is seen at a glance not to be wanted: it comes after all of a full page. */
  isBeyond(number: number, sequence: number): boolean {
    const last = this.#heap[0]
    if (last?.number === undefined || this.#heap.length < this.#most) return false
    return number < last.number || (number === last.number && sequence <= last.sequence)
  }

  /** The same for a name, the first `length` of `bytes`; what is alike as far as both go is looked at more closely. */
  isNameBeyond(bytes: Uint8Array, length: number): boolean {
    const last = this.#heap[0]?.name
    if (last === undefined || this.#heap.length < this.#most) return false
    const shared = Math.min(length, last.length)
    for (let at = 0; at < shared; at += 1) {
      const difference = (bytes[at] ?? 0) - (last[at] ?? 0)
      if (difference !== 0) return difference > 0
    }
    return length > last.length
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

  /** The images kept, in order. */
  get images(): readonly PlacedImage[] {
    return [...this.#heap].sort(comparePlaces)
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

/** Names from the first byte on; numbers from the largest; then what came last. */
function comparePlaces(one: SortPlace, other: SortPlace): number {
  if (one.name !== undefined && other.name !== undefined) {
    const { name } = one
    const { name: otherName } = other
    const shared = Math.min(name.length, otherName.length)
    for (let at = 0; at < shared; at += 1) {
      const difference = (name[at] ?? 0) - (otherName[at] ?? 0)
      if (difference !== 0) return difference
    }
    if (name.length !== otherName.length) return name.length - otherName.length
  } else if (one.number !== undefined && other.number !== undefined && one.number !== other.number) {
    return other.number - one.number
  }
  return other.sequence - one.sequence
}
