import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { english } from '../../src/messages/english.ts'
import { ApiFront } from '../crash/api-front.ts'
import { listeningPort } from '../subjects/listening.ts'
import { type Ending, type RunningProgram, startProgram } from '../system/programs.ts'
import type { FaultImage } from './fault-images.ts'
import { Relay, type RelayFault } from './relay.ts'

const COMMAND = fileURLToPath(new URL('../../bin/imagep2p.js', import.meta.url))

/** Milliseconds between two renewals of what a relay registered: a lease is 120 s. */
const RENEWAL_MS = 30_000

/** Milliseconds between two looks at how much of a download is there. */
const LOOK_MS = 2

const RELAY_PASSWORD = 'relayrelayrelay0'

/** The process of somebody who shares a folder. */
export interface Owner {
  readonly folder: string
  readonly port: number
  /** Ends it without a moment to do anything; settles when it is gone. */
  kill(): Promise<void>
  /** Starts it over the same folder and the same port; settles when all its images are listed again. */
  restart(): Promise<void>
}

/** Index servers, owners and relays of one row, as processes of their own where they are the program's. */
export class FaultNetwork {
  readonly #scratch: string
  readonly #programs = new Set<RunningProgram>()
  readonly #relays: Relay[] = []
  readonly #renewals: NodeJS.Timeout[] = []
  readonly #api: ApiFront
  /** The one whose images are downloaded. */
  readonly #shownPort: number
  /** One for owners behind relays, so that nobody finds the way around. */
  #hiddenPort: number | undefined
  #owners = 0

  private constructor(scratch: string, index: RunningProgram, port: number) {
    this.#scratch = scratch
    this.#programs.add(index)
    this.#shownPort = port
    this.#api = new ApiFront('127.0.0.1', port)
  }

  /** `scratch` is for what the programs keep. */
  static async start(scratch: string): Promise<FaultNetwork> {
    const { program, port } = await startIndex()
    return new FaultNetwork(scratch, program, port)
  }

  /** Somebody who shares `folder`. */
  startOwner(folder: string): Promise<Owner> {
    return this.#startOwner(folder, this.#shownPort)
  }

  /** Somebody who shares `folder` and is reached through a relay alone. */
  async startRelayed(
    folder: string,
    images: readonly FaultImage[],
    behave?: (connection: number) => RelayFault,
  ): Promise<{ readonly owner: Owner; readonly relay: Relay }> {
    if (this.#hiddenPort === undefined) {
      const { program, port } = await startIndex()
      this.#programs.add(program)
      this.#hiddenPort = port
    }
    const owner = await this.#startOwner(folder, this.#hiddenPort)
    return { owner, relay: await this.relayTo(owner, images, behave) }
  }

  /** One more way to an owner. */
  async relayTo(
    owner: Owner,
    images: readonly FaultImage[],
    behave?: (connection: number) => RelayFault,
  ): Promise<Relay> {
    const relay = await Relay.start(owner, behave)
    this.#relays.push(relay)
    const entries = images.map(({ md5, name, bytes }) => ({ md5, name, bytes }))
    const answer = await this.#api.ask({ kind: 'put', password: RELAY_PASSWORD, entries }, relay.port)
    if (answer !== 'done') throw new Error(`a relay was not registered: ${JSON.stringify(answer)}`)
    const { port } = relay
    const renew = () => void this.#api.ask({ kind: 'lease', password: RELAY_PASSWORD }, port)
    this.#renewals.push(setInterval(renew, RENEWAL_MS))
    return relay
  }

  /** Takes back what a relay registered. */
  async forget(relay: Relay): Promise<void> {
    await this.#api.ask({ kind: 'delete', password: RELAY_PASSWORD }, relay.port)
  }

