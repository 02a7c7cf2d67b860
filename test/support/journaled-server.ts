import type { TestContext } from 'node:test'
import { type Program, startProgram } from './program.ts'

/** One line of a server's log. */
export interface LogLine {
  readonly level: string
  readonly event: string
  readonly message: string
}

/** A process of the index server that keeps a journal, on a free port of 127.0.0.1. */
export interface JournaledServer {
  readonly program: Program
  readonly port: number
  /** What it logged so far. */
  log(): LogLine[]
}

/** Starts one over `folder` and waits until it answers. */
export async function startJournaledServer(t: TestContext, folder: string): Promise<JournaledServer> {
  const program = startProgram(t, ['server', '--host', '127.0.0.1', '--port', '0', '--data', folder])
  const [, port = ''] = await program.until(/"event":"listening".*?"port":([0-9]+)/)
  const log = () => {
    const lines = program.output.split('\n').slice(0, -1)
    return lines.map(line => JSON.parse(line) as LogLine)
  }
  return { program, port: Number(port), log }
}
