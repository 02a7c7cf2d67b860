import type { Sharp } from 'sharp'
import type { Pixels } from '../likeness/perceptual-hash.ts'

/** Pixels of the longer side: ThumbHash takes no more, and keeps seven waves of them at most. */
const THUMBNAIL_SIZE = 100

/** The thumbnail of which the placeholder and the likeness of a picture are made: upright where the picture is opened so. */
export async function thumbnailOf(picture: Sharp): Promise<Pixels> {
  const { data, info } = await picture
    .resize(THUMBNAIL_SIZE, THUMBNAIL_SIZE, { fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, rgba: data }
}
