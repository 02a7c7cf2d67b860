import type { SoakResults } from '../soak/soak-results.ts'
import { chartsImage } from './line-chart.ts'

/** Resident memory over the time of each soak; `undefined` without any. */
export function soakImage(soaks: readonly SoakResults[]): string | undefined {
  const lines = soaks.map(({ path, samples }, colour) => ({
    name: `${path} path`,
    colour,
    dashed: false,
    dots: false,
    points: samples.map(({ second, residentBytes }) => ({ x: second / 60, y: residentBytes / 1e6 })),
  }))
  const drawn = lines.filter(({ points }) => points.length > 1)
  if (drawn.length === 0) return undefined
  return chartsImage('Resident memory during the soak', [
    {
      title: 'Memory during the soak',
      across: { title: 'minutes under full load', scale: 'linear', format: String },
      up: { title: 'resident memory, MB', scale: 'linear', format: String },
      lines: drawn,
    },
  ])
}
