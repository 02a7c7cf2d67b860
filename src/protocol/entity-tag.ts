/** Names one state of what an address gives (RFC 9110 section 8.8.3). */
export interface EntityTag {
  /** A weak one says that the content means the same, not that each byte is the same. */
  readonly weak: boolean
  /** What stands between the quotes. */
  readonly opaque: string
}

/** The tag as it stands in a header. */
export function formatEntityTag({ weak, opaque }: EntityTag): string {
  return `${weak ? 'W/' : ''}"${opaque}"`
}

/** One tag and nothing else; `undefined` for any other text. */
export function parseEntityTag(text: string): EntityTag | undefined {
  const [, weak, opaque] = /^(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"$/.exec(text) ?? []
  return opaque === undefined ? undefined : { weak: weak !== undefined, opaque }
}

/**
 * The tags of an `If-Match` or `If-None-Match`, or `*`. Elements that are empty count for nothing (RFC 9110 section 5.6.1);
 * from the first that is no tag on, nothing is read.
 */
export function parseEntityTags(header: string): readonly EntityTag[] | '*' {
  if (header.trim() === '*') return '*'
  const tags: EntityTag[] = []
  const element = /[ \t]*(?:(W\/)?"([\x21\x23-\x7e\x80-\xff]*)")?[ \t]*(?:,|$)/y
  while (element.lastIndex < header.length) {
    const match = element.exec(header)
    if (match === null) break
    const [, weak, opaque] = match
    if (opaque !== undefined) tags.push({ weak: weak !== undefined, opaque })
  }
  return tags
}

/** The same content byte for byte: never said by a weak tag (RFC 9110 section 8.8.3.2). */
export function matchesStrongly(one: EntityTag, other: EntityTag): boolean {
  return !one.weak && !other.weak && one.opaque === other.opaque
}

/** The same content, or one that means the same. */
export function matchesWeakly(one: EntityTag, other: EntityTag): boolean {
  return one.opaque === other.opaque
}
