import { setTimeout as delay } from 'node:timers/promises'
import { DecoderChild } from './decoder-child.ts'
import { DEFAULT_DECODER_LIMITS, type DecoderLimits, MAX_RESTART_MS } from './decoder-limits.ts'
import type { DecodeReply, DecodeRequest } from './decoder-messages.ts'

/** Why nothing was decoded although the picture may be fine: another time it may be. */
export type Unavailability = 'busy' | 'stopped' | 'decoderMissing'

/** What became of a picture. */
export type DecodeOutcome = DecodeReply | { readonly kind: 'unavailable'; readonly reason: Unavailability }

/** `asked`: somebody waits for it. `background`: only when nobody does. */
export type DecodeUrgency = 'asked' | 'background'

interface Job {
  readonly request: DecodeRequest
  readonly settle: (outcome: DecodeOutcome) => void
}

/** Starts that follow a crash at once; a pause comes before each further one. */
const STARTS_WITHOUT_PAUSE = 3

/** Times that a picture may be under way when the process ends: the first may have been somebody else's doing. */
const TRIES = 2

/**
 * Decodes pictures in a process of its own, one at a time, first come first served: everybody's wait has a bound then, and
 * who no longer wants a picture takes it back. The process is started when there is something to do.
 */
export class ImageDecoder {
  readonly #limits: DecoderLimits
  /** Bounded by `limits.waiting`, each. */
  readonly #waiting: Readonly<Record<DecodeUrgency, Set<Job>>> = { asked: new Set(), background: new Set() }
  readonly #stopping = new AbortController()
  #child: DecoderChild | undefined
  #serving: Promise<void> | undefined
  #idleTimer: NodeJS.Timeout | undefined
  /** Processes that ended by themselves since one last made something of a picture. */
  #crashesInARow = 0

  constructor(limits: DecoderLimits = DEFAULT_DECODER_LIMITS) {
    this.#limits = limits
  }

  /** The process, where there is one. */
  get processId(): number | undefined {
    return this.#child?.hasExited === false ? this.#child.processId : undefined
  }

  /**
   * Decodes a picture. Rejects only with the signal's reason: one that waits is then taken out of the queue, one under way
   * goes on, within its caps.
   */
  async decode(request: DecodeRequest, urgency: DecodeUrgency, signal: AbortSignal): Promise<DecodeOutcome> {
    signal.throwIfAborted()
    if (this.#stopping.signal.aborted) return { kind: 'unavailable', reason: 'stopped' }
    if (this.#waiting[urgency].size >= this.#limits.waiting) return { kind: 'unavailable', reason: 'busy' }
    const { promise, resolve, reject } = Promise.withResolvers<DecodeOutcome>()
    const job: Job = { request, settle: resolve }
    const cancel = () => {
      this.#waiting[urgency].delete(job)
      reject(signal.reason)
    }
    signal.addEventListener('abort', cancel, { once: true })
    this.#waiting[urgency].add(job)
    this.#serving ??= this.#serve()
    try {
      return await promise
    } finally {
      signal.removeEventListener('abort', cancel)
    }
  }

  /** Ends the process unless it is at work: there will be nothing to do for a while. */
  rest(): void {
    if (this.#serving !== undefined) return
    clearTimeout(this.#idleTimer)
    const idle = this.#child
    this.#child = undefined
    void idle?.end()
  }

  /** Turns away whoever waits and ends the process. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    clearTimeout(this.#idleTimer)
    await this.#child?.end()
    await this.#serving
    await this.#child?.end()
  }

  async #serve(): Promise<void> {
    clearTimeout(this.#idleTimer)
    for (let job = this.#takeNext(); job !== undefined; job = this.#takeNext()) {
      job.settle(await this.#run(job.request))
    }
    this.#serving = undefined
    this.#idleTimer = setTimeout(() => this.rest(), this.#limits.idleMs)
    this.#idleTimer.unref()
  }

  #takeNext(): Job | undefined {
    for (const waiting of [this.#waiting.asked, this.#waiting.background]) {
      for (const job of waiting) {
        waiting.delete(job)
        return job
      }
    }
    return undefined
  }

  async #run(request: DecodeRequest): Promise<DecodeOutcome> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const child = await this.#childAtWork()
      if (this.#stopping.signal.aborted) return { kind: 'unavailable', reason: 'stopped' }
      if (child === undefined) return { kind: 'unavailable', reason: 'decoderMissing' }
      const outcome = await child.run(request)
      if (outcome.kind !== 'died') {
        this.#crashesInARow = 0
        return outcome
      }
      if (this.#stopping.signal.aborted) return { kind: 'unavailable', reason: 'stopped' }
      this.#crashesInARow += 1
    }
    return { kind: 'refused', reason: 'broken' }
  }

  /** The process that is there or a new one, after a pause where they keep crashing. */
  async #childAtWork(): Promise<DecoderChild | undefined> {
    if (this.#child?.hasExited === false) return this.#child
    const { signal } = this.#stopping
    const pauses = this.#crashesInARow - STARTS_WITHOUT_PAUSE
    if (pauses >= 0) {
      const pauseMs = Math.min(this.#limits.restartMs * 2 ** pauses, MAX_RESTART_MS)
      await delay(pauseMs, undefined, { signal }).catch(() => {})
    }
    if (signal.aborted) return undefined
    this.#child = await DecoderChild.start(this.#limits, signal)
    if (this.#child === undefined) this.#crashesInARow += 1
    return this.#child
  }
}
