import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startProgram } from '../system/programs.ts'
import { listeningPort } from './listening.ts'
import type { Subject } from './subject.ts'

const SERVER = fileURLToPath(new URL('dgram-echo-server.ts', import.meta.url))

/** What Node does by itself: `dgram`, one `send` for each `message`. */
export const dgramEcho: Subject = {
  name: 'dgram-echo',
  title: '`dgram` echo',
  kind: 'echo',
  largestCatalog: 1000,
  async obstacle() {
    return undefined
  },
  async start({ core, folder, reply = '' }) {
    const file = join(folder, 'reply')
    await writeFile(file, reply)
    const program = await startProgram({ command: process.execPath, arguments: [SERVER, file], core })
    return { port: await listeningPort(program), program }
  },
}
