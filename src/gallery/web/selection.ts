/** Pictures selected at most: as many as one request may want (gallery-shapes.ts). */
export const MAX_SELECTED = 5000

/** Which pictures a person selected, by MD5. Never changed: each change gives another. */
export class Selection {
  readonly #digests: ReadonlySet<string>
  /** From where a range goes: the picture that was chosen last. */
  readonly anchor: string | undefined

  constructor(digests: Iterable<string> = [], anchor?: string) {
    this.#digests = new Set([...digests].slice(0, MAX_SELECTED))
    this.anchor = anchor
  }

  get size(): number {
    return this.#digests.size
  }

  has(md5: string): boolean {
    return this.#digests.has(md5)
  }

  /** In the order in which they were chosen. */
  digests(): string[] {
    return [...this.#digests]
  }

  /** Selects a picture that was not, and the other way round. */
  toggle(md5: string): Selection {
    const others = this.digests().filter(one => one !== md5)
    return new Selection(this.has(md5) ? others : [...others, md5], md5)
  }

  /** The same with other pictures in the place of these; itself where each stays. */
  replaced(by: (md5: string) => string): Selection {
    const { anchor } = this
    if (this.digests().every(md5 => by(md5) === md5)) return this
    return new Selection(this.digests().map(by), anchor === undefined ? undefined : by(anchor))
  }

  /** Selects these too. */
  with(md5s: readonly string[], anchor: string | undefined = this.anchor): Selection {
    return new Selection([...this.#digests, ...md5s], anchor)
  }
}
