import { monotonicMs } from '../../base/clock.ts'
import { Word } from '../../protocol/index-request.ts'
import { DurationHistogram } from './duration-histogram.ts'

/** What a datagram asked, as an index into the counters; `unknown` is what could not be decoded. */
export const RequestKind = { register: 0, list: 1, update: 2, end: 3, renew: 4, unknown: 5 } as const
export type RequestKind = (typeof RequestKind)[keyof typeof RequestKind]

/** The wire's name of each kind, by its index. */
export const REQUEST_WORDS = [
  Word.register,
  Word.list,
  Word.update,
  Word.end,
  Word.renew,
  'unknown',
] as const satisfies readonly (Word | 'unknown')[]
export type RequestWord = (typeof REQUEST_WORDS)[number]

/** How it was answered, as an index into the counters. */
export const RequestOutcome = {
  done: 0,
  /** A renewal whose answer says that the peer's port cannot be reached. */
  unreachable: 1,
  refusedPassword: 2,
  tooManyRegistrations: 3,
  tooManyImages: 4,
  malformed: 5,
} as const
export type RequestOutcome = (typeof RequestOutcome)[keyof typeof RequestOutcome]

/** The label of each outcome, by its index. */
export const OUTCOME_LABELS = [
  'done',
  'unreachable',
  'refused_password',
  'too_many_registrations',
  'too_many_images',
  'malformed',
] as const

const { done, unreachable, refusedPassword, tooManyRegistrations, tooManyImages, malformed } = RequestOutcome

/** The outcomes each kind can have, which are shown before they first happen. */
const POSSIBLE: readonly (readonly RequestOutcome[])[] = [
  [done, refusedPassword, tooManyRegistrations, tooManyImages],
  [done],
  [done, refusedPassword, tooManyImages],
  [done, refusedPassword],
  [done, unreachable, refusedPassword],
  [malformed],
]

/** Requests in which one is measured, on average. */
export const SAMPLED_ONE_IN = 16
/** The gap to the next measured request is 1 to this, all alike, which makes 16 on average. */
const WIDEST_GAP = 2 * SAMPLED_ONE_IN - 1

/** What {@link RequestMetrics.begin} returns for a request that is not measured. */
const NOT_MEASURED = -1

/** For a datagram, of which most take some microseconds: up to one that holds up everybody. */
const BOUNDS_MICROS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2500, 5000, 10_000, 50_000] as const

const OUTCOMES = OUTCOME_LABELS.length
const KINDS = REQUEST_WORDS.length

/**
 * Counts of every datagram by what it asked and how it was answered, and for one in 16 how long that took. Two hundred
 * thousand come in a second, so that nothing is allocated here for any of them.
 *
 * Which are measured follows gaps of irregular length: every 16th would fall into step with clients that say their words
 * in turns, or with batches, and measure always the same of them.
 */
export class RequestMetrics {
  readonly #nowMs: () => number
  readonly #counts = new Float64Array(KINDS * OUTCOMES)
  readonly #durations = REQUEST_WORDS.map(() => new DurationHistogram(BOUNDS_MICROS))
  #untilMeasured = 1
  #random = 0x9e3779b9

  constructor(nowMs: () => number = monotonicMs) {
    this.#nowMs = nowMs
  }

  /** Called before a datagram is decoded; what it returns is handed to {@link count}. */
  begin(): number {
    this.#untilMeasured -= 1
    if (this.#untilMeasured > 0) return NOT_MEASURED
    this.#untilMeasured = 1 + (this.#nextRandom() % WIDEST_GAP)
    return this.#nowMs()
  }

  /** Called once its reply is written. */
  count(kind: RequestKind, outcome: RequestOutcome, begun: number): void {
    const at = kind * OUTCOMES + outcome
    this.#counts[at] = (this.#counts[at] ?? 0) + 1
    if (begun !== NOT_MEASURED) this.#durations[kind]?.observe((this.#nowMs() - begun) * 1000)
  }

  /** Requests of a kind since the start, however they were answered. */
  total(kind: RequestKind): number {
    let sum = 0
    for (let outcome = 0; outcome < OUTCOMES; outcome += 1)
      sum += this.#counts[kind * OUTCOMES + outcome] ?? 0
    return sum
  }

  /** Every count that there is or can be. */
  forEachCount(visit: (word: RequestWord, outcome: string, count: number) => void): void {
    for (const [kind, word] of REQUEST_WORDS.entries()) {
      for (const [outcome, label] of OUTCOME_LABELS.entries()) {
        const count = this.#counts[kind * OUTCOMES + outcome] ?? 0
        if (count > 0 || POSSIBLE[kind]?.some(possible => possible === outcome)) visit(word, label, count)
      }
    }
  }

  /** How long the measured ones took, for each word. */
  forEachDuration(visit: (word: RequestWord, durations: DurationHistogram) => void): void {
    for (const [kind, word] of REQUEST_WORDS.entries()) {
      const durations = this.#durations[kind]
      if (durations !== undefined) visit(word, durations)
    }
  }

  /** Xorshift (Marsaglia 2003), 32 bits: nobody gains anything from guessing it. */
  #nextRandom(): number {
    let random = this.#random
    random ^= random << 13
    random ^= random >>> 17
    random ^= random << 5
    this.#random = random
    return random >>> 0
  }
}

/** The kind of a decoded request's word; `undefined` is one that could not be decoded. */
export function requestKind(word: Word | undefined): RequestKind {
  switch (word) {
    case Word.list:
      return RequestKind.list
    case Word.register:
      return RequestKind.register
    case Word.update:
      return RequestKind.update
    case Word.end:
      return RequestKind.end
    case Word.renew:
      return RequestKind.renew
    case undefined:
      return RequestKind.unknown
    default:
      return word satisfies never
  }
}
