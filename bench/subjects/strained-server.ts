import { fileURLToPath } from 'node:url'
import { startProgram } from '../system/programs.ts'
import { listeningPort } from './listening.ts'
import type { Subject } from './subject.ts'

const PROGRAM = fileURLToPath(new URL('index-server-program.ts', import.meta.url))

/** Seconds for which peers of the bench are listed without being heard again: longer than a run takes. */
const LEASE_SECONDS = 24 * 60 * 60

/** How a server is put under strain. */
export interface StrainedServer {
  /** Whether what it acknowledges is on the disk before. */
  readonly keeps: 'memory' | 'journal'
  /** Whether the bound of what is sent to somebody unproven holds for this machine too. */
  readonly boundsLoopback?: boolean
}

/** This project's index server, for whom the bench's peers need not renew their leases. */
export function strainedServer({ keeps, boundsLoopback = false }: StrainedServer): Subject {
  return {
    name: 'imagep2p',
    title: 'imagep2p',
    kind: 'index',
    largestCatalog: 10_000_000,
    async obstacle() {
      return undefined
    },
    async start({ core, folder, nodeArguments = [] }) {
      const program = await startProgram({
        command: process.execPath,
        arguments: [
          // As the command starts itself, see bin/imagep2p.js.
          '--max-semi-space-size=2',
          ...nodeArguments,
          PROGRAM,
          ...['--lease', String(LEASE_SECONDS)],
          ...(keeps === 'journal' ? ['--data', folder] : []),
          ...(boundsLoopback ? ['--bound-loopback'] : []),
        ],
        core,
      })
      return { port: await listeningPort(program), program }
    },
  }
}
