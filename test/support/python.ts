import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'

/** Why a test that needs Python is skipped; `false` where there is one. */
export const noPython =
  spawnSync('python3', ['--version']).status === 0 ? false : 'there is no Python on this machine'

/** A program in Python. */
export interface PythonProgram {
  readonly child: ChildProcessWithoutNullStreams
  /** Its next line of output. */
  line(): Promise<string>
}

/** Starts the program at `path`; it is killed after the test. */
export function startPython(t: TestContext, path: string, ...argv: string[]): PythonProgram {
  const child = spawn('python3', [path, ...argv])
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  t.after(async () => {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close')
  })
  return { child, line: async () => String((await lines.next()).value) }
}
