/** Text that is markup already. Only {@link markup} makes it, so that nothing gets into a page without being escaped. */
export class Markup {
  readonly text: string

  private constructor(text: string) {
    this.text = text
  }

  /** For what the program itself holds, such as its own style sheet. */
  static trusted(text: string): Markup {
    return new Markup(text)
  }
}

type Part = string | number | Markup | readonly Markup[]

/** A template for HTML and SVG: what is filled in is escaped, for text and for quoted attributes, unless it is markup. */
export function markup(strings: TemplateStringsArray, ...parts: Part[]): Markup {
  return Markup.trusted(strings.map((string, index) => string + written(parts[index] ?? '')).join(''))
}

function written(part: Part): string {
  if (part instanceof Markup) return part.text
  if (typeof part === 'object') return part.map(written).join('')
  return String(part).replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}
