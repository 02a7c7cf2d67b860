import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TransferContestant } from '../transfer-contestant.ts'
import { findProgram } from './find-program.ts'
import { torrentContestant } from './torrent-contestant.ts'
import { webContestant } from './web-contestant.ts'

/** What both ways have: nothing kept, nothing looked for beyond what they are given. */
const COMMON = ['--no-conf', '--quiet', '--file-allocation=none', '--allow-overwrite=true'] as const
const ALONE = [
  ...['--enable-dht=false', '--enable-dht6=false', '--bt-enable-lpd=false', '--enable-peer-exchange=false'],
  ...['--disable-ipv6=true', '--interface=127.0.0.1'],
] as const
const SEVERAL = ['--max-concurrent-downloads=8', '--split=4', '--max-connection-per-server=4'] as const

/** aria2 from nginx, checking the digest of each file. */
export const aria2Web: TransferContestant = webContestant({
  name: 'aria2-http',
  title: 'aria2 from nginx',
  kind: 'web',
  command: 'aria2c',
  debianPackage: 'aria2',
  async download(origin, { set, into, scratch }) {
    const files = join(scratch, 'aria2.txt')
    await writeFile(
      files,
      set.sources
        .map(({ name, md5 }) => `${origin}/${name}\n  out=${name}\n  checksum=md5=${md5}\n`)
        .join(''),
    )
    return {
      command: 'aria2c',
      arguments: [...COMMON, ...SEVERAL, '--check-integrity=true', `--input-file=${files}`, `--dir=${into}`],
    }
  },
})

/** aria2 by BitTorrent from another aria2. */
export const aria2Torrent: TransferContestant = torrentContestant({
  name: 'aria2-bittorrent',
  title: 'aria2 by BitTorrent',
  async obstacle() {
    return findProgram('aria2c', 'aria2')
  },
  seeder: (torrent, folder, port) => ({
    command: 'aria2c',
    arguments: [
      ...[...COMMON, ...ALONE, '--check-integrity=true', '--seed-ratio=0', `--listen-port=${port}`],
      ...[`--dir=${folder}`, torrent],
    ],
  }),
  leecher: (torrent, folder, port) => ({
    command: 'aria2c',
    arguments: [
      ...[...COMMON, ...ALONE, '--seed-time=0', `--listen-port=${port}`],
      ...[`--dir=${folder}`, torrent],
    ],
  }),
})
