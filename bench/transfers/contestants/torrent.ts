import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { basename, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { SourceSet } from '../transfer-sets.ts'

/** Bytes of a piece: a thousand of them for the largest set. */
const PIECE_BYTES = 1_048_576
/** Seconds until a client is to ask the tracker again. */
const INTERVAL_SECONDS = 1800
/** Milliseconds a seeder may take until it has checked what it has. */
const SEEDING_PATIENCE_MS = 60_000

/** A tracker that knows of one seeder. */
export interface Tracker {
  readonly url: string
  /** Settles once somebody announced that nothing is missing. */
  readonly seeding: Promise<void>
  close(): void
}

/** A tracker over HTTP (BEP 3, BEP 23) that names the one at 127.0.0.1:`seederPort` to all who miss something. */
export async function startTracker(seederPort: number): Promise<Tracker> {
  const seen = Promise.withResolvers<void>()
  const seeder = Buffer.from([127, 0, 0, 1, seederPort >> 8, seederPort & 0xff])
  const server = createServer((request, response) => {
    const isSeeder = /[?&]left=0(&|$)/.test(request.url ?? '')
    if (isSeeder) seen.resolve()
    const peers = isSeeder ? Buffer.alloc(0) : seeder
    response.end(
      Buffer.concat([
        Buffer.from(`d8:intervali${INTERVAL_SECONDS}e5:peers${peers.length}:`),
        peers,
        Buffer.from('e'),
      ]),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the tracker has no port')
  const close = (): void => {
    server.close()
    server.closeAllConnections()
  }
  const impatience = delay(SEEDING_PATIENCE_MS, undefined, { ref: false }).then(() => {
    close()
    throw new Error('nobody seeds')
  })
  return {
    url: `http://127.0.0.1:${address.port}/announce`,
    seeding: Promise.race([seen.promise, impatience]),
    close,
  }
}

/** Writes the torrent of a set (BEP 3) into a folder, and returns its path. */
export async function makeTorrent(set: SourceSet, tracker: string, folder: string): Promise<string> {
  const files = set.sources.map(({ name, bytes }) => `d6:lengthi${bytes}e4:pathl${text(name)}ee`).join('')
  const pieces = await pieceDigests(set)
  const torrent = Buffer.concat([
    Buffer.from(`d8:announce${text(tracker)}4:infod5:filesl${files}e4:name${text(basename(set.folder))}`),
    Buffer.from(`12:piece lengthi${PIECE_BYTES}e6:pieces${pieces.length}:`),
    pieces,
    Buffer.from('ee'),
  ])
  const path = join(folder, 'set.torrent')
  await writeFile(path, torrent)
  return path
}

function text(value: string): string {
  return `${Buffer.byteLength(value)}:${value}`
}

/** SHA-1 of every piece of all files one after another. */
async function pieceDigests({ folder, sources }: SourceSet): Promise<Buffer> {
  const digests: Buffer[] = []
  let digest = createHash('sha1')
  let filled = 0
  for (const { name } of sources) {
    for await (const chunk of createReadStream(join(folder, name), { highWaterMark: PIECE_BYTES })) {
      let left: Buffer = chunk
      while (left.length > 0) {
        const part = left.subarray(0, PIECE_BYTES - filled)
        digest.update(part)
        filled += part.length
        left = left.subarray(part.length)
        if (filled < PIECE_BYTES) continue
        digests.push(digest.digest())
        digest = createHash('sha1')
        filled = 0
      }
    }
  }
  if (filled > 0) digests.push(digest.digest())
  return Buffer.concat(digests)
}
