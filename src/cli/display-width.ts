let segmenter: Intl.Segmenter | undefined

/** Made when first needed: most that starts measures no text. */
function graphemesOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  return segmenter.segment(text)
}

/** Scripts whose characters take two cells (East Asian Width W and F, Unicode UAX 11). */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u

/** Cells that a printable text takes in a terminal. */
export function displayWidth(text: string): number {
  let width = 0
  for (const { segment } of graphemesOf(text)) width += cellsOf(segment)
  return width
}

/** `text` cut to `width` cells (an ellipsis marks the cut), and filled up with spaces where `fill`. */
export function fitWidth(text: string, width: number, fill = false): string {
  const whole = displayWidth(text)
  if (whole <= width) return fill ? text + ' '.repeat(width - whole) : text
  if (width <= 0) return ''
  let shown = ''
  let used = 0
  for (const { segment } of graphemesOf(text)) {
    const cells = cellsOf(segment)
    if (used + cells > width - 1) break
    shown += segment
    used += cells
  }
  return `${shown}…${fill ? ' '.repeat(width - used - 1) : ''}`
}

function cellsOf(grapheme: string): number {
  if (/^\p{M}/u.test(grapheme)) return 0
  return WIDE.test(grapheme) || /\p{Emoji_Presentation}|\ufe0f/u.test(grapheme) ? 2 : 1
}
