import { addDot } from '../brush.ts'
import { type Canvas, createCanvas, takeTurn } from '../canvas.ts'
import { type Colour, createPalette, parseColour } from '../palette.ts'

const DOTS = 250_000
const DOTS_PER_TURN = 20_000

/** The curve of a pen hung on four pendulums that slowly come to rest. */
export async function drawHarmonograph(width: number, height: number, signal?: AbortSignal): Promise<Canvas> {
  const canvas = createCanvas(width, height, parseColour('#060912'))
  const palette = createPalette(['#ffd27a', '#ff7a59', '#d6409f', '#6e56cf', '#2f7fd6', '#3fd0c9'])
  const reach = Math.min(width, height) * 0.485
  const colour: Colour = [0, 0, 0]
  for (let dot = 0; dot < DOTS; dot += 1) {
    if (dot % DOTS_PER_TURN === 0) await takeTurn(signal)
    const share = dot / DOTS
    const time = share * 330
    const decay = Math.exp(-0.0055 * time)
    const x = decay * (0.57 * Math.sin(1.003 * time) + 0.43 * Math.sin(6 * time))
    const y = decay * (0.57 * Math.sin(time + Math.PI / 2) + 0.43 * Math.sin(6.002 * time + Math.PI / 2))
    palette(share, colour)
    addDot(canvas, width / 2 + x * reach, height / 2 + y * reach, colour, 0.55 * decay ** 1.5)
  }
  return canvas
}
