import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runProgram, startProgram } from '../../system/programs.ts'
import { freePort } from '../../system/tcp-ports.ts'
import type { TransferContestant } from '../transfer-contestant.ts'
import { makeTorrent, startTracker } from './torrent.ts'

const PROGRAM = fileURLToPath(new URL('libtorrent_peer.py', import.meta.url))
/** Debian's own Python first: it is what Debian's library is for, whatever else stands on the PATH. */
const PYTHONS = ['/usr/bin/python3', 'python3'] as const

/** libtorrent (the library of qBittorrent and Deluge) from another libtorrent. */
export const libtorrent: TransferContestant = {
  name: 'libtorrent',
  title: 'libtorrent',
  kind: 'peer',
  async obstacle() {
    return (await findPython()) === undefined
      ? 'libtorrent is not installed (Debian: apt-get install python3-libtorrent)'
      : undefined
  },
  async prepare({ set, into, scratch }) {
    const python = (await findPython()) ?? 'python3'
    const port = await freePort()
    const tracker = await startTracker(port)
    const torrent = await makeTorrent(set, tracker.url, scratch)
    const owner = await startProgram({
      command: python,
      arguments: [PROGRAM, 'seed', torrent, dirname(set.folder), String(port)],
    })
    await tracker.seeding
    return {
      owners: [owner],
      helpers: [],
      download: {
        command: python,
        arguments: [PROGRAM, 'get', torrent, into, String(await freePort())],
      },
      close: tracker.close,
    }
  },
}

async function findPython(): Promise<string | undefined> {
  for (const command of PYTHONS) {
    try {
      await runProgram({ command, arguments: ['-c', 'import libtorrent'] })
      return command
    } catch {
      // The next one may have it.
    }
  }
  return undefined
}
