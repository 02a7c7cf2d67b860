import { dirname } from 'node:path'
import { type Program, startProgram } from '../../system/programs.ts'
import { freePort } from '../../system/tcp-ports.ts'
import type { TransferContestant } from '../transfer-contestant.ts'
import { makeTorrent, startTracker } from './torrent.ts'

/** A client of BitTorrent, and how it is started. */
export interface TorrentClient extends Pick<TransferContestant, 'name' | 'title' | 'obstacle'> {
  /** Checks what is in `folder` (the folder that holds the set's) and gives it, on this port. */
  seeder(torrent: string, folder: string, port: number): Program | Promise<Program>
  /** Fetches all of it into `folder`, and ends with 0. */
  leecher(torrent: string, folder: string, port: number): Program | Promise<Program>
}

/** The client from another one of the same, that it hears of from a tracker. */
export function torrentContestant({ seeder, leecher, ...named }: TorrentClient): TransferContestant {
  return {
    ...named,
    kind: 'peer',
    async prepare({ set, into, scratch }) {
      const port = await freePort()
      const tracker = await startTracker(port)
      const torrent = await makeTorrent(set, tracker.url, scratch)
      const owner = await startProgram(await seeder(torrent, dirname(set.folder), port))
      await tracker.seeding
      const download = await leecher(torrent, into, await freePort())
      return { owners: [owner], helpers: [], download, close: tracker.close }
    },
  }
}
