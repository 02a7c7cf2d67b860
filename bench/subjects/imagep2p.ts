import { fileURLToPath } from 'node:url'
import { startProgram } from '../system/programs.ts'
import { listeningPort } from './listening.ts'
import type { Subject } from './subject.ts'

const COMMAND = fileURLToPath(new URL('../../bin/imagep2p.js', import.meta.url))

/** This project's index server, as its command starts it, with datagrams travelling by the given path. */
function imagep2pOver(
  path: 'auto' | 'fast' | 'portable',
  names: Pick<Subject, 'name' | 'title' | 'largestCatalog'>,
  keeps: 'memory' | 'journal' = 'memory',
): Subject {
  return {
    ...names,
    kind: 'index',
    async obstacle() {
      return undefined
    },
    async start({ core, folder, nodeArguments = [] }) {
      const program = await startProgram({
        command: process.execPath,
        arguments: [
          ...nodeArguments,
          COMMAND,
          ...['server', '--host', '127.0.0.1', '--port', '0', '--udp', path],
          ...(keeps === 'memory' ? ['--memory'] : ['--data', folder]),
        ],
        core,
        // Whatever it keeps on disk, it keeps in the bench's folder and finds none of the user's.
        environment: {
          HOME: folder,
          XDG_CONFIG_HOME: folder,
          XDG_DATA_HOME: folder,
          XDG_STATE_HOME: folder,
          XDG_CACHE_HOME: folder,
        },
      })
      return { port: await listeningPort(program), program }
    },
  }
}

/** The server that keeps nothing on disk, on the fast path where there is one. */
export const imagep2p: Subject = imagep2pOver('auto', {
  name: 'imagep2p',
  title: 'imagep2p',
  largestCatalog: 10_000_000,
})

/** The server as it is started without any option: what it acknowledges is on the disk before. */
export const imagep2pJournal: Subject = imagep2pOver(
  'auto',
  { name: 'imagep2p-journal', title: 'imagep2p, journal', largestCatalog: 1000 },
  'journal',
)

/** The server with its datagrams going through `node:dgram`, as on systems without the fast path. */
export const imagep2pPortable: Subject = imagep2pOver('portable', {
  name: 'imagep2p-portable',
  title: 'imagep2p, portable',
  largestCatalog: 1000,
})

/** The server with the fast path or no server at all: for the soak, which must know what it has run. */
export const imagep2pFast: Subject = imagep2pOver('fast', {
  name: 'imagep2p-fast',
  title: 'imagep2p, fast',
  largestCatalog: 10_000_000,
})
