import { readFileSync } from 'node:fs'
import sharp, { type Sharp } from 'sharp'
import { rgbaToThumbHash } from 'thumbhash'
import { IMAGE_HEAD_BYTES, recogniseImage } from '../image-format.ts'
import { bytesInMemory } from '../image-header/image-bytes.ts'
import { readImageHeader } from '../image-header/read-image-header.ts'
import { openUnchanged } from '../library/opened-image.ts'
import { perceptualHash } from '../likeness/perceptual-hash.ts'
import { isDecodable } from './decodable-formats.ts'
import { MAX_DECODED_FILE_BYTES, MAX_DECODED_PIXELS } from './decoder-limits.ts'
import type { DecodeReply, DecodeRequest, DecoderRefusal } from './decoder-messages.ts'
import type { PreviewSize } from './preview-sizes.ts'
import { thumbnailOf } from './thumbnail.ts'

/** The loaders of libvips that are used (its operations' names); every other one stays locked, whatever a file pretends. */
const LOADERS = ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Tiff', 'Heif'].map(name => `VipsForeignLoad${name}Buffer`)

/** Sets the decoder of this process up: it decodes one picture at a time, on one core, and keeps nothing. */
export function restrictDecoder(): void {
  sharp.concurrency(1)
  sharp.cache(false)
  sharp.block({ operation: ['VipsForeignLoad'] })
  sharp.unblock({ operation: LOADERS })
}

/**
 * Reads and decodes one picture. It may take as much time and memory as its bytes want, or end the process: meant for a
 * process of its own that somebody watches. `seconds` is when the decoder gives up by itself, in whole seconds.
 */
export async function decodeImage(
  { path, fingerprint, output }: DecodeRequest,
  seconds: number,
): Promise<DecodeReply> {
  if (fingerprint.size > MAX_DECODED_FILE_BYTES) return refused('tooLarge')
  const opened = openUnchanged(path, fingerprint)
  if (opened === undefined) return { kind: 'changed' }
  let bytes: Buffer
  try {
    bytes = readFileSync(opened.fd)
    if (bytes.length !== opened.size || !opened.unchanged()) return { kind: 'changed' }
  } catch {
    return { kind: 'changed' }
  } finally {
    opened.close()
  }
  const format = recogniseImage(bytes.subarray(0, IMAGE_HEAD_BYTES))
  if (format === undefined || !isDecodable(format.id)) return refused('noDecoder')
  const { width = 0, height = 0 } = readImageHeader(format, bytesInMemory(bytes))
  if (width * height > MAX_DECODED_PIXELS) return refused('tooManyPixels')
  try {
    const picture = open(bytes, seconds)
    return output === 'appearance' ? await appearanceOf(picture) : await previewOf(picture, output)
  } catch (error) {
    return refused(refusalOf(error))
  }
}

function open(bytes: Buffer, seconds: number): Sharp {
  // Damage is refused. What cameras merely write untidily is a warning, and would refuse whole pictures.
  const picture = sharp(bytes, { failOn: 'error', limitInputPixels: MAX_DECODED_PIXELS, autoOrient: true })
  return picture.timeout({ seconds })
}

async function previewOf(picture: Sharp, size: PreviewSize): Promise<DecodeReply> {
  // Nothing of the file's metadata goes along: where a photo was taken is not in its preview.
  const bytes = await picture
    .resize(size, size, { fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 78, effort: 3, smartSubsample: true })
    .toBuffer()
  return { kind: 'made', bytes }
}

/** The placeholder and the likeness, of one thumbnail. */
async function appearanceOf(picture: Sharp): Promise<DecodeReply> {
  const thumbnail = await thumbnailOf(picture)
  const bytes = Buffer.from(rgbaToThumbHash(thumbnail.width, thumbnail.height, thumbnail.rgba))
  const likeness = perceptualHash(thumbnail)
  return { kind: 'made', bytes, ...(likeness !== undefined && { likeness }) }
}

/** By the sentences of sharp 0.35 (`src/common.cc`, `src/pipeline.cc`) and libvips; it has no codes. */
function refusalOf(error: unknown): DecoderRefusal {
  const message = error instanceof Error ? error.message : ''
  if (/exceeds pixel limit/i.test(message)) return 'tooManyPixels'
  if (/timeout/i.test(message)) return 'tooSlow'
  return 'broken'
}

function refused(reason: DecoderRefusal): DecodeReply {
  return { kind: 'refused', reason }
}
