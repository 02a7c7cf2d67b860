import { monotonicMs } from '../base/clock.ts'
import { Failure } from '../base/failure.ts'
import { printable } from '../base/printable.ts'
import { RateWindow } from '../peer/transfers/rate-window.ts'
import type { TransferObserver } from '../peer/transfers/transfer-observer.ts'
import type { Transfers } from '../peer/transfers/transfers.ts'
import type { Digest } from '../protocol/digest.ts'
import type { CommandContext } from './context.ts'
import { describeFailure } from './describe-failure.ts'
import { drawTransfers, type ShownTransfers, totalLine } from './draw-transfers.ts'

/** Milliseconds between two drawings in a terminal, two lines in a log, two progress events. */
const DRAW_MS = 100
const LOG_MS = 5000
const EVENT_MS = 1000

/** Images up to which each saved one is told of by name where nobody watches. */
const TOLD_BY_NAME = 20

interface Flow {
  readonly name: string
  readonly size: number | undefined
  readonly startedMs: number
  owner: string
  bytes: number
}

/** Tells of the transfers of a queue: live in a terminal, in steady lines in a log, or as events. */
export class TransferReporter implements Omit<TransferObserver, 'onLimits'> {
  readonly #context: CommandContext
  readonly #transfers: Transfers
  readonly #asJson: boolean
  /** One for each running transfer. */
  readonly #flows = new Map<Digest, Flow>()
  readonly #startedMs = monotonicMs()
  readonly #rate = new RateWindow(this.#startedMs)
  #timer: NodeJS.Timeout | undefined
  #unsubscribe = () => {}
  #savedBytes = 0
  #saved = 0
  #skipped = 0
  #failed = 0

  constructor(context: CommandContext, transfers: Transfers) {
    this.#context = context
    this.#transfers = transfers
    this.#asJson = context.options.has('json')
  }

  /** Begins to tell what happens, and how it stands at intervals, until {@link stop}. */
  start(): void {
    this.#unsubscribe = this.#transfers.subscribe(this)
    const { terminal } = this.#context
    const everyMs = this.#asJson ? EVENT_MS : terminal.isInteractive ? DRAW_MS : LOG_MS
    this.#timer = setInterval(() => this.#tell(), everyMs)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#unsubscribe()
    this.#context.terminal.endProgress()
  }

  /** One sentence, or one event, on all that happened. */
  finish(): void {
    const { terminal, messages } = this.#context
    const { transfers, counted } = messages
    if (this.#asJson)
      this.#event('done', {
        saved: this.#saved,
        skipped: this.#skipped,
        failed: this.#failed,
        bytes: this.#savedBytes,
      })
    else
      terminal.print(
        transfers.finished(this.#saved, counted.bytes(this.#savedBytes), this.#skipped, this.#failed),
      )
  }

  /** Transfers that ended without their image, since the start. */
  get failures(): number {
    return this.#failed
  }

