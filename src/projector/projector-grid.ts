/** Rows and columns of a live wall. */
export interface ProjectorGrid {
  readonly columns: number
  readonly rows: number
  /** Whether the first cell is four times as large as the others. */
  readonly isBig: boolean
  /** How many pictures it holds. */
  readonly cells: number
}

/**
 * The grid that shows most of so many pictures without a gap, in a window of so many pixels; one of more than four has a big
 * first cell. It stands alone, for its source is also sent to browsers as it is.
 */
export function projectorGrid(count: number, width: number, height: number): ProjectorGrid {
  /** Pixels, about, of a cell's side. */
  const cellPixels = 360
  const fits = (pixels: number, most: number) => Math.min(most, Math.max(2, Math.round(pixels / cellPixels)))
  let best: ProjectorGrid = { columns: 1, rows: 1, isBig: false, cells: 1 }
  /** How far its cells are from square. */
  let bestSkew = Number.POSITIVE_INFINITY
  for (let columns = 1; columns <= fits(width, 6); columns += 1) {
    for (let rows = 1; rows <= fits(height, 4); rows += 1) {
      const isBig = columns >= 2 && rows >= 2 && columns * rows > 4
      const cells = isBig ? columns * rows - 3 : columns * rows
      const skew = Math.abs(Math.log((width * rows) / (height * columns)))
      if (cells > Math.max(1, count) || cells < best.cells) continue
      if (cells === best.cells && skew >= bestSkew) continue
      best = { columns, rows, isBig, cells }
      bestSkew = skew
    }
  }
  return best
}
