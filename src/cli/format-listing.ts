import { printable } from '../base/printable.ts'
import type { Messages } from '../messages/messages.ts'
import type { CatalogImage } from '../peer/catalog-image.ts'
import type { CatalogPage } from '../peer/server-catalog.ts'
import type { Digest } from '../protocol/digest.ts'
import { formatEndpoint } from '../protocol/endpoint.ts'

/** Owners named in one line; the rest are counted. */
const OWNERS_NAMED = 3

/** Characters to which a name is padded, at most, and to which it is cut. */
const MAX_NAME_PADDING = 40
const MAX_NAME_CHARACTERS = 60

/** How the lines of images are laid out. */
export interface ListingLayout {
  /** The number of the first of them. */
  readonly first: number
  /** Characters of the number and of the name; what is left out is as wide as these images need. */
  readonly numberWidth?: number
  readonly nameWidth?: number
}

/** Columns for images of which the widest is not known yet. */
export const WIDE_LAYOUT = { numberWidth: 7, nameWidth: MAX_NAME_PADDING } as const

/** A page for a person: a heading, one numbered line an image, and what there is to know of the page. */
export function formatPage(
  page: CatalogPage,
  { heading, first = 1 }: { readonly heading?: string; readonly first?: number },
  isMine: (digest: Digest) => boolean,
  messages: Messages,
): string[] {
  const { images } = page
  const { list } = messages
  if (images.length === 0) return [list.empty]
  return [
    heading ?? list.heading(images.length),
    ...formatImages(images, { first }, isMine, messages),
    ...formatRemarks(page, messages),
  ]
}

/** What there is to know of a page besides its images. */
export function formatRemarks(
  { unreadable, mayBeCut }: Pick<CatalogPage, 'unreadable' | 'mayBeCut'>,
  { list }: Messages,
): string[] {
  return [...(unreadable > 0 ? [list.unreadable(unreadable)] : []), ...(mayBeCut ? [list.mayBeCut] : [])]
}

/** One numbered line an image. */
export function formatImages(
  images: readonly CatalogImage[],
  layout: ListingLayout,
  isMine: (digest: Digest) => boolean,
  messages: Messages,
): string[] {
  const names = images.map(({ name }) => printable(name, MAX_NAME_CHARACTERS))
  const longest = names.reduce((length, name) => Math.max(length, [...name].length), 0)
  const { first, nameWidth = Math.min(MAX_NAME_PADDING, longest) } = layout
  const { numberWidth = String(first + images.length - 1).length } = layout
  return images.map((image, index) => {
    const name = names[index] ?? ''
    const gap = ' '.repeat(Math.max(0, nameWidth - [...name].length))
    const details = formatDetails(image, messages)
    const columns = [
      String(first + index).padStart(numberWidth),
      `${name}${gap}`,
      image.digest,
      ...(details === '' ? [] : [details]),
      formatOwners(image, messages),
      ...(image.disputed ? [`(${messages.list.disputed})`] : []),
      ...(isMine(image.digest) ? [`(${messages.list.yours})`] : []),
    ]
    return columns.join('  ')
  })
}

function formatDetails(
  { details: { width, height, bytes, format } }: CatalogImage,
  messages: Messages,
): string {
  const known = [
    width === undefined || height === undefined ? undefined : `${width}×${height}`,
    bytes === undefined ? undefined : messages.counted.bytes(bytes),
    format,
  ]
  return known.filter(detail => detail !== undefined).join(', ')
}

function formatOwners({ owners, ownerCount }: CatalogImage, { list }: Messages): string {
  const named = owners.slice(0, OWNERS_NAMED).map(formatEndpoint)
  const more = ownerCount > named.length ? ', …' : ''
  return `${list.owners(ownerCount)}: ${named.join(', ')}${more}`
}
