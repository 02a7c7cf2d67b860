import type { ImageQuery } from '../../protocol/catalog-api.ts'
import { prefixNumber } from './sort-numbers.ts'

/** By what a listing is sorted; by likeness where one is asked for. */
export type Sort = NonNullable<ImageQuery['sort']> | 'likeness'

/** The order in which a query wants its images. */
export function sortOf({ sort, like }: ImageQuery): Sort {
  return sort ?? (like === undefined ? 'newest' : 'likeness')
}

/** Bytes of a folded name by which names are sorted; names alike so far stand in the order in which they came. */
export const SORTED_NAME_BYTES = 128

/** Where an image stands in a sorted listing: the larger number first, then the name, then the larger sequence number. */
export interface SortPlace {
  /** What it is sorted by; of a name, see `prefixNumber`; of a likeness, the bits that differ, negative; 0 for `newest`. */
  readonly number: number
  /** For `name` only: the first {@link SORTED_NAME_BYTES} of it. */
  readonly name?: Uint8Array
  readonly sequence: number
}

/** A place as text that is given out and taken back as it is; whoever takes it apart has only themselves to blame. */
export function encodeCursor(sort: Sort, { name, number, sequence }: SortPlace): string {
  const key = name === undefined ? number : Buffer.from(name).toString('base64url')
  return Buffer.from(JSON.stringify([sort, sequence, key])).toString('base64url')
}

/** The reverse of {@link encodeCursor}; `undefined` for what is no cursor of a listing sorted like this. */
export function decodeCursor(sort: Sort, text: string): SortPlace | undefined {
  let parts: unknown
  try {
    parts = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
  if (!Array.isArray(parts)) return undefined
  const [ofSort, sequence, key]: unknown[] = parts
  if (ofSort !== sort || !Number.isSafeInteger(sequence) || typeof sequence !== 'number') return undefined
  if (sort === 'newest') return { number: 0, sequence }
  if (sort === 'name') {
    if (typeof key !== 'string') return undefined
    const name = Buffer.from(key, 'base64url')
    if (name.length > SORTED_NAME_BYTES) return undefined
    return { number: prefixNumber(name, 0, name.length), name, sequence }
  }
  return typeof key === 'number' && Number.isSafeInteger(key) ? { number: key, sequence } : undefined
}
