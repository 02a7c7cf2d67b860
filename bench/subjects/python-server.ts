import { fileURLToPath } from 'node:url'
import { startProgram } from '../system/programs.ts'
import { listeningPort } from './listening.ts'
import type { Subject } from './subject.ts'

const SERVER = fileURLToPath(new URL('python_index_server.py', import.meta.url))

/** The same protocol as one would write it in Python: one file, dictionaries, one datagram at a time. */
export const pythonServer: Subject = {
  name: 'python',
  title: 'Python server',
  kind: 'index',
  // Beyond it, dictionaries of text take gigabytes.
  largestCatalog: 1_000_000,
  async obstacle({ python }) {
    return python === undefined ? 'there is no Python 3.10 or newer' : undefined
  },
  async start({ tools, core }) {
    const command = tools.python?.command ?? ''
    const program = await startProgram({ command, arguments: [SERVER], core })
    return { port: await listeningPort(program), program }
  },
}
