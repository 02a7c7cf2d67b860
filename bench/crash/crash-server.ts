import { fileURLToPath } from 'node:url'
import { listeningPort } from '../subjects/listening.ts'
import { type RunningProgram, startProgram } from '../system/programs.ts'

const COMMAND = fileURLToPath(new URL('../../bin/imagep2p.js', import.meta.url))

/** A process of the index server over one folder. */
export class CrashServer {
  readonly #program: RunningProgram
  /** Resolves with its port once it answers; rejects when it ends before. */
  readonly listening: Promise<number>
  /** What it warned of. */
  readonly warnings: readonly string[]
  #hasEnded = false

  private constructor(program: RunningProgram, warnings: readonly string[]) {
    this.#program = program
    this.warnings = warnings
    this.listening = listeningPort(program)
    // It may be killed before, and nobody ask.
    this.listening.catch(() => undefined)
    void program.ended.then(() => {
      this.#hasEnded = true
    })
  }

  static async start(folder: string): Promise<CrashServer> {
    const program = await startProgram({
      command: process.execPath,
      arguments: [COMMAND, ...['server', '--host', '127.0.0.1', '--port', '0', '--data', folder]],
    })
    const warnings: string[] = []
    // Until the process ends.
    program
      .readLine(line => {
        const { level, message } = JSON.parse(line) as { level: string; message: string }
        if (level !== 'info') warnings.push(message)
        return undefined
      })
      .catch(() => undefined)
    return new CrashServer(program, warnings)
  }

  /** Kills it, without a moment to do anything. */
  kill(): void {
    if (!this.#hasEnded) process.kill(this.#program.processId, 'SIGKILL')
  }

  /** Resolves when the process is gone. */
  async gone(): Promise<void> {
    await this.#program.ended
  }

  /** Asks it to end. */
  stop(): Promise<void> {
    return this.#program.stop()
  }
}
