import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type RunningProgram, runProgram, startProgram } from '../system/programs.ts'
import { udpPortOf } from '../system/udp-sockets.ts'
import type { Subject } from './subject.ts'

/** Torrents the load announces: as many as TORRENTS in native/load/announces.h, and named as there. */
const TORRENTS = 64
/** Milliseconds between two looks for the port, and how many there are before giving up. */
const LOOK_EVERY_MS = 20
const LOOKS = 250

/**
 * opentracker, a BitTorrent tracker in C: the nearest thing to an index server that is known to be fast. Its announces
 * stand beside REG and UPD of two images. Debian's build serves only the torrents of a whitelist, so it is given one.
 */
export const opentracker: Subject = {
  name: 'opentracker',
  title: 'opentracker',
  kind: 'tracker',
  largestCatalog: 1000,
  async obstacle({ native }) {
    if (native === undefined) return 'the load generator that can announce needs a C compiler'
    try {
      await runProgram({ command: 'sh', arguments: ['-c', 'command -v opentracker'] })
      return undefined
    } catch {
      return 'it is not installed (Debian: apt-get install opentracker)'
    }
  },
  async start({ core, folder }) {
    // Started by root it goes on as `nobody`, who has to read the list.
    await chmod(folder, 0o755)
    await writeFile(join(folder, 'whitelist.txt'), infoHashes().join('\n').concat('\n'))
    const configuration = join(folder, 'opentracker.conf')
    await writeFile(
      configuration,
      `listen.udp 127.0.0.1:0\naccess.whitelist whitelist.txt\ntracker.rootdir ${folder}\n`,
    )
    const program = await startProgram({ command: 'opentracker', arguments: ['-f', configuration], core })
    return { port: await portOf(program), program }
  },
}

function infoHashes(): string[] {
  return Array.from({ length: TORRENTS }, (_, torrent) =>
    Buffer.from(`imagep2p-bench${String(torrent).padStart(6, '0')}`).toString('hex'),
  )
}

/** It lets the system choose the port and does not say which one that was. */
async function portOf(program: RunningProgram): Promise<number> {
  let ended = false
  void program.ended.then(() => {
    ended = true
  })
  for (let look = 0; look < LOOKS && !ended; look += 1) {
    const port = udpPortOf(program.processId)
    if (port !== undefined) return port
    await delay(LOOK_EVERY_MS)
  }
  await program.stop()
  const { status, complaint } = await program.ended
  throw new Error(`opentracker does not listen (${status}): ${complaint}`)
}
