/** How often points fell on each pixel, row by row from the top left. */
export interface Density {
  /** Pixels. */
  readonly width: number
  /** Pixels. */
  readonly height: number
  readonly hits: Float32Array
}

/** A count of zero for each of `width` by `height` pixels. */
export function createDensity(width: number, height: number): Density {
  return { width, height, hits: new Float32Array(width * height) }
}

/**
 * Counts a point, shared out over the four pixels around it: shapes made of points get soft edges by it. `x` and `y` are
 * pixels from the top left corner; what falls outside is left out.
 */
export function addPoint({ width, height, hits }: Density, x: number, y: number): void {
  const column = Math.floor(x - 0.5)
  const row = Math.floor(y - 0.5)
  if (column < 0 || row < 0 || column >= width - 1 || row >= height - 1) return
  const right = x - 0.5 - column
  const down = y - 0.5 - row
  const at = row * width + column
  hits[at] = (hits[at] ?? 0) + (1 - right) * (1 - down)
  hits[at + 1] = (hits[at + 1] ?? 0) + right * (1 - down)
  hits[at + width] = (hits[at + width] ?? 0) + (1 - right) * down
  hits[at + width + 1] = (hits[at + width + 1] ?? 0) + right * down
}