  onAdded: TransferObserver['onAdded'] = ({ digest, name }) => {
    if (this.#asJson) this.#event('added', { md5: digest, wanted: name })
  }

  onStarted: TransferObserver['onStarted'] = ({ digest, name, details, attempts }) => {
    const flow = { name, size: details.bytes, startedMs: monotonicMs(), owner: '', bytes: 0 }
    this.#flows.set(digest, flow)
    if (this.#asJson) this.#event('started', { md5: digest, wanted: name, attempt: attempts + 1 })
  }

  onProgress: TransferObserver['onProgress'] = ({ digest }, owner, bytes) => {
    const flow = this.#flows.get(digest)
    if (flow !== undefined) Object.assign(flow, { owner, bytes })
  }

  onFailedAttempt: TransferObserver['onFailedAttempt'] = ({ digest, name }, { owner, reason, detail }) => {
    const { terminal, messages } = this.#context
    if (this.#asJson) this.#event('ownerFailed', { md5: digest, wanted: name, owner, reason, detail })
    else if (terminal.isInteractive)
      terminal.print(messages.download.nextOwner(owner, reason, printable(detail)))
  }

  onSaved: TransferObserver['onSaved'] = ({ digest, name: wanted }, saved) => {
    const { terminal, messages } = this.#context
    const { fileName: name, path, bytes, owner, failed } = saved
    this.#flows.delete(digest)
    this.#saved += 1
    this.#savedBytes += bytes
    if (this.#asJson) this.#event('saved', { wanted, md5: digest, name, path, bytes, owner, failed })
    else if (this.#total() <= TOLD_BY_NAME)
      terminal.print(messages.download.done(printable(name), messages.counted.bytes(bytes), owner))
  }

  onSkipped: TransferObserver['onSkipped'] = ({ digest, name }) => {
    this.#skipped += 1
    if (this.#asJson) this.#event('skipped', { wanted: name, md5: digest })
  }

  onRetrying: TransferObserver['onRetrying'] = ({ digest, name, retryAtMs }, error) => {
    this.#flows.delete(digest)
    if (!this.#asJson) return
    const again = retryAtMs === undefined ? {} : { at: new Date(retryAtMs).toISOString() }
    this.#event('retrying', { wanted: name, md5: digest, ...this.#reason(error), ...again })
  }

  onFailed: TransferObserver['onFailed'] = ({ digest, name }, error) => {
    this.#flows.delete(digest)
    this.fail(name, error, digest)
  }

  /** Tells of something wanted that cannot be had. */
  fail(wanted: string, error: unknown, digest?: Digest): void {
    const { terminal, messages } = this.#context
    this.#failed += 1
    if (this.#asJson)
      this.#event('failed', {
        wanted,
        ...(digest === undefined ? {} : { md5: digest }),
        ...this.#reason(error),
      })
    else terminal.printError(messages.program(describeFailure(error, messages)))
  }

  onChanged: TransferObserver['onChanged'] = ({ digest, name, state }) => {
    if (state !== 'running') this.#flows.delete(digest)
    if (this.#asJson) this.#event('changed', { wanted: name, md5: digest, state })
  }

  onPaused: TransferObserver['onPaused'] = (why, error) => {
    const { terminal, messages } = this.#context
    this.#flows.clear()
    if (this.#asJson) this.#event('paused', { why, ...(error === undefined ? {} : this.#reason(error)) })
    else if (why === 'asked') terminal.printError(messages.program(messages.transfers.paused))
    else {
      terminal.printError(messages.program(describeFailure(error, messages)))
      terminal.printError(messages.program(messages.transfers.diskFull))
    }
  }

  onResumed: TransferObserver['onResumed'] = why => {
    const { terminal, messages } = this.#context
    const { resumed, goingOn } = messages.transfers
    if (this.#asJson) this.#event('resumed', {})
    else terminal.printError(messages.program(why === 'diskFull' ? resumed : goingOn))
  }

  #reason(error: unknown): { code: string; message: string } {
    const code = error instanceof Failure ? error.code : 'unexpected'
    return { code, message: describeFailure(error, this.#context.messages) }
  }

  #event(event: string, facts: object): void {
    this.#context.terminal.print(JSON.stringify({ event, ...facts }))
  }

  #total(): number {
    return this.#saved + this.#skipped + this.#failed + this.#open()
  }

  #open(): number {
    const { waiting, running, retrying } = this.#transfers.counts
    return waiting + running + retrying
  }

  #shown(): ShownTransfers {
    const nowMs = monotonicMs()
    const perSecond = (bytes: number, sinceMs: number) => bytes / Math.max(0.001, (nowMs - sinceMs) / 1000)
    const running = [...this.#flows.values()].map(({ name, owner, bytes, size, startedMs }) => {
      return { name, owner, bytes, size, bytesPerSecond: perSecond(bytes, startedMs) }
    })
    const bytes = this.#savedBytes + running.reduce((sum, flow) => sum + flow.bytes, 0)
    this.#rate.count(bytes, nowMs)
    const bytesPerSecond = this.#rate.bytesPerSecond(nowMs)
    return {
      running,
      saved: this.#saved,
      skipped: this.#skipped,
      failed: this.#failed,
      retrying: this.#transfers.counts.retrying,
      total: this.#total(),
      bytes,
      bytesPerSecond,
      secondsLeft: this.#secondsLeft(running, bytesPerSecond, (nowMs - this.#startedMs) / 1000),
      isDiskFull: this.#transfers.pauseReason === 'diskFull',
    }
  }

  /** By bytes where every size is known, else by images; `undefined` where nothing came yet. */
  #secondsLeft(
    running: readonly { readonly bytes: number; readonly size: number | undefined }[],
    bytesPerSecond: number,
    seconds: number,
  ): number | undefined {
    const { bytes, unknown } = this.#transfers.sizes
    if (unknown === 0) {
      const there = running.reduce((sum, flow) => sum + Math.min(flow.bytes, flow.size ?? 0), 0)
      return bytesPerSecond === 0 ? undefined : Math.max(0, bytes - there) / bytesPerSecond
    }
    const fetched = this.#saved + this.#failed
    return fetched === 0 ? undefined : (seconds / fetched) * this.#open()
  }

  #tell(): void {
    const { terminal, messages } = this.#context
    const shown = this.#shown()
    if (this.#open() === 0) {
      terminal.endProgress()
      return
    }
    if (this.#asJson) {
      const { saved, skipped, failed, retrying, total, bytes } = shown
      this.#event('progress', { saved, skipped, failed, retrying, total, bytes })
    } else if (terminal.isInteractive) {
      const { columns, rows } = terminal.size
      terminal.showProgressLines(drawTransfers(shown, columns - 1, rows - 1, messages))
    } else terminal.print(totalLine(shown, messages))
  }
}
