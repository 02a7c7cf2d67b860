import { fileURLToPath } from 'node:url'
import { runProgram } from '../../system/programs.ts'
import type { TransferContestant } from '../transfer-contestant.ts'
import { torrentContestant } from './torrent-contestant.ts'

const PROGRAM = fileURLToPath(new URL('libtorrent_peer.py', import.meta.url))
/** Debian's own Python first: it is what Debian's library is for, whatever else stands on the PATH. */
const PYTHONS = ['/usr/bin/python3', 'python3'] as const

/** libtorrent (the library of qBittorrent and Deluge) from another libtorrent. */
export const libtorrent: TransferContestant = torrentContestant({
  name: 'libtorrent',
  title: 'libtorrent',
  async obstacle() {
    return (await findPython()) === undefined
      ? 'libtorrent is not installed (Debian: apt-get install python3-libtorrent)'
      : undefined
  },
  seeder: (torrent, folder, port) => peer('seed', torrent, folder, port),
  leecher: (torrent, folder, port) => peer('get', torrent, folder, port),
})

async function peer(mode: 'seed' | 'get', torrent: string, folder: string, port: number) {
  const command = (await findPython()) ?? 'python3'
  return { command, arguments: [PROGRAM, mode, torrent, folder, String(port)] }
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
