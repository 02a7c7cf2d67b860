import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

const entry = fileURLToPath(new URL('../../bin/imagep2p.js', import.meta.url))

/** The program as its user runs it: a process of its own, with its standard streams. */
export class Program {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #exit: Promise<{ status: number | null; signal: NodeJS.Signals | null }>
  #output = ''
  #errors = ''
  /** Where the next `until` begins to look. */
  #seen = 0

  /** Starts a command. */
  constructor(command: readonly string[], environment: Readonly<Record<string, string>>) {
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '',
      LC_ALL: 'en_US.UTF-8',
      ...environment,
    }
    const [file = '', ...argv] = command
    this.#child = spawn(file, argv, { env })
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text
    })
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text
    })
    this.#child.stdin.on('error', () => {})
    this.#exit = once(this.#child, 'close').then(([status, signal]) => ({ status, signal }))
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  get output(): string {
    return this.#output
  }

  get errors(): string {
    return this.#errors
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Writes to standard input. */
  type(text: string): void {
    this.#child.stdin.write(text)
  }

  /** Ends standard input. */
  endInput(): void {
    this.#child.stdin.end()
  }

  /** Resolves with the match once standard output, after what was matched before, matches; rejects when it ends without. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#output.slice(this.#seen))
      if (match !== null) {
        this.#seen += match.index + match[0].length
        return match
      }
      if (!this.isRunning || this.#child.stdout.readableEnded) {
        throw new Error(`ended without ${pattern}: ${this.#output.slice(this.#seen)}\n${this.#errors}`)
      }
      await Promise.race([once(this.#child.stdout, 'data'), this.#exit])
    }
  }

  /** Closes the pipe of standard output, as `head` does. */
  stopReading(): void {
    this.#child.stdout.destroy()
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Resolves when it ended and all it wrote was read. */
  exited(): Promise<{ status: number | null; signal: NodeJS.Signals | null }> {
    return this.#exit
  }
}

/** The command that runs the program. */
export function programCommand(argv: readonly string[]): readonly string[] {
  return [process.execPath, entry, ...argv]
}

/** Starts a command for one test; it is killed after it. */
export function startCommand(
  test: TestContext,
  command: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Program {
  const program = new Program(command, environment)
  test.after(async () => {
    if (program.isRunning) program.kill('SIGKILL')
    await program.exited()
  })
  return program
}

/** Starts the program for one test. */
export function startProgram(
  test: TestContext,
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Program {
  return startCommand(test, programCommand(argv), environment)
}

/** Runs the program to its end. */
export async function runProgram(
  test: TestContext,
  argv: readonly string[],
  input = '',
): Promise<{ status: number | null; output: string; errors: string }> {
  const program = startProgram(test, argv)
  program.type(input)
  program.endInput()
  const { status } = await program.exited()
  return { status, output: program.output, errors: program.errors }
}

/** Starts an index server process on a free port of 127.0.0.1 and waits until it answers. */
export async function startServerProcess(
  test: TestContext,
  options: readonly string[] = [],
): Promise<{ program: Program; port: number; address: string }> {
  const program = startProgram(test, ['server', '--host', '127.0.0.1', '--port', '0', '--memory', ...options])
  const [, port = ''] = await program.until(/"event":"listening".*?"port":([0-9]+)/)
  return { program, port: Number(port), address: `127.0.0.1:${port}` }
}
