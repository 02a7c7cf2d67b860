import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { parseDigest } from '../../src/protocol/digest.ts'
import { decodeIndexReply } from '../../src/protocol/index-reply.ts'
import { encodeList } from '../../src/protocol/index-request.ts'
import { FIELD_BUFFER_BYTES } from '../../src/protocol/limits.ts'
import { decodeListing, encodeListedImage } from '../../src/protocol/listing.ts'

/** Milliseconds before LST is sent again, and how often it is sent. */
const RETRY_MS = 1000
const ATTEMPTS = 5
/** The address that asks: one of those the load will come from, so that it is shown what the load will be shown. */
const ASKER = '127.16.0.1'

/**
 * Asks a server for its listing and reads it as a client does. Returns its bytes, 0 for an empty catalog; rejects when it is
 * not what a catalog of `catalog` images must list.
 */
export async function probeListing(port: number, catalog: number): Promise<number> {
  const bytes = await askForListing(port)
  const reply = decodeIndexReply(bytes)
  if (reply?.kind !== 'listing') {
    if (catalog === 0 && reply?.kind === 'error' && reply.reason === 'NO_IMAGES_AVAILABLE') return 0
    throw new Error(`LST with ${catalog} images was answered with ${bytes.toString('latin1', 0, 80)}`)
  }
  const { images, unreadable } = decodeListing(reply.text)
  const different = new Set(images.map(({ digest }) => digest)).size
  const least = Math.min(
    catalog,
    leastListed(images[0] === undefined ? 1 : encodeListedImage(images[0]).length),
  )
  if (unreadable > 0 || different !== images.length || different < least || different > catalog) {
    throw new Error(
      `LST with ${catalog} images listed ${images.length}, ${different} of them different, and ${unreadable} unreadable`,
    )
  }
  return bytes.length
}

/** A listing as a server of the bench's catalog sends it: what the servers with one reply send to LST. */
export function exampleListing(catalog: number, peerPort: number): string {
  const entries: string[] = []
  let room = FIELD_BUFFER_BYTES
  for (let image = 0; image < catalog; image += 1) {
    const text = image.toString(16).padStart(32, '0')
    const digest = parseDigest(text)
    if (digest === undefined) throw new Error(`${text} is not a digest`)
    const name = `IMG_${text.slice(-12)}.jpg`
    const entry = encodeListedImage({ digest, name, owners: [{ address: '127.64.0.0', port: peerPort }] })
    room -= entry.length + 1
    if (room < -1) break
    entries.push(entry)
  }
  return entries.join(';')
}

/** Nine tenths of what fits into a listing of 4,096 bytes: owners' addresses are not all of one length. */
function leastListed(entryBytes: number): number {
  return Math.floor((FIELD_BUFFER_BYTES / (entryBytes + 1)) * 0.9)
}

/** What a server answers to LST; rejects when it does not. */
export async function askForListing(port: number): Promise<Buffer> {
  const socket = createSocket('udp4')
  try {
    socket.bind(0, ASKER)
    await once(socket, 'listening')
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      socket.send(encodeList(), port, '127.0.0.1')
      const reply = await Promise.race([
        once(socket, 'message', { signal: AbortSignal.timeout(RETRY_MS) }),
      ]).catch(() => undefined)
      if (reply !== undefined) return Buffer.from(reply[0])
    }
    throw new Error('LST was not answered')
  } finally {
    socket.close()
  }
}
