import { NO_ROW, type Rows } from './rows.ts'

/**
 * Where registrations wait to be looked after. Every queue has one delay, so whoever joins is due last, and the next due
 * stands in front: joining, leaving and taking out cost the same however many there are. A peer that is heard does not
 * move; whoever takes its registration out when its time has come sees when that was, and puts it back.
 */
export const Queue = {
  /** Registered a moment ago: can its port be reached? */
  fresh: 1,
  /** Without a lease, or not reachable: its port is tried from time to time. */
  checked: 2,
  /** Is its lease still running? */
  leased: 3,
} as const
export type Queue = (typeof Queue)[keyof typeof Queue]

/** Fields, counted from the first of the schedule's own. */
const QUEUE = 0
const DUE = 1
const PREVIOUS = 2
const NEXT = 3
export const SCHEDULE_WORDS = 4

const QUEUES = 4

/** When each registration is to be looked after next for one purpose: it stands in one queue at most. */
export class Schedule {
  readonly #rows: Rows
  readonly #fields: number
  readonly #first = new Uint32Array(QUEUES)
  readonly #last = new Uint32Array(QUEUES)

  /** `fields` is the first of {@link SCHEDULE_WORDS} fields of the rows of registrations. */
  constructor(rows: Rows, fields: number) {
    this.#rows = rows
    this.#fields = fields
  }

  /** Says of a new row that it is in no queue. */
  clear(registration: number): void {
    this.#set(registration, QUEUE, 0)
  }

  /** Puts a registration at the end of a queue, out of the one it is in; `dueSeconds` is at least that of all before it. */
  putOff(registration: number, queue: Queue, dueSeconds: number): void {
    this.takeOff(registration)
    const last = this.#last[queue] ?? NO_ROW
    this.#set(registration, QUEUE, queue)
    this.#set(registration, DUE, dueSeconds)
    this.#set(registration, PREVIOUS, last)
    this.#set(registration, NEXT, NO_ROW)
    if (last === NO_ROW) this.#first[queue] = registration
    else this.#set(last, NEXT, registration)
    this.#last[queue] = registration
  }

  /** Takes a registration out of its queue, if it is in one. */
  takeOff(registration: number): void {
    const queue = this.#get(registration, QUEUE)
    if (queue === 0) return
    const previous = this.#get(registration, PREVIOUS)
    const next = this.#get(registration, NEXT)
    if (previous === NO_ROW) this.#first[queue] = next
    else this.#set(previous, NEXT, next)
    if (next === NO_ROW) this.#last[queue] = previous
    else this.#set(next, PREVIOUS, previous)
    this.#set(registration, QUEUE, 0)
  }

  /** Takes out the first of a queue if its time has come; NO_ROW otherwise. */
  takeDue(queue: Queue, nowSeconds: number): number {
    const first = this.#first[queue] ?? NO_ROW
    if (first === NO_ROW || this.#get(first, DUE) > nowSeconds) return NO_ROW
    this.takeOff(first)
    return first
  }

  #get(registration: number, field: number): number {
    return this.#rows.get(registration, this.#fields + field)
  }

  #set(registration: number, field: number, value: number): void {
    this.#rows.set(registration, this.#fields + field, value)
  }
}
