/** An axis from its first to its last mark. */
export interface Scale {
  readonly marks: readonly number[]
  /** Where `value` stands between the first mark (0) and the last (1). */
  place(value: number): number
}

/** Marks wanted on a linear axis, about. */
const MARKS = 5

/** A linear axis from 0 that takes in all `values`, with marks at 1, 2 or 5 times a power of ten. */
export function linearScale(values: readonly number[]): Scale {
  const most = Math.max(0, ...values)
  const step = most === 0 ? 1 : roundStep(most / MARKS)
  const count = Math.max(1, Math.ceil(most / step - 1e-9))
  const marks = Array.from({ length: count + 1 }, (_, index) => tidy(index * step))
  return { marks, place: value => value / (count * step) }
}

/** A logarithmic axis that takes in all `values` (above 0), with a mark at each power of ten. */
export function logScale(values: readonly number[]): Scale {
  const first = Math.floor(Math.log10(Math.min(...values)) + 1e-9)
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...values)) - 1e-9))
  const marks = Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index))
  return { marks, place: value => (Math.log10(value) - first) / (last - first) }
}

/** Without the last digits, in which sums of decimals differ from what one would write. */
function tidy(value: number): number {
  return Number(value.toPrecision(12))
}

function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least))
  return ([1, 2, 5, 10].find(times => times * power >= least * (1 - 1e-9)) ?? 10) * power
}
