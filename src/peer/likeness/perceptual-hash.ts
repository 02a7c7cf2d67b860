/** A picture in memory: red, green, blue and alpha of each pixel, alpha not premultiplied, row by row from the top left. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly rgba: Uint8Array
}

/** Cells of a side of what is looked at. */
const SIDE = 32

/**
 * The waves kept: so many along the width and along the height that both together are 1 to 10, slow ones first, without
 * the last of them, which makes 64. Slow waves hardly change with size, format, quality and a small cut.
 */
const MOST_WAVES = 10
const WAVES: readonly (readonly [across: number, down: number])[] = Array.from(
  { length: MOST_WAVES },
  (_, index) => Array.from({ length: index + 2 }, (__, across) => [across, index + 1 - across] as const),
)
  .flat()
  .slice(0, 64)

/**
 * Steps of the 255 between black and white: the standard deviation of the cells below which a picture is taken as blank.
 * What little differs in it is noise, and all blank pictures would look alike.
 */
const LEAST_DEVIATION = 2

/**
 * What a wave has to be stronger by than the median, to count: a hundredth of a step in each cell. Half of the waves of a
 * picture that is the same on both sides have no strength but rounding.
 */
const LEAST_STRENGTH = 0.01 * SIDE * SIDE

/** `COSINES[wave][cell]` of the discrete cosine transform (DCT-II). */
const COSINES: readonly Float64Array[] = Array.from({ length: MOST_WAVES + 1 }, (_, wave) =>
  Float64Array.from({ length: SIDE }, (__, cell) => Math.cos((Math.PI * wave * (2 * cell + 1)) / (2 * SIDE))),
)

/**
 * The likeness of a picture (protocol/likeness.ts), of the kind that pHash introduced (Zauner, Implementation and
 * Benchmarking of Perceptual Image Hash Functions, 2010): brightness in 32 by 32 cells, its slowest 64 waves, a bit for
 * each that is stronger than the median. `undefined` for a picture with nothing to see on it. One that is small already,
 * as a thumbnail is, gives the same as the whole one, but for a bit or two.
 */
export function perceptualHash(pixels: Pixels): string | undefined {
  const cells = brightnessCells(pixels)
  if (deviation(cells) < LEAST_DEVIATION) return undefined
  const strengths = waveStrengths(cells)
  const sorted = Float64Array.from(strengths).sort()
  const median = ((sorted[31] ?? 0) + (sorted[32] ?? 0)) / 2
  let likeness = ''
  for (let at = 0; at < strengths.length; at += 4) {
    let digit = 0
    for (const strength of strengths.subarray(at, at + 4))
      digit = digit * 2 + (strength > median + LEAST_STRENGTH ? 1 : 0)
    likeness += digit.toString(16)
  }
  return /[^0]/.test(likeness) ? likeness : undefined
}

/** The mean brightness of each cell, 0 to 255, of what is seen before white. */
function brightnessCells({ width, height, rgba }: Pixels): Float64Array {
  const brightness = new Float64Array(width * height)
  for (let pixel = 0; pixel < brightness.length; pixel += 1) {
    const at = pixel * 4
    const opacity = (rgba[at + 3] ?? 0) / 255
    // Luma of ITU-R BT.601, as JPEG has it.
    const luma = 0.299 * (rgba[at] ?? 0) + 0.587 * (rgba[at + 1] ?? 0) + 0.114 * (rgba[at + 2] ?? 0)
    brightness[pixel] = luma * opacity + 255 * (1 - opacity)
  }
  const narrowed = meansAlongRows(brightness, width, height)
  return meansAlongRows(narrowed, height, SIDE)
}

/** The means of 32 equal parts of each row, turned: what was a row is a column of the result. */
function meansAlongRows(values: Float64Array, length: number, rows: number): Float64Array {
  const means = new Float64Array(SIDE * rows)
  for (let part = 0; part < SIDE; part += 1) {
    const from = (part * length) / SIDE
    const to = ((part + 1) * length) / SIDE
    for (let row = 0; row < rows; row += 1) {
      let sum = 0
      for (let at = Math.floor(from); at < to; at += 1) {
        sum += (values[row * length + at] ?? 0) * (Math.min(to, at + 1) - Math.max(from, at))
      }
      means[part * rows + row] = sum / (to - from)
    }
  }
  return means
}

function deviation(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
}

function waveStrengths(cells: Float64Array): Float64Array {
  const perRow = COSINES.map(cosine =>
    Float64Array.from({ length: SIDE }, (_, row) => {
      let sum = 0
      for (let cell = 0; cell < SIDE; cell += 1) sum += (cosine[cell] ?? 0) * (cells[row * SIDE + cell] ?? 0)
      return sum
    }),
  )
  return Float64Array.from(WAVES, ([across, down]) => {
    let sum = 0
    for (let row = 0; row < SIDE; row += 1) sum += (COSINES[down]?.[row] ?? 0) * (perRow[across]?.[row] ?? 0)
    return sum
  })
}
