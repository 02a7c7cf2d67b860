import type { Canvas } from './canvas.ts'
import { mix } from './interpolation.ts'
import type { Colour } from './palette.ts'

/**
 * Adds a soft dot of light about two pixels wide (a quadratic B-spline, so that dots a pixel apart join into an even
 * line). `x` and `y` are pixels from the top left corner; what falls outside is left out.
 */
export function addDot(canvas: Canvas, x: number, y: number, [red, green, blue]: Colour, strength = 1): void {
  const { width, height, light } = canvas
  const column = Math.floor(x)
  const row = Math.floor(y)
  if (column < 1 || row < 1 || column >= width - 1 || row >= height - 1) return
  const dx = x - column - 0.5
  const dy = y - row - 0.5
  for (let down = -1; down <= 1; down += 1) {
    const vertical = splineWeight(dy - down) * strength
    for (let right = -1; right <= 1; right += 1) {
      const weight = splineWeight(dx - right) * vertical
      const at = ((row + down) * width + column + right) * 3
      light[at] = (light[at] ?? 0) + red * weight
      light[at + 1] = (light[at + 1] ?? 0) + green * weight
      light[at + 2] = (light[at + 2] ?? 0) + blue * weight
    }
  }
}

function splineWeight(distance: number): number {
  const away = Math.abs(distance)
  if (away < 0.5) return 0.75 - away * away
  return away < 1.5 ? 0.5 * (1.5 - away) ** 2 : 0
}

/** Covers a pixel with `colour`; `share` 0 leaves it as it is, 1 hides it. Outside the canvas nothing happens. */
export function cover(canvas: Canvas, column: number, row: number, colour: Colour, share: number): void {
  if (column < 0 || row < 0 || column >= canvas.width || row >= canvas.height) return
  const { light } = canvas
  const at = (row * canvas.width + column) * 3
  light[at] = mix(light[at] ?? 0, colour[0], share)
  light[at + 1] = mix(light[at + 1] ?? 0, colour[1], share)
  light[at + 2] = mix(light[at + 2] ?? 0, colour[2], share)
}

/** Covers a row from `middle - half` to `middle + half` with `colour`, soft at both ends. */
export function coverSpan(canvas: Canvas, row: number, middle: number, half: number, colour: Colour): void {
  for (let column = Math.floor(middle - half); column <= middle + half; column += 1) {
    const share = half - Math.abs(column + 0.5 - middle) + 0.5
    cover(canvas, column, row, colour, Math.max(0, Math.min(1, share)))
  }
}
