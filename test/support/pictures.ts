import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { seededRandom } from './seeded-random.ts'

/** The bytes of a real picture, another one for each seed. */
export async function picture(
  seed: number,
  format: 'png' | 'jpeg' | 'webp' = 'png',
  edge = 48,
): Promise<Buffer> {
  const random = seededRandom(seed)
  const pixels = Buffer.alloc(edge * edge * 3)
  for (let at = 0; at < pixels.length; at += 1) pixels[at] = Math.floor(random() * 256)
  return sharp(pixels, { raw: { width: edge, height: edge, channels: 3 } })
    .toFormat(format)
    .toBuffer()
}

/** Writes a real picture and gives its bytes. */
export async function writePicture(
  folder: string,
  name: string,
  seed: number,
  format: 'png' | 'jpeg' | 'webp' = 'png',
  edge = 48,
): Promise<Buffer> {
  const bytes = await picture(seed, format, edge)
  await writeFile(join(folder, name), bytes)
  return bytes
}
