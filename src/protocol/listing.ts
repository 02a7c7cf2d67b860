import { type Digest, parseDigest } from './digest.ts'
import { type Endpoint, formatEndpoint, parseEndpoint } from './endpoint.ts'

/**
 * The answer to LST:
 *
 *     listing = image *(";" image) [";"]
 *     image   = 32 HEXDIG "," name 1*("," owner)
 *     owner   = ipv4 ":" port / "[" ipv6 "]" ":" port
 *
 * A name may hold commas: the owners are the trailing fields that read as an address and a port.
 */
export interface ListedImage {
  readonly digest: Digest
  /** As the first owner named it: a stranger's text. */
  readonly name: string
  /** At least one, in the order the server gave them. */
  readonly owners: readonly Endpoint[]
}

/** A listing as read, with how many of its entries could not be. */
export interface Listing {
  readonly images: readonly ListedImage[]
  readonly unreadable: number
}

/** One image of a listing as it stands on the wire. */
export function encodeListedImage({ digest, name, owners }: ListedImage): string {
  return [digest, name, ...owners.map(formatEndpoint)].join(',')
}

/** Reads a listing; entries that are none are counted, never thrown over. */
export function decodeListing(text: string): Listing {
  const images: ListedImage[] = []
  let unreadable = 0
  for (const part of text.split(';')) {
    const entry = part.trim()
    if (entry === '') continue
    const image = decodeListedImage(entry)
    if (image === undefined) unreadable += 1
    else images.push(image)
  }
  return { images, unreadable }
}

function decodeListedImage(entry: string): ListedImage | undefined {
  const fields = entry.split(',')
  const owners: Endpoint[] = []
  while (fields.length > 2) {
    const owner = parseEndpoint(fields.at(-1) ?? '')
    if (owner === undefined) break
    owners.unshift(owner)
    fields.pop()
  }
  const [digestText = '', ...nameFields] = fields
  const digest = parseDigest(digestText)
  const name = nameFields.join(',')
  return digest === undefined || owners.length === 0 || name === '' ? undefined : { digest, name, owners }
}
