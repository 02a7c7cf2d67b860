/** Width by height of the narrowest and the widest tile: panoramas are cut, so that a row never holds one alone. */
const LEAST = 0.5
const MOST = 2.5

/** Steps between: a policy that forbids styles in the markup leaves classes to tell proportions by. */
const STEP = 0.05

/** Every proportion that a tile can have. */
export const TILE_RATIOS: readonly number[] = Array.from(
  { length: Math.round((MOST - LEAST) / STEP) + 1 },
  (_, index) => Number((LEAST + index * STEP).toFixed(2)),
)

/** The tile's proportion next to that of a picture; square where its size is not known. */
export function tileRatio(width: number | undefined, height: number | undefined): number {
  const ratio = width === undefined || height === undefined ? 1 : width / height
  const index = Math.round((Math.min(MOST, Math.max(LEAST, ratio)) - LEAST) / STEP)
  return TILE_RATIOS[index] ?? 1
}

/** The class of tiles with that proportion. */
export function tileClass(ratio: number): string {
  return `r${Math.round(ratio * 100)}`
}
