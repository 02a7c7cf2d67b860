import { runProgram } from './programs.ts'

/** A program the bench needs from the machine, as found. */
export interface Tool {
  readonly command: string
  readonly version: string
}

/** The C compiler, by its POSIX name; `undefined` where there is none. */
export async function findCompiler(): Promise<Tool | undefined> {
  return firstLine('cc', ['--version'])
}

/**
 * Python 3.10 or newer, as the interpreter itself: what stands on the PATH may be a script that starts it, and the
 * processor time of a script is not the server's.
 */
export async function findPython(): Promise<Tool | undefined> {
  const found = await firstLine('python3', [
    '-c',
    'import sys; assert sys.version_info >= (3, 10); print(sys.executable, sys.version.split()[0])',
  ])
  const [, command, version] = /^(.*) (\S+)$/.exec(found?.version ?? '') ?? []
  return command === undefined || version === undefined
    ? undefined
    : { command, version: `Python ${version}` }
}

async function firstLine(command: string, args: readonly string[]): Promise<Tool | undefined> {
  try {
    const { stdout } = await runProgram({ command, arguments: args })
    return { command, version: stdout.split('\n', 1)[0] ?? '' }
  } catch {
    return undefined
  }
}
