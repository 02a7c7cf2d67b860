import type { ImageOrder } from './image-order.ts'
import { NO_ROW } from './rows.ts'

/**
 * A walk over an order of images, upwards or downwards. It is valid until the order changes; whoever goes on after that
 * begins a new one at the sequence number it had reached.
 */
export class OrderWalk {
  readonly #order: ImageOrder
  readonly #step: 1 | -1
  readonly #isOfIPv4: boolean
  #ordinal: number
  #chunk: number
  #place: number
  #image: number = NO_ROW

  /**
   * Begins at the first image whose sequence number is at least (upwards) or at most (downwards) `from`. `isOfIPv4` passes
   * over the images that IPv4 askers do not see.
   */
  constructor(order: ImageOrder, direction: 'up' | 'down', from: number, isOfIPv4 = false) {
    this.#order = order
    this.#step = direction === 'up' ? 1 : -1
    this.#isOfIPv4 = isOfIPv4
    this.#ordinal = Math.max(0, order.ordinalOf(from))
    this.#chunk = order.chunkAt(this.#ordinal)
    this.#place = this.#placeFrom(from)
    this.#settle()
  }

  /** The image the walk stands at, or NO_ROW at its end; the next three tell where that is. */
  get image(): number {
    return this.#image
  }

  get sequence(): number {
    return this.#order.sequenceAt(this.#chunk, this.#place)
  }

  get chunk(): number {
    return this.#chunk
  }

  get place(): number {
    return this.#place
  }

  next(): void {
    this.#place += this.#step
    this.#settle()
  }

  /** Goes on at `place` of this chunk, or where the next image after it stands. */
  skipTo(place: number): void {
    this.#place = place
    this.#settle()
  }

  /** The first place in question of the chunk: its sequence numbers grow from place to place. */
  #placeFrom(from: number): number {
    let low = 0
    let high = this.#order.placesIn(this.#chunk)
    while (low < high) {
      const middle = (low + high) >>> 1
      const sequence = this.#order.sequenceAt(this.#chunk, middle)
      if (this.#step === 1 ? sequence < from : sequence <= from) low = middle + 1
      else high = middle
    }
    return this.#step === 1 ? low : low - 1
  }

  #settle(): void {
    const order = this.#order
    for (;;) {
      const isPassedOver = this.#isOfIPv4 && !order.isAnySeenByIPv4(this.#chunk)
      if (isPassedOver || this.#place < 0 || this.#place >= order.placesIn(this.#chunk)) {
        this.#ordinal += this.#step
        this.#chunk = order.chunkAt(this.#ordinal)
        this.#image = NO_ROW
        if (this.#chunk === -1) return
        this.#place = this.#step === 1 ? 0 : order.placesIn(this.#chunk) - 1
        continue
      }
      this.#image = order.imageAt(this.#chunk, this.#place)
      if (this.#image !== NO_ROW && (!this.#isOfIPv4 || order.isSeenByIPv4At(this.#chunk, this.#place)))
        return
      this.#place += this.#step
    }
  }
}
