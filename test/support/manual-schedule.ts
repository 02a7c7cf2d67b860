import type { Schedule } from '../../src/server/journal/schedule.ts'

interface Planned {
  readonly task: () => void
  readonly dueMs: number
}

/** Time that passes only when the test says so. */
export class ManualSchedule {
  #nowMs = 0
  readonly #planned = new Set<Planned>()

  readonly schedule: Schedule = (task, delayMs) => {
    const planned = { task, dueMs: this.#nowMs + delayMs }
    this.#planned.add(planned)
    return () => this.#planned.delete(planned)
  }

  readonly nowMs = (): number => this.#nowMs

  /** How much waits for its time. */
  get planned(): number {
    return this.#planned.size
  }

  /** Lets so many milliseconds pass in which nothing gets its turn. */
  pass(ms: number): void {
    this.#nowMs += ms
  }

  /** Runs what is due next, and says whether there was anything due within so many milliseconds. */
  runNext(withinMs: number = Number.POSITIVE_INFINITY): boolean {
    let next: Planned | undefined
    for (const planned of this.#planned) if (next === undefined || planned.dueMs < next.dueMs) next = planned
    if (next === undefined || next.dueMs > this.#nowMs + withinMs) return false
    this.#planned.delete(next)
    this.#nowMs = Math.max(this.#nowMs, next.dueMs)
    next.task()
    return true
  }
}
