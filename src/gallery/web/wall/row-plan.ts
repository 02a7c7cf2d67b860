import { type Box, JustifiedRows, NO_ROOM, type RowShape } from './justified-rows.ts'

/** Pictures laid out at least before the height of the others is guessed by them. */
const SAMPLE = 2000

/** Width by height of a usual photograph. */
const USUAL_PROPORTION = 4 / 3

/**
 * Rows of pictures of which some are known and the others, of whose number alone it knows, are taken to be as the known
 * ones are on average. Rows are laid out down to where they are asked for, and below a picture that becomes known anew; the
 * height of what was never laid out is guessed. Eight bytes for each picture and some for each row laid out.
 */
export class RowPlan {
  #shape: RowShape
  #rows: JustifiedRows
  /** Proportions by place, or {@link NO_ROOM}; 0 where they are not known. */
  #proportions = new Float32Array(1024)
  #count = 0
  #usual = USUAL_PROPORTION

  constructor(shape: RowShape) {
    this.#shape = shape
    this.#rows = new JustifiedRows(shape)
  }

  /** Rows that are laid out. */
  get rowCount(): number {
    return this.#rows.rowCount
  }

  /** Height of everything, as far as it is known. */
  get height(): number {
    this.#layOut(SAMPLE)
    const left = this.#count - this.#rows.count
    return this.#rows.height * (left === 0 ? 1 : this.#count / this.#rows.count)
  }

  /** Lays everything out anew where the shape is another. */
  reshape(shape: RowShape): void {
    const { width, height, gap } = this.#shape
    if (shape.width === width && shape.height === height && shape.gap === gap) return
    this.#shape = shape
    this.#rows = new JustifiedRows(shape)
  }

  /** Pictures became known from `start` on, of `count` in all. */
  put(start: number, proportions: readonly number[], count: number): void {
    if (count > this.#proportions.length) {
      const larger = new Float32Array(Math.max(count, 2 * this.#proportions.length))
      larger.set(this.#proportions)
      this.#proportions = larger
    }
    // What follows the first page is taken to be like it.
    const seen = proportions.filter(proportion => proportion !== NO_ROOM)
    if (start === 0 && this.#count === 0 && seen.length > 0)
      this.#usual = seen.reduce((sum, one) => sum + one, 0) / seen.length
    let changed = -1
    for (const [index, proportion] of proportions.entries()) {
      const place = start + index
      if (this.#proportions[place] === Math.fround(proportion)) continue
      this.#proportions[place] = proportion
      if (changed === -1) changed = place
    }
    this.#count = count
    // A picture decides also where the row before it ends.
    if (changed !== -1 && changed < this.#rows.count)
      this.#rows.cutFrom(Math.max(0, this.#rows.rowOf(changed) - 1))
  }

  /** Whether the picture at a place takes room, as far as it is known. */
  takesRoom(index: number): boolean {
    return this.#proportions[index] !== NO_ROOM
  }

  /** See {@link JustifiedRows}; so the next five. */
  rowOf(index: number): number {
    this.#layOut(index + 1)
    return this.#rows.rowOf(index)
  }

  startOf(row: number): number {
    return this.#rows.startOf(row)
  }

  rowsBetween(top: number, bottom: number): { readonly from: number; readonly to: number } {
    // Twice the height below, as a row that is not whole is not as it will be.
    const enough = bottom + 2 * this.#shape.height
    while (this.#rows.count < this.#count && this.#rows.height < enough) this.#appendNext()
    return this.#rows.rowsBetween(top, bottom)
  }

  boxOf(index: number): Box {
    this.#layOut(index + 1)
    return this.#rows.boxOf(index)
  }

  closestInRow(row: number, x: number): number {
    return this.#rows.closestInRow(row, x)
  }

  /** Lays out `count` pictures, and the rows that the last of them are in to their end. */
  #layOut(count: number): void {
    while (this.#rows.count < Math.min(this.#count, count)) this.#appendNext()
    const { rowCount } = this.#rows
    while (this.#rows.count < this.#count && this.#rows.rowCount < rowCount + 2) this.#appendNext()
  }

  #appendNext(): void {
    const known = this.#proportions[this.#rows.count] ?? 0
    this.#rows.append(known === 0 ? this.#usual : known)
  }
}
