import { ImageEntry as CatalogEntry } from '../protocol/catalog-api.ts'
import { toWireName } from '../protocol/image-name.ts'
import { checkOf } from '../protocol/shape.ts'
import type { SharedImage } from './library/image-file.ts'

const entry = checkOf(CatalogEntry)

/**
 * The image as it is registered through the catalog API. Details that the API has no room for (a picture a million pixels
 * wide) are left out: one such image must not keep the others from being listed.
 */
export function catalogEntryOf({ digest, name, details }: SharedImage): CatalogEntry {
  const bare = { md5: digest, name: toWireName(name) }
  const whole = { ...bare, ...details }
  return entry.accepts(whole) ? whole : bare
}
