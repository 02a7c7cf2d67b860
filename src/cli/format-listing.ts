import { printable } from '../base/printable.ts'
import type { Messages } from '../messages/messages.ts'
import type { ListResult } from '../peer/index-client.ts'
import type { Digest } from '../protocol/digest.ts'
import { formatEndpoint } from '../protocol/endpoint.ts'
import type { ListedImage } from '../protocol/listing.ts'

/** Owners named in one line; the rest are counted. */
const OWNERS_NAMED = 3

/** A listing for a person: a heading, one numbered line an image, and what there is to know of it. */
export function formatListing(
  result: ListResult,
  isMine: (digest: Digest) => boolean,
  messages: Messages,
): string[] {
  const { images, unreadable, mayBeCut } = result
  const { list } = messages
  if (images.length === 0) return [list.empty]
  const names = images.map(({ name }) => printable(name, 60))
  const nameWidth = Math.min(40, Math.max(...names.map(name => [...name].length)))
  const numberWidth = String(images.length).length
  return [
    list.heading(images.length),
    ...images.map((image, index) => {
      const name = names[index] ?? ''
      const gap = ' '.repeat(Math.max(0, nameWidth - [...name].length))
      const mine = isMine(image.digest) ? `  (${list.yours})` : ''
      return `${String(index + 1).padStart(numberWidth)}  ${name}${gap}  ${image.digest}  ${formatOwners(image, messages)}${mine}`
    }),
    ...(unreadable > 0 ? [list.unreadable(unreadable)] : []),
    ...(mayBeCut ? [list.mayBeCut] : []),
  ]
}

function formatOwners({ owners }: ListedImage, { list }: Messages): string {
  const named = owners.slice(0, OWNERS_NAMED).map(formatEndpoint)
  const more = owners.length > named.length ? ', …' : ''
  return `${list.owners(owners.length)}: ${named.join(', ')}${more}`
}
