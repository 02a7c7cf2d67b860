import type { Schedule } from './schedule.ts'

/** What a slice of work is followed by: others' turn, or a rest because nothing can be done just now. */
export type Pause = 'turn' | 'rest'

/** What is done in the background, and how. */
export interface Work {
  /** Each `next` is a slice; nothing is left half done at the end of one. */
  readonly slices: Iterator<Pause, void>
  /** Called before each slice. */
  readonly before: () => void
  /** Milliseconds between a slice and the next one. */
  readonly delayMs: (pause: Pause) => number
  readonly onDone: () => void
  /** Called in place of `onDone` with what a slice threw. */
  readonly onError: (error: unknown) => void
}

/** One piece of work at a time, done slice by slice so that nobody waits longer than for one. */
export class SlicedWork {
  readonly #schedule: Schedule
  #work: Work | undefined
  #isInSlice = false
  #cancel: (() => void) | undefined

  constructor(schedule: Schedule) {
    this.#schedule = schedule
  }

  get isUnderWay(): boolean {
    return this.#work !== undefined
  }

  /** Starts `work` in the place of what was under way. */
  start(work: Work): void {
    this.stop()
    this.#work = work
    this.#await(work, 'turn')
  }

  /** Leaves the work where it is. */
  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
    this.#work = undefined
  }

  /** Does one slice now, whatever was planned. */
  step(): void {
    const work = this.#work
    if (work === undefined || this.#isInSlice) return
    this.#cancel?.()
    this.#isInSlice = true
    try {
      work.before()
      // What is done before a slice may have ended the work.
      if (this.#work !== work) return
      const { done, value } = work.slices.next()
      if (this.#work !== work) return
      if (done !== true) {
        this.#await(work, value)
        return
      }
      this.stop()
    } catch (error) {
      if (this.#work === work) this.stop()
      work.onError(error)
      return
    } finally {
      this.#isInSlice = false
    }
    work.onDone()
  }

  #await(work: Work, pause: Pause): void {
    this.#cancel = this.#schedule(() => this.step(), work.delayMs(pause))
  }
}
