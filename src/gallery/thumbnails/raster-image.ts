import { IMAGE_HEAD_BYTES, type ImageFormat, recogniseImage } from '../../peer/image-format.ts'

/** Formats that browsers draw and that are nothing but pixels. SVG, which is a program, is none of them. */
const RASTER: ReadonlySet<string> = new Set<ImageFormat['id']>(['jpeg', 'png', 'webp', 'gif', 'avif'])

/** Bytes that a browser may be given as an image, and their media type by what they are, whatever anybody called them. */
export interface RasterImage {
  readonly bytes: Buffer
  readonly mediaType: string
}

/** `undefined` where the bytes are of no raster format that browsers know. */
export function rasterImage(bytes: Buffer): RasterImage | undefined {
  const mediaType = rasterMediaType(bytes.subarray(0, IMAGE_HEAD_BYTES))
  return mediaType === undefined ? undefined : { bytes, mediaType }
}

/** The media type of what begins with `head`; `undefined` where it is of no raster format that browsers know. */
export function rasterMediaType(head: Uint8Array): string | undefined {
  const format = recogniseImage(head)
  return format !== undefined && RASTER.has(format.id) ? format.mediaType : undefined
}

/** Whether a browser can draw images of the format with that id. */
export function isRasterFormat(formatId: string): boolean {
  return RASTER.has(formatId)
}
