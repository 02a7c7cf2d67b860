/** Pixels of the plot's own field; it is drawn as wide as there is room. */
export const PLOT_WIDTH = 300
export const PLOT_HEIGHT = 64

/** Bytes per second up to which the plot's field goes at least: less looks like nothing. */
const LEAST_TOP = 10_000

/** Samples over which the rate of now is taken: small pictures come in bursts. */
const NOW_SAMPLES = 3

/** The rate of the last seconds. */
export function rateNow(rates: readonly number[] = []): number {
  const last = rates.slice(-NOW_SAMPLES)
  return last.reduce((sum, rate) => sum + rate, 0) / Math.max(1, last.length)
}

/** The upper end of the plot: 1, 2 or 5 times a power of ten, so that it moves seldom and reads well. */
export function plotTop(rates: readonly (readonly number[])[]): number {
  const highest = rates.flat().reduce((most, rate) => Math.max(most, rate), LEAST_TOP)
  const power = 10 ** Math.floor(Math.log10(highest))
  return ([1, 2, 5, 10].find(step => step * power >= highest) ?? 10) * power
}

/** The points of a line through `rates`, of which the last stands at the right edge of `steps`. */
export function plotPoints(rates: readonly number[], steps: number, top: number): string {
  const from = steps - rates.length
  return rates
    .map((rate, index) => {
      const x = ((from + index) * PLOT_WIDTH) / Math.max(1, steps - 1)
      const y = PLOT_HEIGHT - (Math.min(rate, top) * PLOT_HEIGHT) / top
      return `${x.toFixed(1)},${y.toFixed(1)}`
    })
    .join(' ')
}

/** The surface below such a line; empty where there is none. */
export function plotSurface(rates: readonly number[], steps: number, top: number): string {
  if (rates.length === 0) return ''
  const left = ((steps - rates.length) * PLOT_WIDTH) / Math.max(1, steps - 1)
  return `${left.toFixed(1)},${PLOT_HEIGHT} ${plotPoints(rates, steps, top)} ${PLOT_WIDTH},${PLOT_HEIGHT}`
}
