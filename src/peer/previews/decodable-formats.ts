import type { ImageFormat } from '../image-format.ts'

/** Formats that are decoded, by our own recognition. SVG is none of them: it is a program that draws. */
const DECODABLE: ReadonlySet<string> = new Set<ImageFormat['id']>([
  'jpeg',
  'png',
  'webp',
  'gif',
  'tiff',
  'avif',
])

/** True where there is a decoder for the format with that id. */
export function isDecodable(formatId: string): boolean {
  return DECODABLE.has(formatId)
}
