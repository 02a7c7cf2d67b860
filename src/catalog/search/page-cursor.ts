import type { ImageQuery } from '../../protocol/catalog-api.ts'

/** By what a listing is sorted. */
export type Sort = NonNullable<ImageQuery['sort']>

/** Bytes of a folded name by which names are sorted; names alike so far stand in the order in which they came. */
export const SORTED_NAME_BYTES = 128

/** Where an image stands in a sorted listing: what it is sorted by (nothing for `newest`), then its sequence number. */
export interface SortPlace {
  readonly name?: Uint8Array
  readonly number?: number
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
  if (sort === 'newest') return { sequence }
  if (sort === 'name') {
    if (typeof key !== 'string') return undefined
    const name = Buffer.from(key, 'base64url')
    return name.length > SORTED_NAME_BYTES ? undefined : { name, sequence }
  }
  return typeof key === 'number' && Number.isSafeInteger(key) ? { number: key, sequence } : undefined
}
