import { type Canvas, createCanvas } from '../canvas.ts'
import { createPalette } from '../palette.ts'
import { paint } from '../shading.ts'

/** Where waves start, in the plane, and how far into their swing they are, in radians. */
const SOURCES: readonly { x: number; y: number; phase: number }[] = [
  { x: -0.66, y: -0.3, phase: 0 },
  { x: 0.6, y: 0.34, phase: 1.4 },
]

/** Radians in one unit of the plane. */
const WAVE_NUMBER = 46

/** Squared distance added around a source, where the slope of its waves would jump. */
const SOFTENING = 0.0008

/** Round waves from two sources, adding up and cancelling out, lit from the upper left. */
export async function drawWaveInterference(
  width: number,
  height: number,
  signal?: AbortSignal,
): Promise<Canvas> {
  const canvas = createCanvas(width, height)
  const palette = createPalette(['#021019', '#04243a', '#08486a', '#0f7f95', '#5cc7bd', '#d9f3dc', '#fff6d5'])
  await paint(
    canvas,
    (x, y, into) => {
      let level = 0
      let slope = 0
      for (const source of SOURCES) {
        const right = x - source.x
        const up = y - source.y
        const distance = Math.sqrt(right * right + up * up + SOFTENING)
        const swing = distance * WAVE_NUMBER - source.phase
        const strength = 1 / (0.7 + 0.9 * distance)
        level += Math.cos(swing) * strength
        slope += (Math.sin(swing) * strength * (up - right)) / distance
      }
      palette(0.4 + 0.14 * level + 0.13 * slope, into)
      const glint = Math.max(0, slope * 0.5 + level * 0.2 - 0.55)
      into[0] += glint * 0.9
      into[1] += glint * 0.6
      into[2] += glint * 0.25
    },
    signal,
  )
  return canvas
}
