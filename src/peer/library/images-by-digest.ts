import type { Digest } from '../../protocol/digest.ts'

/**
 * Hexadecimal digits of a digest by which images are put together. Three make 4,096 groups, so of the 400,000 files that a
 * folder may have some hundred in each: what one page sorts beyond what it shows.
 */
const GROUP_DIGITS = 3
const GROUPS = 16 ** GROUP_DIGITS

/** The paths that hold each image, with the images in the order of their digests without any of them being kept sorted. */
export class ImagesByDigest {
  readonly #groups: (Map<Digest, Set<string>> | undefined)[] = new Array(GROUPS)
  #size = 0

  /** How many images there are. */
  get size(): number {
    return this.#size
  }

  has(digest: Digest): boolean {
    return this.get(digest) !== undefined
  }

  /** Never empty. */
  get(digest: Digest): ReadonlySet<string> | undefined {
    return this.#groups[groupOf(digest)]?.get(digest)
  }

  add(digest: Digest, path: string): void {
    const at = groupOf(digest)
    const group = this.#groups[at] ?? new Map<Digest, Set<string>>()
    this.#groups[at] = group
    const paths = group.get(digest)
    if (paths === undefined) {
      group.set(digest, new Set([path]))
      this.#size += 1
    } else {
      paths.add(path)
    }
  }

  remove(digest: Digest, path: string): void {
    const group = this.#groups[groupOf(digest)]
    const paths = group?.get(digest)
    if (!paths?.delete(path) || paths.size > 0) return
    group?.delete(digest)
    this.#size -= 1
  }

  /** Up to `limit` images behind `after` (from the first one without it), by ascending digest. */
  page(after: Digest | undefined, limit: number): Digest[] {
    const page: Digest[] = []
    for (let at = after === undefined ? 0 : groupOf(after); at < GROUPS && page.length < limit; at += 1) {
      const digests = [...(this.#groups[at]?.keys() ?? [])]
      page.push(...digests.filter(digest => after === undefined || digest > after).sort())
    }
    return page.slice(0, limit)
  }
}

function groupOf(digest: Digest): number {
  return Number.parseInt(digest.slice(0, GROUP_DIGITS), 16)
}
