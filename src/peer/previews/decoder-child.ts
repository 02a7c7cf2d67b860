import { type ChildProcess, fork } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { constants, setPriority } from 'node:os'
import { fileURLToPath } from 'node:url'
import { siblingModule } from '../../base/sibling-module.ts'
import type { DecoderLimits } from './decoder-limits.ts'
import { type DecodeReply, type DecodeRequest, parseDecodeReply, READY } from './decoder-messages.ts'

/** Milliseconds between two looks at a process's memory. */
const MEMORY_LOOK_MS = 50

/** MiB for objects of JavaScript in the process, which needs 10; pictures lie outside of them. */
const OLD_SPACE_MIB = 96

/** How one picture ended: with a reply, or with the process, without our doing. */
export type ChildOutcome = DecodeReply | { readonly kind: 'died' }

/**
 * One process that decodes. A process rather than a thread: a picture that breaks the decoder, or has it take all memory,
 * ends this process and not the peer. Its own output is thrown away: it would be strangers' words on our terminal.
 */
export class DecoderChild {
  readonly #process: ChildProcess
  readonly #limits: DecoderLimits
  readonly #exited: Promise<void>
  #hasExited = false
  /** Takes each message; replaced for each picture. */
  #onMessage: (message: unknown) => void = () => {}

  private constructor(limits: DecoderLimits) {
    this.#limits = limits
    this.#process = fork(
      fileURLToPath(siblingModule(import.meta.url, 'decoder-process')),
      [String(limits.pictureMs), String(limits.residentBytes)],
      {
        execArgv: [`--max-old-space-size=${OLD_SPACE_MIB}`],
        // V8's own encoding carries bytes and 64-bit numbers as they are.
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      },
    )
    this.#exited = new Promise(resolve => {
      const end = () => {
        this.#hasExited = true
        resolve()
      }
      this.#process.once('exit', end)
      // It could not be started at all, and then there is no `exit`; or a message found it gone, and there is.
      this.#process.on('error', () => {
        if (this.#process.pid === undefined) end()
      })
    })
    this.#process.on('message', message => this.#onMessage(message))
  }

  /** Starts a process; `undefined` where none can be had, or it ended before it could decode. */
  static async start(limits: DecoderLimits, signal: AbortSignal): Promise<DecoderChild | undefined> {
    let child: DecoderChild
    try {
      child = new DecoderChild(limits)
    } catch {
      return undefined
    }
    const ready = new Promise<'ready'>(resolve => {
      child.#onMessage = message => {
        if (message === READY) resolve('ready')
      }
    })
    const end = () => child.#kill()
    const timer = setTimeout(end, limits.startMs)
    signal.addEventListener('abort', end, { once: true })
    const outcome = await Promise.race([ready, child.#exited])
    clearTimeout(timer)
    signal.removeEventListener('abort', end)
    if (outcome !== 'ready') return undefined
    child.#yieldToOthers()
    child.#holdProgram(false)
    return child
  }

  get processId(): number | undefined {
    return this.#process.pid
  }

  get hasExited(): boolean {
    return this.#hasExited
  }

  /** Decodes one picture within the limits; the process has ended where it came to them. One at a time. Never rejects. */
  async run(request: DecodeRequest): Promise<ChildOutcome> {
    let limit: DecodeReply | undefined
    const endFor = (reason: 'tooSlow' | 'tooMuchMemory') => {
      limit ??= { kind: 'refused', reason }
      this.#kill()
    }
    const replied = new Promise<ChildOutcome>(resolve => {
      this.#onMessage = message => {
        const reply = parseDecodeReply(message, request.output)
        if (reply !== undefined) return resolve(reply)
        // It talks nonsense: whatever it is by now, it is no decoder.
        this.#kill()
      }
    })
    this.#holdProgram(true)
    const timer = setTimeout(endFor, this.#limits.pictureMs, 'tooSlow')
    const watch = setInterval(async () => {
      if ((await residentBytes(this.#process.pid)) > this.#limits.residentBytes) endFor('tooMuchMemory')
    }, MEMORY_LOOK_MS)
    // A message that cannot be sent finds a process that is gone or going, which `exit` tells.
    if (this.#process.connected) this.#process.send(request, () => {})
    const died = this.#exited.then((): ChildOutcome => limit ?? { kind: 'died' })
    const outcome = await Promise.race([replied, died])
    clearTimeout(timer)
    clearInterval(watch)
    this.#onMessage = () => {}
    this.#holdProgram(false)
    return outcome
  }

  /** Ends the process at once; resolves when it is gone. */
  async end(): Promise<void> {
    this.#holdProgram(true)
    this.#kill()
    await this.#exited
  }

  #kill(): void {
    if (!this.#hasExited) this.#process.kill('SIGKILL')
  }

  /** A picture that is looked at later can wait: sending images and hashing them comes first. */
  #yieldToOthers(): void {
    try {
      if (this.#process.pid !== undefined)
        setPriority(this.#process.pid, constants.priority.PRIORITY_BELOW_NORMAL)
    } catch {
      // Not every system lets us, and then it decodes like everybody else.
    }
  }

  /** Only a picture under way, or an end that is waited for, keeps the program alive. */
  #holdProgram(isHeld: boolean): void {
    if (isHeld) {
      this.#process.ref()
      this.#process.channel?.ref()
    } else {
      this.#process.unref()
      this.#process.channel?.unref()
    }
  }
}

/** Resident memory of a process, as Linux tells it (proc_pid_status(5), VmRSS); 0 where the system has no such file. */
async function residentBytes(processId: number | undefined): Promise<number> {
  try {
    const status = await readFile(`/proc/${processId}/status`, 'latin1')
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}
