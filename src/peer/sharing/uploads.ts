import { monotonicMs } from '../../base/clock.ts'
import type { FileBytes, FileSender, Pace } from '../../transport/file-sender.ts'
import type { RequestConnection } from '../../transport/request-connection.ts'
import type { RunningUpload, UploadedImage, UploadFlows } from './upload-flows.ts'
import { UploadLimits, type UploadLimitsConfig } from './upload-limits.ts'
import { UploadSlots } from './upload-slots.ts'

/** Bytes up to which an answer is small: it needs no slot, and goes ahead of what the limits hold back. */
export const SMALL_ANSWER_BYTES = 65_536

/** Milliseconds after the last large answer until nobody is thought to want a further one. */
const QUIET_MS = 1000

/** Sends parts of files, as many at once and as fast as the limits allow. */
export class Uploads {
  readonly #sender: FileSender
  readonly #slots: UploadSlots
  readonly #limits = new UploadLimits()
  /** What is under way to whom. */
  readonly flows: UploadFlows

  #lastLargeMs = Number.NEGATIVE_INFINITY
  #bytesSent = 0
  readonly #count = (sent: number): void => {
    this.#bytesSent += sent
  }
  /** One for all that have no limit. */
  readonly #unlimited: Pace = {
    isLimited: false,
    take: sent => {
      this.#count(sent)
      return undefined
    },
  }

  constructor(sender: FileSender, limits: UploadLimitsConfig, flows: UploadFlows) {
    this.#sender = sender
    this.flows = flows
    this.#slots = new UploadSlots(limits.slots)
    this.#limits.set(limits)
  }

  /** Takes effect at once, also for uploads that run. */
  setLimits(limits: UploadLimitsConfig): void {
    this.#slots.setSlots(limits.slots)
    this.#limits.set(limits)
  }

  /** Bytes of files, previews and lists that went out since the start. */
  get bytesSent(): number {
    return this.#bytesSent
  }

  /** True when no large answer was under way for a while. */
  get isQuiet(): boolean {
    return this.#slots.active === 0 && monotonicMs() - this.#lastLargeMs >= QUIET_MS
  }

  /** Takes a slot for a large answer at once, where one is free. */
  tryEnter(connection: RequestConnection): boolean {
    return this.#slots.tryEnter(connection.address)
  }

  /** Waits for a slot, at most until `signal` aborts; false then. Whoever entered has to {@link leave}. */
  async enter(connection: RequestConnection, signal: AbortSignal): Promise<boolean> {
    if (this.tryEnter(connection)) return true
    connection.hold()
    const entered = await this.#slots.enter(connection.address, signal)
    connection.answer(monotonicMs())
    return entered
  }

  leave(connection: RequestConnection): void {
    this.#slots.leave(connection.address)
    this.#lastLargeMs = monotonicMs()
  }

  /** Waits for its turn and sends something large; false where the file, its sharing or the connection ended before. */
  async send(connection: RequestConnection, bytes: FileBytes, image: UploadedImage): Promise<boolean> {
    if (!this.tryEnter(connection) && !(await this.enter(connection, connection.signal))) return false
    const upload = this.flows.begin(connection, image)
    try {
      return upload !== undefined && (await this.sendEntered(connection, bytes, upload))
    } finally {
      upload?.end()
      this.leave(connection)
    }
  }

  /** Sends what has its slot, or needs none. */
  async sendEntered(
    connection: RequestConnection,
    bytes: FileBytes,
    upload?: RunningUpload,
  ): Promise<boolean> {
    const isSmall = bytes.end - bytes.start <= SMALL_ANSWER_BYTES
    // What is small is over before a limit could be set.
    if (isSmall && !this.#limits.isSet) {
      const isWhole = await this.#sender.send(connection, bytes, this.#unlimited)
      upload?.count(bytes.end - bytes.start)
      return isWhole
    }
    const pace = this.#limits.pace(connection.address, isSmall, () => connection.signal)
    const count = this.#count
    return this.#sender.send(connection, bytes, {
      get isLimited() {
        return pace.isLimited
      },
      take(sent) {
        count(sent)
        upload?.count(sent)
        const wait = pace.take(sent)
        if (wait === undefined) return undefined
        connection.hold()
        return wait.then(() => connection.answer(monotonicMs()))
      },
    })
  }

  /** Sends what needs no slot, `bytes` of an image among it; `undefined` where that is done at once. */
  sendSmall(connection: RequestConnection, answer: Buffer, bytes: number): Promise<void> | undefined {
    const taken = connection.send(answer)
    if (taken === undefined && !this.#limits.isSet) {
      this.#bytesSent += bytes
      return undefined
    }
    return Promise.resolve(taken).then(() => this.countPiece(connection, bytes))
  }

  /** The pace of what somebody gets by another way than the share port: it counts, and waits, as all does. */
  pace(asker: string, signal: AbortSignal): Pace {
    const pace = this.#limits.pace(asker, false, () => signal)
    const count = this.#count
    return {
      get isLimited() {
        return pace.isLimited
      },
      take(sent) {
        count(sent)
        return pace.take(sent)
      },
    }
  }

  /** Counts what went out in one piece, an answer or the end of one, and waits as the limits have it. */
  async countPiece(connection: RequestConnection, bytes: number): Promise<void> {
    this.#bytesSent += bytes
    if (!this.#limits.isSet) return
    await this.#limits.pace(connection.address, true, () => connection.signal).take(bytes)
  }
}
