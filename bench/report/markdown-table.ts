/** A table in Markdown (GitHub Flavored Markdown, section 4.10), its columns as wide as their longest cell. */
export interface Table {
  readonly columns: readonly Column[]
  /** A cell without text is a dash. */
  readonly rows: readonly (readonly (string | undefined)[])[]
}

/** One column's heading, and whether it holds figures: those stand to the right. */
export interface Column {
  readonly heading: string
  readonly figures: boolean
}

/** The lines of the table, with a line break at the end of each; nothing of a table without rows. */
export function markdownTable({ columns, rows }: Table): string {
  if (rows.length === 0) return ''
  const cells = rows.map(row => columns.map((_, index) => escapeCell(row[index] ?? '–')))
  const widths = columns.map(({ heading }, index) =>
    Math.max(3, heading.length, ...cells.map(row => row[index]?.length ?? 0)),
  )
  const line = (texts: readonly string[]): string =>
    `| ${texts.map((text, index) => pad(text, widths[index] ?? 0, columns[index]?.figures ?? false)).join(' | ')} |\n`
  const rule = columns.map(({ figures }, index) => {
    const dashes = '-'.repeat((widths[index] ?? 3) - (figures ? 1 : 0))
    return figures ? `${dashes}:` : dashes
  })
  return line(columns.map(({ heading }) => heading)) + line(rule) + cells.map(line).join('')
}

function pad(text: string, width: number, right: boolean): string {
  return right ? text.padStart(width) : text.padEnd(width)
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