  /** Begins to fetch everything into `into`. */
  async get(into: string, environment: Readonly<Record<string, string>> = {}): Promise<Download> {
    const program = await startProgram({
      command: process.execPath,
      arguments: [
        COMMAND,
        ...['get', `127.0.0.1:${this.#shownPort}`, '--all', '--json', '--lang', 'en'],
        ...['--out', into, '--data', `${into}.data`],
      ],
      environment,
    })
    this.#programs.add(program)
    void program.ended.then(() => this.#programs.delete(program))
    return new Download(program, into)
  }

  /** Ends every process. */
  async close(): Promise<void> {
    for (const renewal of this.#renewals) clearInterval(renewal)
    for (const relay of this.#relays) relay.close()
    this.#api.close()
    await Promise.all([...this.#programs].map(program => program.stop()))
  }

  async #startOwner(folder: string, indexPort: number): Promise<Owner> {
    this.#owners += 1
    const data = join(this.#scratch, `owner-${this.#owners}`)
    let { program, port } = await this.#share(folder, data, indexPort, 0)
    return {
      folder,
      port,
      kill: async () => {
        process.kill(program.processId, 'SIGKILL')
        await program.ended
      },
      restart: async () => {
        const started = await this.#share(folder, data, indexPort, port)
        program = started.program
        port = started.port
      },
    }
  }

  async #share(folder: string, data: string, indexPort: number, sharePort: number) {
    const program = await startProgram({
      command: process.execPath,
      arguments: [
        COMMAND,
        // What makes up the size of these pictures stands behind them.
        ...['share', `127.0.0.1:${indexPort}`, folder, '--keep-metadata'],
        ...['--port', String(sharePort), '--data', data, '--lang', 'en'],
      ],
    })
    this.#programs.add(program)
    void program.ended.then(() => this.#programs.delete(program))
    const port = program.readLine(line => {
      const found = /on port ([0-9]+)/.exec(line)?.[1]
      return found === undefined ? undefined : Number(found)
    })
    await program.readLine(line => (line === english.share.running ? true : undefined))
    return { program, port: await port }
  }
}

/** One run of `imagep2p get --all`. */
export class Download {
  readonly #program: RunningProgram
  readonly #into: string
  #hasEnded = false
  /** How it ended. */
  readonly ended: Promise<Ending>

  constructor(program: RunningProgram, into: string) {
    this.#program = program
    this.#into = into
    this.ended = program.ended
    void this.ended.then(() => {
      this.#hasEnded = true
    })
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** Ends it without a moment to do anything; settles when it is gone. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (!this.#hasEnded) process.kill(this.#program.processId, signal)
    await this.ended
  }

  /** Whether it ended with everything fetched; ends it when it takes longer than so many milliseconds. */
  async succeeds(withinMs: number): Promise<boolean> {
    const over = new AbortController()
    const patience = delay(withinMs, 'late' as const, { signal: over.signal }).catch(() => 'late' as const)
    const ending = await Promise.race([this.ended, patience])
    over.abort()
    if (ending !== 'late') return ending.status === 0
    await this.kill()
    return false
  }

  /** Resolves once it told of an event of that kind; false when it ended before, or took longer. */
  async tells(event: string, withinMs: number): Promise<boolean> {
    const over = new AbortController()
    const told = this.#program
      .readLine(line => (line.startsWith(`{"event":"${event}"`) ? true : undefined))
      .catch(() => false)
    const patience = delay(withinMs, false, { signal: over.signal }).catch(() => false)
    const found = await Promise.race([told, patience])
    over.abort()
    return found
  }

  /** Resolves once the folder holds so many bytes, finished or not; false when the download ended before. */
  async reaches(bytes: number): Promise<boolean> {
    while (bytesIn(this.#into) < bytes) {
      if (this.#hasEnded) return false
      await delay(LOOK_MS)
    }
    return true
  }
}

function bytesIn(folder: string): number {
  let sum = 0
  try {
    for (const name of readdirSync(folder)) sum += statSync(join(folder, name)).size
  } catch {
    // A file got another name in between: the next look counts it.
  }
  return sum
}

async function startIndex(): Promise<{ program: RunningProgram; port: number }> {
  const program = await startProgram({
    command: process.execPath,
    arguments: [COMMAND, 'server', '--host', '127.0.0.1', '--port', '0', '--memory'],
  })
  return { program, port: await listeningPort(program) }
}
