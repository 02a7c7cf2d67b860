import { Worker } from 'node:worker_threads'
import { siblingModule } from '../../base/sibling-module.ts'
import type { ArrivedFile } from './commit-group.ts'
import type { BeginOrder, CommitAnswer, CommitOrder } from './commit-worker.ts'
import { SaveError } from './part-file.ts'
import { THREAD_LIMITS } from './thread-limits.ts'

/** Milliseconds for which a file waits for others at most, while others arrive: syncing costs about as much for one as for many. */
const GATHER_MS = 150

/** Bytes that are not waited beyond: enough that syncing them together pays, few enough that the disk does not idle meanwhile. */
const GROUP_BYTES = 16 * 1024 ** 2

/** Milliseconds after which the idle thread is ended. */
const IDLE_MS = 10_000

interface Waiting extends ArrivedFile {
  readonly directory: string
  readonly bytes: number
  resolve(fileName: string): void
  reject(error: Error): void
}

/**
 * Brings files to the disk and gives them their names, many at once, in a thread that waits for the disk while others
 * arrive. As many wait as downloads are under way, which the caller bounds.
 */
export class GroupCommit {
  readonly #isMoreComing: () => boolean
  #waiting: Waiting[] = []
  #bytes = 0
  #committing: readonly Waiting[] = []
  #thread: Worker | undefined
  #gatherTimer: NodeJS.Timeout | undefined
  #idleTimer: NodeJS.Timeout | undefined

  /** `isMoreComing`: whether more files will arrive without those that wait being committed first. */
  constructor(isMoreComing: () => boolean) {
    this.#isMoreComing = isMoreComing
  }

  /** Files that are not committed yet. */
  get size(): number {
    return this.#waiting.length + this.#committing.length
  }

  /** Resolves with the name given, once the content is on the disk; rejects with a {@link SaveError}. */
  commit(file: ArrivedFile & { readonly directory: string; readonly bytes: number }): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    this.#waiting.push({ ...file, resolve, reject })
    this.#bytes += file.bytes
    this.#gatherTimer ??= setTimeout(() => this.#flush(), GATHER_MS)
    this.look()
    return promise
  }

  /** Looks whether waiting longer is of use; to be called when less is coming than was. */
  look(): void {
    if (this.#waiting.length > 0 && (this.#bytes >= GROUP_BYTES || !this.#isMoreComing())) this.#flush()
  }

  /** Much of a file is written: the disk is to begin with it, so that its commit has less to wait for. */
  begin(path: string): void {
    const order: BeginOrder = { kind: 'begin', path }
    this.#working().postMessage(order)
    if (this.#committing.length === 0) this.#restLater()
  }

  /** Ends the thread; what it was committing fails. */
  async close(): Promise<void> {
    clearTimeout(this.#gatherTimer)
    clearTimeout(this.#idleTimer)
    const thread = this.#thread
    this.#thread = undefined
    const lost = this.#committing
    await thread?.terminate()
    // No other thread begins while these are committed.
    if (lost.length > 0 && lost === this.#committing) this.#settle([])
  }

  #flush(): void {
    clearTimeout(this.#gatherTimer)
    this.#gatherTimer = undefined
    const [first] = this.#waiting
    if (this.#committing.length > 0 || first === undefined) return
    const { directory } = first
    this.#committing = this.#waiting.filter(file => file.directory === directory)
    this.#waiting = this.#waiting.filter(file => file.directory !== directory)
    this.#bytes = this.#waiting.reduce((sum, { bytes }) => sum + bytes, 0)
    const files = this.#committing.map(({ partPath, name }) => ({ partPath, name }))
    const order: CommitOrder = { kind: 'commit', directory, files, isLast: !this.#isMoreComing() }
    const thread = this.#working()
    thread.ref()
    thread.postMessage(order)
  }

  #working(): Worker {
    clearTimeout(this.#idleTimer)
    this.#thread ??= this.#start()
    return this.#thread
  }

  #restLater(): void {
    this.#idleTimer = setTimeout(() => void this.close(), IDLE_MS)
    this.#idleTimer.unref()
  }

  #start(): Worker {
    const thread = new Worker(siblingModule(import.meta.url, 'commit-worker'), {
      resourceLimits: THREAD_LIMITS,
    })
    thread.unref()
    thread.on('message', (answer: CommitAnswer) => this.#take(thread, answer))
    const lose = () => {
      if (this.#thread !== thread) return
      this.#thread = undefined
      this.#settle([])
    }
    thread.on('error', lose)
    thread.on('exit', lose)
    return thread
  }

  #take(thread: Worker, answer: CommitAnswer): void {
    thread.unref()
    this.#restLater()
    this.#settle(answer)
  }

  #settle(answer: CommitAnswer): void {
    const committed = this.#committing
    this.#committing = []
    for (const [index, { resolve, reject }] of committed.entries()) {
      const outcome = answer[index] ?? { reason: 'the committing thread ended' }
      if ('fileName' in outcome) resolve(outcome.fileName)
      else reject(new SaveError(outcome.reason))
    }
    if (this.#waiting.length > 0) this.#gatherTimer ??= setTimeout(() => this.#flush(), GATHER_MS)
    this.look()
  }
}
