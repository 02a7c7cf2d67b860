import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { startProgram } from '../../system/programs.ts'
import { freePort } from '../../system/tcp-ports.ts'
import type { TransferContestant } from '../transfer-contestant.ts'
import { findProgram } from './find-program.ts'
import { nginxObstacle, startNginx } from './nginx.ts'
import { makeTorrent, startTracker } from './torrent.ts'

/** What both ways have: nothing kept, nothing looked for beyond what they are given. */
const COMMON = ['--no-conf', '--quiet', '--file-allocation=none', '--allow-overwrite=true'] as const
const ALONE = [
  ...['--enable-dht=false', '--enable-dht6=false', '--bt-enable-lpd=false', '--enable-peer-exchange=false'],
  ...['--disable-ipv6=true', '--interface=127.0.0.1'],
] as const

/** aria2 from nginx, checking the digest of each file. */
export const aria2Web: TransferContestant = {
  name: 'aria2-http',
  title: 'aria2 from nginx',
  kind: 'web',
  async obstacle() {
    return (await findProgram('aria2c', 'aria2')) ?? (await nginxObstacle())
  },
  async prepare({ set, into, scratch }) {
    const { program, port } = await startNginx({ folder: set.folder, scratch })
    const files = join(scratch, 'aria2.txt')
    await writeFile(
      files,
      set.sources
        .map(({ name, md5 }) => `http://127.0.0.1:${port}/${name}\n  out=${name}\n  checksum=md5=${md5}\n`)
        .join(''),
    )
    const several = ['--max-concurrent-downloads=8', '--split=4', '--max-connection-per-server=4']
    return {
      owners: [program],
      helpers: [],
      download: {
        command: 'aria2c',
        arguments: [
          ...COMMON,
          ...several,
          '--check-integrity=true',
          `--input-file=${files}`,
          `--dir=${into}`,
        ],
      },
    }
  },
}

/** aria2 by BitTorrent from another aria2. */
export const aria2Torrent: TransferContestant = {
  name: 'aria2-bittorrent',
  title: 'aria2 by BitTorrent',
  kind: 'peer',
  async obstacle() {
    return findProgram('aria2c', 'aria2')
  },
  async prepare({ set, into, scratch }) {
    const port = await freePort()
    const tracker = await startTracker(port)
    const torrent = await makeTorrent(set, tracker.url, scratch)
    const owner = await startProgram({
      command: 'aria2c',
      arguments: [
        ...[...COMMON, ...ALONE, '--check-integrity=true', '--seed-ratio=0', `--listen-port=${port}`],
        ...[`--dir=${dirname(set.folder)}`, torrent],
      ],
    })
    await tracker.seeding
    return {
      owners: [owner],
      helpers: [],
      download: {
        command: 'aria2c',
        arguments: [
          ...[...COMMON, ...ALONE, '--seed-time=0', `--listen-port=${await freePort()}`],
          ...[`--dir=${into}`, torrent],
        ],
      },
      close: tracker.close,
    }
  },
}
