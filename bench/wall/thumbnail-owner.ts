import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import sharp from 'sharp'

/** Different thumbnails: each picture always has the same of them. */
const THUMBNAILS = 32

/** The owner of any number of pictures, at every address of 127.0.0.0/8: whatever preview it is asked for, it has one. */
export async function startThumbnailOwner(): Promise<{ readonly port: number; stop(): void }> {
  const thumbnails = await Promise.all(Array.from({ length: THUMBNAILS }, (_, index) => thumbnail(index)))
  const server = createServer((request, response) => {
    const md5 = /^\/images\/([0-9a-f]{32})\/preview/.exec(request.url ?? '')?.[1]
    if (md5 === undefined) {
      response.writeHead(404).end()
      return
    }
    const bytes = thumbnails[Number.parseInt(md5.slice(0, 2), 16) % THUMBNAILS]
    response.writeHead(200, { 'content-type': 'image/webp', 'content-length': bytes?.length }).end(bytes)
  })
  server.listen(0, '0.0.0.0')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** Soft spots of colour, as large as a real thumbnail in pixels and about as large in bytes. */
function thumbnail(index: number): Promise<Buffer> {
  const [width, height] = [320, 240]
  const pixels = Buffer.alloc(width * height * 3)
  for (let at = 0; at < pixels.length; at += 1) {
    const [x, y] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width)]
    const wave = Math.sin((x * (index + 3)) / 150 + (at % 3)) * Math.cos((y * (index + 5)) / 170)
    pixels[at] = 128 + 110 * wave + ((x * 31 + y * 17 + index) % 13)
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .webp({ quality: 78 })
    .toBuffer()
}
