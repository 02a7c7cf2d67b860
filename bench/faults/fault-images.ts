import { createCipheriv, createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'

/** An image as it is to arrive. */
export interface FaultImage {
  readonly name: string
  readonly md5: string
  readonly bytes: number
}

/** So many images of so many bytes each. */
export type ImageSizes = readonly (readonly [count: number, bytes: number])[]

/** Small ones in one piece, larger ones in several, and one that is fetched by blocks from several owners at once. */
export const MIXED_SIZES: ImageSizes = [
  [12, 300_000],
  [6, 2_000_000],
  [1, 40_000_000],
]

/** The same in little, for runs that only tell whether it works. */
export const QUICK_SIZES: ImageSizes = [
  [3, 300_000],
  [1, 20_000_000],
]

/** A PNG's signature (PNG, 5.2). */
const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex')

/** The bytes of an image: a PNG of 8 x 8 grey pixels, and behind it what makes it as long as it is; the same for a seed. */
export function imageBytes(seed: number, bytes: number): Buffer {
  const size = Buffer.from([0, 0, 0, 8, 0, 0, 0, 8, 8, 0, 0, 0, 0])
  const head = Buffer.concat([
    SIGNATURE,
    chunk('IHDR', size),
    chunk('IDAT', deflateSync(Buffer.alloc(72, 0))),
    chunk('IEND', Buffer.alloc(0)),
  ])
  const key = createHash('md5').update(String(seed)).digest()
  const rest = createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(bytes - head.length))
  return Buffer.concat([head, rest])
}

/** Writes images into `folder`. */
export async function makeImages(folder: string, seed: number, sizes: ImageSizes): Promise<FaultImage[]> {
  await mkdir(folder, { recursive: true })
  const images: FaultImage[] = []
  for (const [count, bytes] of sizes) {
    for (let number = 0; number < count; number += 1) {
      const name = `photo-${String(images.length).padStart(3, '0')}.png`
      const content = imageBytes(seed * 1000 + images.length, bytes)
      await writeFile(join(folder, name), content)
      images.push({ name, bytes, md5: createHash('md5').update(content).digest('hex') })
    }
  }
  return images
}

/** Bytes of all of them. */
export function totalBytes(images: readonly FaultImage[]): number {
  return images.reduce((sum, { bytes }) => sum + bytes, 0)
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const check = Buffer.alloc(4)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, check])
}
