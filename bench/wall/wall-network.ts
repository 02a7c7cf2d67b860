import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { forEachAtOnce, putList } from '../load/http-front.ts'
import { encodeList, listPeer, longList } from '../strain/lists.ts'
import { listeningPort } from '../subjects/listening.ts'
import { type RunningProgram, startProgram } from '../system/programs.ts'
import { startThumbnailOwner } from './thumbnail-owner.ts'

const INDEX_SERVER = fileURLToPath(new URL('../subjects/index-server-program.ts', import.meta.url))
const ENTRY = fileURLToPath(new URL('../../bin/imagep2p.js', import.meta.url))
/** Pictures of each owner. */
const PICTURES_EACH = 1000
/** Seconds for which they are listed without being heard again: longer than a run takes. */
const LEASE_SECONDS = 24 * 60 * 60

/** A network of so many pictures, a multiple of 1,000, and the gallery of a peer in it that has none. */
export interface WallNetwork {
  /** Opens a new gallery, whose cache of thumbnails is empty, and gives its address. */
  openGallery(): Promise<{ readonly address: string; stop(): Promise<void> }>
  stop(): Promise<void>
}

/** Starts an index server and owners of `pictures` pictures; everything is kept under `folder`. */
export async function startWallNetwork(pictures: number, folder: string): Promise<WallNetwork> {
  const owner = await startThumbnailOwner()
  const server = await startProgram({
    command: process.execPath,
    arguments: [INDEX_SERVER, '--lease', String(LEASE_SECONDS)],
  })
  const port = await listeningPort(server)
  await forEachAtOnce(pictures / PICTURES_EACH, 4, index =>
    putList(port, listPeer(index, owner.port), encodeList(longList(index, PICTURES_EACH))),
  )
  let opened = 0
  return {
    async openGallery() {
      opened += 1
      const directory = join(folder, `pictures-${opened}`)
      await mkdir(directory)
      const gallery = await startProgram({
        command: process.execPath,
        arguments: [
          ...[ENTRY, 'open', directory, `127.0.0.1:${port}`],
          ...['--no-browser', '--lang', 'en', '--data', join(folder, `data-${opened}`)],
        ],
      })
      return { address: await addressOf(gallery), stop: () => gallery.stop() }
    },
    async stop() {
      await server.stop()
      owner.stop()
    },
  }
}

function addressOf(gallery: RunningProgram): Promise<string> {
  return gallery.readLine(line => /http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]+/.exec(line)?.[0])
}
