import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { basename } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

/** A program to start: what is started is killed when the bench ends, however it ends. */
export interface Program {
  readonly command: string
  readonly arguments: readonly string[]
  /** The one core it may use; `undefined` leaves it to the scheduler. Needs `taskset`. */
  readonly core?: number | undefined
  /**
   * Whether it gives way at once to every other program on its core (SCHED_IDLE, sched(7)), so that it takes only the time
   * they leave. Counts only with a core. Needs `chrt`, which comes with `taskset`.
   */
  readonly givesWay?: boolean
  /** Added to the environment. */
  readonly environment?: Readonly<Record<string, string>>
}

/** How a program ended. */
export interface Ending {
  /** The exit status, or the name of the signal that ended it. */
  readonly status: number | NodeJS.Signals
  /** The last STDERR_KEPT characters it wrote to standard error. */
  readonly complaint: string
}

/** A program that is running. What it prints and nobody reads is dropped. */
export interface RunningProgram {
  readonly processId: number
  /** Settles when the process has ended; never rejects. */
  readonly ended: Promise<Ending>
  /** What `read` makes of the first line of standard output for which it returns something; rejects without one. */
  readLine<T>(read: (line: string) => T | undefined): Promise<T>
  /** Asks it to end, and kills it after STOP_PATIENCE_MS. Settles when it has ended. */
  stop(): Promise<void>
}

/** Milliseconds between asking a program to end and killing it: a server may have a journal to close. */
const STOP_PATIENCE_MS = 5000
/** Characters of standard error that are kept of each program: enough for a stack trace. */
const STDERR_KEPT = 4096

const running = new Set<ChildProcess>()
let watching = false

/** Children outlive a Node that ends, unless it takes them along: on every way out but SIGKILL it does. */
function takeAlong(child: ChildProcess): void {
  running.add(child)
  child.once('close', () => running.delete(child))
  if (watching) return
  watching = true
  process.once('exit', () => {
    for (const left of running) left.kill('SIGKILL')
  })
  for (const [signal, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.once(signal, () => process.exit(status))
  }
}

/** Starts a program. Rejects when it cannot be started at all. */
export async function startProgram(program: Program): Promise<RunningProgram> {
  const [command, args, environment] = onItsCore(program)
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: environment })
  takeAlong(child)
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-STDERR_KEPT)
  })
  const lines = createInterface({ input: child.stdout })
  const ended = new Promise<Ending>(resolve => {
    child.once('close', (code, signal) => resolve({ status: code ?? signal ?? 'SIGKILL', complaint }))
  })
  await once(child, 'spawn')
  return {
    processId: child.pid ?? 0,
    ended,
    readLine: read =>
      new Promise((resolve, reject) => {
        lines.on('line', function onLine(line: string) {
          const found = read(line)
          if (found === undefined) return
          lines.off('line', onLine)
          resolve(found)
        })
        void ended.then(({ status }) => reject(endedError(program.command, status, complaint)))
      }),
    async stop() {
      child.kill('SIGTERM')
      const impatience = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE_MS)
      await ended
      clearTimeout(impatience)
    },
  }
}

/** The error of a program that ended too early; its cause is all that is known of the program's complaint. */
function endedError(command: string, status: number | NodeJS.Signals, complaint: string): Error {
  const lines = complaint.split('\n').filter(line => line.trim() !== '')
  const telling = lines.find(line => /\berror\b/i.test(line)) ?? lines.at(-1) ?? 'it said nothing'
  return new Error(`${basename(command)} ended with ${status}: ${telling.trim()}`, { cause: complaint })
}

/** Runs a program to its end and returns what it printed (1 MiB at the most). Rejects when it ends with anything but 0. */
export async function runProgram(program: Program): Promise<{ stdout: string; stderr: string }> {
  const [command, args, environment] = onItsCore(program)
  const run = promisify(execFile)(command, args, { env: environment })
  takeAlong(run.child)
  try {
    return await run
  } catch (fault) {
    const { pid, exitCode, signalCode } = run.child
    if (pid === undefined) throw fault
    const complaint = fault instanceof Error && 'stderr' in fault ? String(fault.stderr) : String(fault)
    throw endedError(program.command, exitCode ?? signalCode ?? 'SIGKILL', complaint.slice(-STDERR_KEPT))
  }
}

function onItsCore(program: Program): [string, string[], NodeJS.ProcessEnv] {
  const { command, arguments: args, core, givesWay = false, environment } = program
  const merged = { ...process.env, ...environment }
  if (core === undefined) return [command, [...args], merged]
  const idle = givesWay ? ['chrt', '--idle', '0'] : []
  return ['taskset', ['-c', String(core), ...idle, command, ...args], merged]
}
