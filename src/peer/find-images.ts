import { MAX_SEARCH_CHARACTERS } from '../protocol/catalog-api.ts'
import { parseDigest } from '../protocol/digest.ts'
import type { CatalogImage } from './catalog-image.ts'
import { type ServerCatalog, WHOLE_PAGE } from './server-catalog.ts'

/** Images of one name that are told at most: whoever has to choose among more does not. */
const MAX_NAMESAKES = 20

/** What a text means among the images of the network. */
export interface FoundImages {
  readonly images: readonly CatalogImage[]
  /** True where the server had no room to list everything, so that there may be more. */
  readonly mayBeCut: boolean
}

/** The image whose MD5 `text` is, or else those that have it as their name, letter for letter. */
export async function findImages(
  catalog: ServerCatalog,
  text: string,
  signal: AbortSignal,
): Promise<FoundImages> {
  const digest = parseDigest(text)
  const byDigest = digest && (await catalog.image(digest, signal))
  if (byDigest !== undefined) return { images: [byDigest], mayBeCut: false }
  if (text === '') return { images: [], mayBeCut: false }
  const normal = text.normalize('NFC')
  const search = [...normal].slice(0, MAX_SEARCH_CHARACTERS).join('')
  const images: CatalogImage[] = []
  let mayBeCut = false
  for await (const page of catalog.pages({ search, limit: WHOLE_PAGE }, signal)) {
    images.push(...page.images.filter(({ name }) => name.normalize('NFC') === normal))
    mayBeCut ||= page.mayBeCut
    if (images.length > MAX_NAMESAKES) break
  }
  return { images: images.slice(0, MAX_NAMESAKES), mayBeCut }
}
