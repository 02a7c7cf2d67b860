import { NO_ROW, type Rows } from './rows.ts'

/**
 * A doubly linked list through two fields of the rows of images: any image leaves it, and any joins its end, at the
 * same small cost.
 */
export class ImageOrder {
  readonly #rows: Rows
  readonly #previous: number
  readonly #next: number
  #first: number = NO_ROW
  #last: number = NO_ROW

  /** `previousField` and `nextField` are this list's own. */
  constructor(rows: Rows, previousField: number, nextField: number) {
    this.#rows = rows
    this.#previous = previousField
    this.#next = nextField
  }

  get first(): number {
    return this.#first
  }

  /** The image after `image`, which is in the list; NO_ROW after the last. */
  next(image: number): number {
    return this.#rows.get(image, this.#next)
  }

  /** Adds an image that is not in the list. */
  append(image: number): void {
    const last = this.#last
    this.#rows.set(image, this.#previous, last)
    this.#rows.set(image, this.#next, NO_ROW)
    if (last === NO_ROW) this.#first = image
    else this.#rows.set(last, this.#next, image)
    this.#last = image
  }

  /** Takes out an image that is in the list. */
  remove(image: number): void {
    const previous = this.#rows.get(image, this.#previous)
    const next = this.#rows.get(image, this.#next)
    if (previous === NO_ROW) this.#first = next
    else this.#rows.set(previous, this.#next, next)
    if (next === NO_ROW) this.#last = previous
    else this.#rows.set(next, this.#previous, previous)
  }
}
