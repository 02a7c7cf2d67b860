import { type Canvas, takeTurn } from './canvas.ts'
import type { Colour } from './palette.ts'

/**
 * Says which colour stands at a point of the plane: the shorter side of the picture spans -1 to 1, (0, 0) is its centre, x
 * grows to the right and y upwards.
 */
export type Shader = (x: number, y: number, into: Colour) => void

/** Rows drawn before other work gets a turn: a few milliseconds even of the dearest shader. */
const ROWS_PER_TURN = 6

/**
 * The difference between neighbouring pixels, in square roots of light summed over the channels, from which on a pixel is
 * sampled again. Found by eye: below it no steps show along an edge.
 */
const EDGE_CONTRAST = 0.1

/** Where an edge pixel is sampled again, in pixels from its centre: a triangle, so no two share a row or a column. */
const EDGE_SAMPLES: readonly { right: number; down: number }[] = [
  { right: -0.29, down: -0.36 },
  { right: 0.38, down: -0.08 },
  { right: -0.12, down: 0.37 },
]

/** Fills the first `rows` rows of `canvas` from `shade`, one sample in the middle of each pixel. */
export async function paint(
  canvas: Canvas,
  shade: Shader,
  signal?: AbortSignal,
  rows: number = canvas.height,
): Promise<void> {
  const { width, height, light } = canvas
  const unit = 2 / Math.min(width, height)
  const colour: Colour = [0, 0, 0]
  for (let row = 0; row < rows; row += 1) {
    if (row % ROWS_PER_TURN === 0) await takeTurn(signal)
    const y = (height / 2 - row - 0.5) * unit
    for (let column = 0; column < width; column += 1) {
      shade((column + 0.5 - width / 2) * unit, y, colour)
      const at = (row * width + column) * 3
      light[at] = colour[0]
      light[at + 1] = colour[1]
      light[at + 2] = colour[2]
    }
  }
}

/**
 * Takes three more samples of each pixel in the first `rows` rows that differs from a neighbour, for a canvas that
 * `paint` filled from the same `shade`: smooth edges at half of what sampling everything four times costs.
 */
export async function smoothEdges(
  canvas: Canvas,
  shade: Shader,
  signal?: AbortSignal,
  rows: number = canvas.height,
): Promise<void> {
  const { width, height, light } = canvas
  const unit = 2 / Math.min(width, height)
  const colour: Colour = [0, 0, 0]
  const edges = findEdges(canvas, rows)
  for (let row = 0; row < rows; row += 1) {
    if (row % ROWS_PER_TURN === 0) await takeTurn(signal)
    for (let column = 0; column < width; column += 1) {
      if (edges[row * width + column] === 0) continue
      const at = (row * width + column) * 3
      let red = Math.min(1, light[at] ?? 0)
      let green = Math.min(1, light[at + 1] ?? 0)
      let blue = Math.min(1, light[at + 2] ?? 0)
      for (const { right, down } of EDGE_SAMPLES) {
        shade((column + 0.5 + right - width / 2) * unit, (height / 2 - row - 0.5 - down) * unit, colour)
        red += Math.min(1, colour[0])
        green += Math.min(1, colour[1])
        blue += Math.min(1, colour[2])
      }
      light[at] = red / (EDGE_SAMPLES.length + 1)
      light[at + 1] = green / (EDGE_SAMPLES.length + 1)
      light[at + 2] = blue / (EDGE_SAMPLES.length + 1)
    }
  }
}

/** One for each pixel of the first `rows` rows that stands out from a neighbour, else zero. */
function findEdges({ width, light }: Canvas, rows: number): Uint8Array {
  const edges = new Uint8Array(width * rows)
  const roots = new Float32Array(width * rows * 3)
  for (let at = 0; at < roots.length; at += 1) roots[at] = Math.sqrt(Math.min(1, light[at] ?? 0))
  for (let at = 0; at < edges.length; at += 1) {
    if ((at + 1) % width !== 0 && contrast(roots, at, at + 1) > EDGE_CONTRAST) edges[at] = edges[at + 1] = 1
    const below = at + width
    if (below < edges.length && contrast(roots, at, below) > EDGE_CONTRAST) edges[at] = edges[below] = 1
  }
  return edges
}

function contrast(roots: Float32Array, pixel: number, other: number): number {
  const one = pixel * 3
  const two = other * 3
  return (
    Math.abs((roots[one] ?? 0) - (roots[two] ?? 0)) +
    Math.abs((roots[one + 1] ?? 0) - (roots[two + 1] ?? 0)) +
    Math.abs((roots[one + 2] ?? 0) - (roots[two + 2] ?? 0))
  )
}
