import { encodeQR } from 'qr'
import { Markup, markup } from '../base/markup.ts'

/** Modules of light around the code that readers need (ISO/IEC 18004, 5.3.8). */
const QUIET_ZONE = 4

/** The rows of a QR code with its quiet zone; true is dark. */
function modulesOf(text: string): boolean[][] {
  return encodeQR(text, 'raw', { ecc: 'medium', border: QUIET_ZONE })
}

/**
 * A QR code as lines of a terminal, two rows in one. The colours are set, dark on light, whatever the terminal's are: many
 * readers take no light code on a dark ground.
 */
export function qrLines(text: string): string[] {
  const rows = modulesOf(text)
  const lines: string[] = []
  for (let at = 0; at < rows.length; at += 2) {
    const [upper = [], lower = []] = [rows[at], rows[at + 1]]
    const cells = upper.map((isDark, column) => CELLS[(isDark ? 2 : 0) + (lower[column] === true ? 1 : 0)])
    lines.push(`\u001b[38;5;16;48;5;231m${cells.join('')}\u001b[0m`)
  }
  return lines
}

/** By whether the upper and the lower half are dark. */
const CELLS = [' ', '▄', '▀', '█'] as const

/** A QR code as a picture of a page. */
export function qrMarkup(text: string, label: string): Markup {
  const rows = modulesOf(text)
  const path = rows
    .flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])))
    .join('')
  return markup`<svg viewBox="0 0 ${rows.length} ${rows.length}" role="img" aria-label="${label}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${rows.length}v${rows.length}H0z"/><path fill="#111" d="${Markup.trusted(path)}"/></svg>`
}
