import type { ImageQuery } from '../protocol/catalog-api.ts'
import { formatEndpoint } from '../protocol/endpoint.ts'
import type { CatalogImage } from './catalog-image.ts'

/** What says which part of a listing is asked for. */
type PagePart = 'cursor' | 'limit' | 'offset' | 'count'

/** A part of a query. */
export type QueryPart = Exclude<keyof ImageQuery, PagePart>

/** What a whole listing, first registered first, gives for a query. */
export interface QueriedListing {
  readonly images: readonly CatalogImage[]
  /** Parts of the query that a listing says nothing of. */
  readonly notApplied: readonly QueryPart[]
}

/**
 * Does with a LST's listing what a query asks of the catalog: the words of a name, and the orders that need no details.
 */
export function queryListing(images: readonly CatalogImage[], query: ImageQuery): QueriedListing {
  const words = wordsOf(query.search ?? '')
  const found = images.filter(({ name }) => {
    const folded = foldName(name)
    return words.every(word => folded.includes(word))
  })
  const { owner } = query
  const owned =
    owner === undefined
      ? found
      : found.filter(({ owners }) => owners.some(one => formatEndpoint(one) === owner))
  const filters = (Object.keys(query) as (keyof ImageQuery)[]).filter(isUnknownToListings)
  switch (query.sort) {
    case undefined:
      return { images: owned, notApplied: filters }
    case 'newest':
      return { images: owned.reverse(), notApplied: filters }
    case 'name':
      return {
        images: owned.sort((one, other) => collator.compare(one.name, other.name)),
        notApplied: filters,
      }
    case 'owners':
      return { images: owned.sort((one, other) => other.ownerCount - one.ownerCount), notApplied: filters }
    case 'size':
    case 'taken':
      return { images: owned, notApplied: [...filters, 'sort'] }
    default:
      return query.sort satisfies never
  }
}

const collator = new Intl.Collator('en', { numeric: true })

const KNOWN: ReadonlySet<keyof ImageQuery> = new Set([
  ...(['search', 'owner', 'sort', 'limit', 'cursor', 'offset', 'count'] as const),
])

function isUnknownToListings(key: keyof ImageQuery): key is QueryPart {
  return !KNOWN.has(key)
}

/** The words that a name has to hold, folded. */
function wordsOf(search: string): string[] {
  return foldName(search)
    .split(/\s+/)
    .filter(word => word !== '')
}

/** A name without what a search does not ask for: case, accents, and which of several characters that look the same. */
function foldName(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
}
