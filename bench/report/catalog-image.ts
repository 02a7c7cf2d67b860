import type { BenchResults } from '../measure/results.ts'
import { rateOf } from './figures.ts'
import { chartsImage, type Line } from './line-chart.ts'

/** The workloads that are drawn, and the servers: ours in full lines, the other one dashed. */
const DRAWN = [
  { workload: 'list', name: 'LST' },
  { workload: 'register-2', name: 'REG 2' },
  { workload: 'update-2', name: 'UPD 2' },
] as const
const SERVERS = [
  { subject: 'imagep2p', dashed: false },
  { subject: 'python', dashed: true },
] as const

/** Throughput and memory over the size of the catalog; `undefined` where no server was measured with two sizes. */
export function catalogImage(results: BenchResults): string | undefined {
  const throughput = SERVERS.flatMap(({ subject, dashed }) =>
    DRAWN.map(({ workload, name }, colour): Line => {
      const points = catalogsOf(results).flatMap(x => {
        const y = rateOf(results, workload, subject, x)
        return y === undefined ? [] : [{ x, y: y / 1000 }]
      })
      return { name: dashed ? `${name}, Python` : name, colour, dashed, dots: true, points }
    }),
  ).filter(({ points }) => points.length > 1)
  const memory = SERVERS.map(({ subject, dashed }): Line => {
    const points = results.memory
      .filter(figure => figure.subject === subject && figure.catalog > 0)
      .map(({ catalog, residentBytes }) => ({ x: catalog, y: residentBytes / 1e6 }))
      .filter(({ x }) => catalogsOf(results).includes(x))
    return { name: dashed ? 'Python' : 'imagep2p', colour: 3, dashed, dots: true, points }
  }).filter(({ points }) => points.length > 1)
  if (throughput.length === 0 || memory.length === 0) return undefined
  const across = { title: 'images in the catalog', scale: 'logarithmic', format: shortCount } as const
  return chartsImage('Throughput and memory over catalog size', [
    {
      title: 'Throughput over catalog size',
      across,
      up: { title: 'thousand requests per server CPU second', scale: 'linear', format: shortCount },
      lines: throughput,
    },
    {
      title: 'Memory over catalog size',
      across,
      up: { title: 'resident memory, MB', scale: 'logarithmic', format: value => value.toLocaleString('en') },
      lines: memory,
    },
  ])
}

/** The sizes that are drawn: those from 1,000 on, which all the workloads share. */
function catalogsOf({ cells }: BenchResults): number[] {
  const sizes = new Set(cells.map(({ catalog }) => catalog).filter(catalog => catalog >= 1000))
  return [...sizes].sort((left, right) => left - right)
}

/** 1000 as `1k`, 1000000 as `1M`. */
function shortCount(value: number): string {
  if (value >= 1e6) return `${value / 1e6}M`
  return value >= 1e3 ? `${value / 1e3}k` : String(value)
}
