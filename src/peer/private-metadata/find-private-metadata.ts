import { IMAGE_HEAD_BYTES, ImageFormat, recogniseImage } from '../image-format.ts'
import type { ImageBytes } from '../image-header/image-bytes.ts'
import { applyEdits, type Edit, inOrder } from './edits.ts'
import { cleanGif } from './gif.ts'
import { cleanHeif } from './heif.ts'
import { cleanIptc } from './iptc.ts'
import { cleanJpeg } from './jpeg.ts'
import { cleanPhotoshopResources } from './photoshop-resources.ts'
import { cleanPng } from './png.ts'
import { type PrivateMetadata, Refusal, type RefusalReason } from './private-metadata.ts'
import { type BlockCleaner, Section } from './section.ts'
import { cleanExif, cleanTiff } from './tiff.ts'
import { cleanWebp } from './webp.ts'
import { cleanXmp } from './xmp.ts'

/** What others see of a file in place of its own bytes. */
export type CleanedImage =
  | {
      readonly outcome: 'cleaned'
      /** In the order of their places, none overlapping another; none where the file holds nothing private. */
      readonly edits: readonly Edit[]
      /** What the edits take out, in the order of the file, at most 256. */
      readonly found: readonly PrivateMetadata[]
    }
  | { readonly outcome: 'refused'; readonly reason: RefusalReason }

const CLEANERS = {
  exif: cleanExif,
  xmp: cleanXmp,
  iptc: cleanIptc,
  photoshop: cleanPhotoshopResources,
  jpeg: cleanJpeg,
} as const

const FORMATS: ReadonlyMap<ImageFormat, BlockCleaner> = new Map<ImageFormat, BlockCleaner>([
  [ImageFormat.jpeg, cleanJpeg],
  [ImageFormat.tiff, cleanTiff],
  [ImageFormat.png, cleanPng],
  [ImageFormat.webp, cleanWebp],
  [ImageFormat.gif, cleanGif],
  [ImageFormat.avif, cleanHeif],
  [ImageFormat.heic, cleanHeif],
  [ImageFormat.heif, cleanHeif],
])

/** They have no place for a camera to write into; what a person may have written there as a comment stays. */
const PICTURE_ALONE: readonly ImageFormat[] = [
  ImageFormat.bmp,
  ImageFormat.pbm,
  ImageFormat.pgm,
  ImageFormat.ppm,
  ImageFormat.rast,
  ImageFormat.rgb,
  ImageFormat.xbm,
]

/**
 * What strangers would see of a file that is shared as it is; `refused` where that cannot be told. Never throws but what
 * `image` throws when it cannot read.
 */
export function findPrivateMetadata(
  image: ImageBytes,
):
  | { readonly outcome: 'found'; readonly found: readonly PrivateMetadata[] }
  | { readonly outcome: 'refused'; readonly reason: RefusalReason } {
  const examined = examine(image)
  return examined.outcome === 'refused' ? examined : { outcome: 'found', found: examined.found }
}

/**
 * The edits after which a file holds nothing private: the picture is the same bit for bit, no byte changes its place.
 * What comes out is examined once more before it is called clean.
 */
export function withoutPrivateMetadata(image: ImageBytes): CleanedImage {
  const cleaned = examine(image)
  if (cleaned.outcome === 'refused' || cleaned.edits.length === 0) return cleaned
  const again = examine(editedBytes(image, cleaned.edits))
  if (again.outcome === 'refused' || again.found.length > 0 || again.edits.length > 0) {
    return { outcome: 'refused', reason: 'notClean' }
  }
  return cleaned
}

/** The bytes of `image` after `edits`. */
function editedBytes(image: ImageBytes, edits: readonly Edit[]): ImageBytes {
  return {
    size: image.size,
    slice: (at, length) => {
      const bytes = Uint8Array.from(image.slice(at, length))
      applyEdits(bytes, at, edits)
      return bytes
    },
  }
}

function examine(image: ImageBytes): CleanedImage {
  const format = recogniseImage(image.slice(0, Math.min(IMAGE_HEAD_BYTES, image.size)))
  if (format !== undefined && PICTURE_ALONE.includes(format))
    return { outcome: 'cleaned', edits: [], found: [] }
  const clean = format === undefined ? undefined : FORMATS.get(format)
  if (clean === undefined) return { outcome: 'refused', reason: 'format' }
  const { section, edits, found } = Section.ofFile(image, CLEANERS)
  try {
    clean(section)
  } catch (failure) {
    if (failure instanceof Refusal) return { outcome: 'refused', reason: failure.reason }
    throw failure
  }
  return { outcome: 'cleaned', edits: inOrder(edits), found }
}
