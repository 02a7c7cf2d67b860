/** A vertical axis from 0 to its last mark. */
export interface Axis {
  /** Round numbers in equal steps, the first of them 0. */
  readonly marks: readonly number[]
  /** Where a value stands between 0 and the last mark, from 0 to 1. */
  place(value: number): number
}

/** Steps of an axis, at most. */
const MOST_STEPS = 4

/** An axis that takes in everything up to `most`, in steps of 1, 2 or 5 times a power of ten; `whole` allows none below 1. */
export function axisUpTo(most: number, whole: boolean): Axis {
  const top = Math.max(most, 0)
  const step = Math.max(roundUp(top === 0 ? 1 : top / MOST_STEPS), whole ? 1 : 0)
  const steps = Math.max(1, Math.ceil(top / step - 1e-9))
  const marks = Array.from({ length: steps + 1 }, (_, index) => Number((index * step).toPrecision(12)))
  return { marks, place: value => value / (steps * step) }
}

function roundUp(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least))
  return ([1, 2, 5].find(times => times * power >= least * (1 - 1e-9)) ?? 10) * power
}

/** Minutes that a time axis can span, each with the distance of its marks: as much of an hour as there is something of. */
const SPANS = [
  { minutes: 5, step: 1 },
  { minutes: 15, step: 5 },
  { minutes: 30, step: 10 },
  { minutes: 60, step: 15 },
] as const

/** A time axis that ends now. */
export interface TimeAxis {
  readonly minutes: number
  /** Minutes ago, from the oldest to 0. */
  readonly marks: readonly number[]
}

/** The shortest axis that takes in what was `oldestSeconds` ago; what is older than an hour is left out. */
export function timeAxisFor(oldestSeconds: number): TimeAxis {
  const fitting = SPANS.find(({ minutes }) => minutes * 60 >= oldestSeconds) ?? { minutes: 60, step: 15 }
  const { minutes, step } = fitting
  return { minutes, marks: Array.from({ length: minutes / step + 1 }, (_, index) => minutes - index * step) }
}
