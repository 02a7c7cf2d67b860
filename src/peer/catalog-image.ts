import type { Image } from '../protocol/catalog-api.ts'
import { parseDigest } from '../protocol/digest.ts'
import { type Endpoint, parseEndpoint } from '../protocol/endpoint.ts'
import type { ImageDetails } from '../protocol/image-details.ts'
import type { ListedImage } from '../protocol/listing.ts'

/** An image of the network, whichever way the server told of it. */
export interface CatalogImage extends ListedImage {
  /** Owners in all, of which `owners` names those to ask first. */
  readonly ownerCount: number
  /** What an owner says of it; empty where nobody said anything, or the server has no room for it. */
  readonly details: ImageDetails
  /** True where owners gave different SHA-256 for the one MD5: one of them offers something else. */
  readonly disputed: boolean
}

/** An image as the catalog API tells it; `undefined` where none of its owners has an address that we can ask. */
export function imageFromCatalog(image: Image): CatalogImage | undefined {
  const { md5, name, ownerCount, disputed = false } = image
  const { bytes, width, height, format, taken, sha256, placeholder, likeness } = image
  const digest = parseDigest(md5)
  const owners = image.owners.map(parseEndpoint).filter((owner): owner is Endpoint => owner !== undefined)
  if (digest === undefined || owners.length === 0) return undefined
  return {
    digest,
    name,
    owners,
    ownerCount: Math.max(ownerCount, owners.length),
    details: {
      ...(bytes === undefined ? {} : { bytes }),
      ...(width === undefined ? {} : { width }),
      ...(height === undefined ? {} : { height }),
      ...(format === undefined ? {} : { format }),
      ...(taken === undefined ? {} : { taken }),
      ...(sha256 === undefined ? {} : { sha256 }),
      ...(placeholder === undefined ? {} : { placeholder }),
      ...(likeness === undefined ? {} : { likeness }),
    },
    disputed,
  }
}

/** An image as a LST tells it. */
export function imageFromListing(image: ListedImage): CatalogImage {
  return { ...image, ownerCount: image.owners.length, details: {}, disputed: false }
}
