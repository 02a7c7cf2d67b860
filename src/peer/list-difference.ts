import type { Digest } from '../protocol/digest.ts'
import type { ImageDetails } from '../protocol/image-details.ts'
import type { SharedImage } from './library/image-file.ts'

/** What leads from one list of shared images to another. */
export interface ListDifference {
  /** In the new list only, or under another name in it. */
  readonly added: readonly SharedImage[]
  /** In the old list only. */
  readonly removed: readonly Digest[]
  /** In both, with details that the old list does not have. */
  readonly detailed: readonly SharedImage[]
}

/** Both lists by digest. */
export function differenceOf(
  before: ReadonlyMap<Digest, SharedImage>,
  after: ReadonlyMap<Digest, SharedImage>,
): ListDifference {
  const added: SharedImage[] = []
  const detailed: SharedImage[] = []
  for (const [digest, image] of after) {
    const old = before.get(digest)
    if (old === undefined || old.name !== image.name) added.push(image)
    else if (image.details !== undefined && !sameDetails(old.details, image.details)) detailed.push(image)
  }
  const removed = [...before.keys()].filter(digest => !after.has(digest))
  return { added, removed, detailed }
}

/** The first `most` images of a list by their digest; of one that is named twice, the first. */
export function byDigest(images: readonly SharedImage[], most: number): Map<Digest, SharedImage> {
  const map = new Map<Digest, SharedImage>()
  for (const image of images) {
    if (map.size === most) break
    if (!map.has(image.digest)) map.set(image.digest, image)
  }
  return map
}

function sameDetails(before: ImageDetails = {}, after: ImageDetails): boolean {
  return (
    before.bytes === after.bytes &&
    before.width === after.width &&
    before.height === after.height &&
    before.format === after.format &&
    before.taken === after.taken &&
    before.sha256 === after.sha256 &&
    before.placeholder === after.placeholder &&
    before.likeness === after.likeness
  )
}
