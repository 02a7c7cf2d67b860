import sharp, { type Sharp } from 'sharp'
import { type Canvas, toRgb } from './canvas.ts'

/** File formats the demonstration's pictures come in. */
export type PictureFormat = 'jpeg' | 'png' | 'webp' | 'avif' | 'gif'

/** What a file says about its picture, in EXIF. GIF has no place for it. */
export interface Caption {
  /** ASCII, which is all that EXIF 2.x promises for the field. */
  readonly description: string
  /** To the second. */
  readonly takenAt: Date
}

/** The artist named in every picture. */
export const ARTIST = 'SocketsImageP2P'

/** Encodes what was drawn, pixels or an SVG document, as a file of `format`. The same input gives the same bytes. */
export async function encodePicture(
  drawn: Canvas | string,
  format: PictureFormat,
  caption: Caption,
): Promise<Buffer> {
  const image = typeof drawn === 'string' ? sharp(Buffer.from(drawn)).removeAlpha() : openCanvas(drawn)
  const captioned = image.withExif({
    IFD0: { ImageDescription: caption.description, Artist: ARTIST },
    IFD2: { DateTimeOriginal: toExifDate(caption.takenAt), OffsetTimeOriginal: '+00:00', ColorSpace: '1' },
  })
  return compress(captioned, format).toBuffer()
}

function openCanvas(canvas: Canvas): Sharp {
  return sharp(toRgb(canvas), { raw: { width: canvas.width, height: canvas.height, channels: 3 } })
}

/** The settings trade a few kilobytes for speed: the pictures are encoded at every start of the demonstration. */
function compress(image: Sharp, format: PictureFormat): Sharp {
  switch (format) {
    case 'jpeg':
      return image.jpeg({ quality: 88, chromaSubsampling: '4:4:4' })
    case 'png':
      return image.png({ compressionLevel: 6 })
    case 'webp':
      return image.webp({ quality: 86, effort: 2 })
    case 'avif':
      return image.avif({ quality: 70, effort: 0 })
    case 'gif':
      return image.gif({ colours: 16, dither: 0, effort: 2 })
    default:
      return format satisfies never
  }
}

/** `2019:07:14 18:32:05` in UTC (EXIF 2.32, DateTimeOriginal). */
function toExifDate(date: Date): string {
  return date.toISOString().slice(0, 19).replaceAll('-', ':').replace('T', ' ')
}
