import { type Pixels, perceptualHash } from '../../src/peer/likeness/perceptual-hash.ts'

/** A hash of pictures that is measured: ours, or one that might have been taken instead. */
export interface PictureHash {
  readonly name: string
  readonly bits: number
  /** Bits in which two that count as alike differ at most. */
  readonly radius: number
  /** The bits of a picture, as 0 and 1; `undefined` where it has none. */
  bitsOf(pixels: Pixels): readonly number[] | undefined
}

/** The hash that the peers make, with another radius where one is told. */
export function ourHash(radius: number): PictureHash {
  return {
    name: 'imagep2p',
    bits: 64,
    radius,
    bitsOf: pixels => {
      const likeness = perceptualHash(pixels)
      return likeness === undefined
        ? undefined
        : [...BigInt(`0x${likeness}`).toString(2).padStart(64, '0')].map(Number)
    },
  }
}

/**
 * Known hashes, as their authors describe them, of the same thumbnails. The radius of each is the smallest that finds 95 of
 * a hundred copies in the set of this bench, where one does that finds less than one of a hundred unrelated pairs.
 */
export const RIVAL_HASHES: readonly PictureHash[] = [
  { name: 'aHash 8 × 8', bits: 64, radius: 8, bitsOf: averageHash },
  { name: 'dHash 9 × 8', bits: 64, radius: 14, bitsOf: pixels => differenceHash(pixels, 8, 8) },
  { name: 'dHash 17 × 16', bits: 256, radius: 80, bitsOf: pixels => differenceHash(pixels, 16, 16) },
  { name: 'pHash, 8 × 8 of 32 × 32', bits: 64, radius: 16, bitsOf: pixels => waveHash(pixels, 32, 8, 0) },
  {
    name: 'like PDQ, 16 × 16 of 64 × 64',
    bits: 256,
    radius: 96,
    bitsOf: pixels => waveHash(pixels, 64, 16, 1),
  },
]

/** Whether each of 8 by 8 cells is brighter than the mean (Krawetz, Looks Like It, 2011). */
function averageHash(pixels: Pixels): number[] {
  const cells = cellsOf(pixels, 8, 8)
  const mean = cells.reduce((sum, cell) => sum + cell, 0) / cells.length
  return Array.from(cells, cell => Number(cell > mean))
}

/** Whether each cell is darker than the one on its right (Krawetz, Kind of Like That, 2013). */
function differenceHash(pixels: Pixels, across: number, down: number): number[] {
  const cells = cellsOf(pixels, across + 1, down)
  return Array.from({ length: across * down }, (_, bit) => {
    const at = Math.floor(bit / across) * (across + 1) + (bit % across)
    return Number((cells[at] ?? 0) < (cells[at + 1] ?? 0))
  })
}

/** Whether each of the slowest waves is stronger than the median: pHash from the first one on, PDQ from the second. */
function waveHash(pixels: Pixels, side: number, waves: number, first: number): number[] {
  const cells = cellsOf(pixels, side, side)
  const cosines = Array.from({ length: waves }, (_, wave) =>
    Array.from({ length: side }, (__, cell) =>
      Math.cos((Math.PI * (wave + first) * (2 * cell + 1)) / (2 * side)),
    ),
  )
  const perRow = cosines.map(cosine =>
    Array.from({ length: side }, (_, row) =>
      cosine.reduce((sum, value, cell) => sum + value * (cells[row * side + cell] ?? 0), 0),
    ),
  )
  const strengths = cosines.flatMap(cosine =>
    perRow.map(rows => cosine.reduce((sum, value, row) => sum + value * (rows[row] ?? 0), 0)),
  )
  const sorted = strengths.toSorted((one, other) => one - other)
  const median = ((sorted[sorted.length / 2 - 1] ?? 0) + (sorted[sorted.length / 2] ?? 0)) / 2
  return strengths.map(strength => Number(strength > median))
}

/** The mean brightness of so many cells across and down. */
function cellsOf({ width, height, rgba }: Pixels, across: number, down: number): Float64Array {
  const cells = new Float64Array(across * down)
  for (let cell = 0; cell < cells.length; cell += 1) {
    const [left, right] = [(cell % across) / across, ((cell % across) + 1) / across].map(x => x * width)
    const row = Math.floor(cell / across)
    const [top, bottom] = [row / down, (row + 1) / down].map(y => y * height)
    cells[cell] = meanIn(rgba, width, [left ?? 0, right ?? 0], [top ?? 0, bottom ?? 0])
  }
  return cells
}

function meanIn(
  rgba: Uint8Array,
  width: number,
  [left, right]: readonly [number, number],
  [top, bottom]: readonly [number, number],
): number {
  let sum = 0
  for (let y = Math.floor(top); y < bottom; y += 1) {
    const tall = Math.min(bottom, y + 1) - Math.max(top, y)
    for (let x = Math.floor(left); x < right; x += 1) {
      const wide = Math.min(right, x + 1) - Math.max(left, x)
      const at = (y * width + x) * 4
      const luma = 0.299 * (rgba[at] ?? 0) + 0.587 * (rgba[at + 1] ?? 0) + 0.114 * (rgba[at + 2] ?? 0)
      sum += luma * tall * wide
    }
  }
  return sum / ((right - left) * (bottom - top))
}
