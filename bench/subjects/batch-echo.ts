import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startProgram } from '../system/programs.ts'
import { listeningPort } from './listening.ts'
import type { Subject } from './subject.ts'

/** The bound: recvmmsg and sendmmsg in C, 64 datagrams at a time, and nothing else. */
export const batchEcho: Subject = {
  name: 'batch-echo',
  title: 'C batch echo',
  kind: 'echo',
  largestCatalog: 1000,
  async obstacle({ native }) {
    return native === undefined ? 'there is no C compiler' : undefined
  },
  async start({ tools, core, folder, reply = '' }) {
    const file = join(folder, 'reply')
    await writeFile(file, reply)
    const command = tools.native?.batchEcho ?? ''
    const program = await startProgram({ command, arguments: [file], core })
    return { port: await listeningPort(program), program }
  },
}
