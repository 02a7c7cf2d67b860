/** Proportions (width by height) that a tile takes; what is longer is shown in part. */
export const NARROWEST = 0.45
export const WIDEST = 3.2

/** The proportion of a picture that stands behind another one and takes no room. */
export const NO_ROOM = -Infinity

/** How rows are made. Lengths in pixels. */
export interface RowShape {
  readonly width: number
  /** The height that rows come close to. */
  readonly height: number
  readonly gap: number
}

/** Where a tile stands. */
export interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** A list of numbers that grows, in one piece of memory. */
class Numbers<Type extends Float32Array | Float64Array | Int32Array> {
  #values: Type
  length = 0
  readonly #make: (length: number) => Type

  constructor(make: (length: number) => Type) {
    this.#make = make
    this.#values = make(1024)
  }

  at(index: number): number {
    return this.#values[index] ?? 0
  }

  push(value: number): void {
    if (this.length === this.#values.length) {
      const larger = this.#make(2 * this.length)
      larger.set(this.#values)
      this.#values = larger
    }
    this.#values[this.length] = value
    this.length += 1
  }
}

/**
 * Rows of pictures in their true proportions, each as wide as the wall: a row takes pictures until it would be lower than
 * wanted, and its height makes it fit. The last row is left as it is until more come. Twenty bytes for each row and four for
 * each picture: a million pictures take some eight megabytes.
 */
export class JustifiedRows {
  readonly #shape: RowShape
  readonly #proportions: Numbers<Float32Array>
  /** Of each whole row: its first picture, where it begins, and its height. */
  readonly #starts = new Numbers(length => new Int32Array(length))
  readonly #tops = new Numbers(length => new Float64Array(length))
  readonly #heights = new Numbers(length => new Float64Array(length))
  /** First picture of the row that is not whole, and the proportions it has so far. */
  #openStart = 0
  #openSum = 0
  /** Those of them that take room. */
  #openCount = 0
  #nextTop = 0

  constructor(shape: RowShape, proportions: Iterable<number> = []) {
    this.#shape = shape
    this.#proportions = new Numbers(length => new Float32Array(length))
    for (const proportion of proportions) this.append(proportion)
  }

  /** Pictures. */
  get count(): number {
    return this.#proportions.length
  }

  /** Rows, the one that is not whole among them. */
  get rowCount(): number {
    return this.#starts.length + (this.#openCount > 0 ? 1 : 0)
  }

  /** Height of all rows. */
  get height(): number {
    const open = this.#openCount > 0 ? this.#heightOf(this.#starts.length) : -this.#shape.gap
    return Math.max(0, this.#nextTop + open)
  }

  /** Adds a picture at the end. */
  append(proportion: number): void {
    if (proportion === NO_ROOM) {
      this.#proportions.push(NO_ROOM)
      return
    }
    const { width, height, gap } = this.#shape
    const shown = Math.min(WIDEST, Math.max(NARROWEST, Number.isFinite(proportion) ? proportion : 1))
    const before = this.#openCount
    const heightWithout = before === 0 ? Infinity : (width - gap * (before - 1)) / this.#openSum
    const heightWith = (width - gap * before) / (this.#openSum + shown)
    this.#proportions.push(shown)
    if (heightWith > height) {
      this.#openSum += shown
      this.#openCount += 1
      return
    }
    // Full: the row ends before or after this picture, whichever makes it closer to the height that is wanted.
    if (before > 0 && heightWithout - height < height - heightWith) {
      this.#close(this.count - 1, heightWithout)
      this.#openSum = shown
      this.#openCount = 1
      if (width / shown <= height) this.#close(this.count, width / shown)
    } else this.#close(this.count, heightWith)
  }

  /** Takes out the pictures from those of a row on. */
  cutFrom(row: number): void {
    if (row > 0 && row >= this.rowCount) return
    this.#proportions.length = this.startOf(row)
    this.#nextTop = this.#topOf(row)
    this.#openStart = this.#proportions.length
    this.#openSum = 0
    this.#openCount = 0
    for (const list of [this.#starts, this.#tops, this.#heights]) list.length = Math.min(list.length, row)
  }

  /** The row of a picture. */
  rowOf(index: number): number {
    return this.#lastWhere(row => this.startOf(row) <= index)
  }

  /** First picture of a row; behind the last row, the number of pictures. */
  startOf(row: number): number {
    if (row < this.#starts.length) return this.#starts.at(row)
    return row === this.#starts.length ? this.#openStart : this.count
  }

  /** Rows that are to be seen between two heights: the first, and the one behind the last. */
  rowsBetween(top: number, bottom: number): { readonly from: number; readonly to: number } {
    if (this.count === 0) return { from: 0, to: 0 }
    const from = this.#lastWhere(row => this.#topOf(row) <= top)
    const to = this.#lastWhere(row => this.#topOf(row) <= bottom) + 1
    return { from, to }
  }

  /** Where the picture stands. */
  boxOf(index: number): Box {
    const row = this.rowOf(index)
    const height = this.#heightOf(row)
    const { gap, width } = this.#shape
    let left = 0
    for (let before = this.startOf(row); before < index; before += 1)
      if (this.#takesRoom(before)) left += this.#proportions.at(before) * height + gap
    const own = Math.min(this.#proportions.at(index) * height, width - left)
    return { left, top: this.#topOf(row), width: this.#takesRoom(index) ? own : 0, height }
  }

  /** The picture of a row whose middle is closest to `x`. */
  closestInRow(row: number, x: number): number {
    let closest = this.startOf(row)
    let distance = Infinity
    for (let index = closest; index < this.startOf(row + 1); index += 1) {
      if (!this.#takesRoom(index)) continue
      const { left, width } = this.boxOf(index)
      const from = Math.abs(left + width / 2 - x)
      if (from < distance) {
        distance = from
        closest = index
      }
    }
    return closest
  }

  #close(end: number, height: number): void {
    this.#starts.push(this.#openStart)
    this.#tops.push(this.#nextTop)
    this.#heights.push(height)
    this.#nextTop += height + this.#shape.gap
    this.#openStart = end
    this.#openSum = 0
    this.#openCount = 0
  }

  #takesRoom(index: number): boolean {
    return this.#proportions.at(index) !== NO_ROOM
  }

  #topOf(row: number): number {
    return row < this.#tops.length ? this.#tops.at(row) : this.#nextTop
  }

  #heightOf(row: number): number {
    if (row < this.#heights.length) return this.#heights.at(row)
    const { width, height, gap } = this.#shape
    const gaps = gap * (this.#openCount - 1)
    return Math.min(height * 1.15, (width - gaps) / Math.max(this.#openSum, NARROWEST))
  }

  /** The last row for which `isBefore` holds, which it does up to some row; 0 where it holds for none. */
  #lastWhere(isBefore: (row: number) => boolean): number {
    let low = 0
    let high = Math.max(0, this.rowCount - 1)
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (isBefore(middle)) low = middle
      else high = middle - 1
    }
    return low
  }
}
