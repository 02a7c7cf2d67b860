import { formatRegistered, formatUpdated, Reply } from '../../src/protocol/index-reply.ts'
import type { LoadReport } from '../load/load-run.ts'
import { median } from '../report/statistics.ts'
import type { Subject } from '../subjects/subject.ts'
import { processUsage } from '../system/process-usage.ts'
import { type Contestant, type Surroundings, startContestant } from './contestant.ts'
import { exampleListing } from './listing-probe.ts'
import type { Cell, MemoryFigure, Skipped } from './results.ts'
import { type RoundTimes, runRound } from './round.ts'
import { BASE_CATALOG, standingPeersOf, type Workload } from './workloads.ts'

/** Memory a server may take for each image of its catalog: what must be free before one is filled. */
const BYTES_PER_IMAGE = 600

/** What is to be measured. */
export interface Plan {
  readonly subjects: readonly Subject[]
  readonly workloads: readonly Workload[]
  /** Images in the largest catalog. */
  readonly largestCatalog: number
  readonly rounds: number
  readonly times: RoundTimes
}

/** What was measured, and what could not be. */
export interface Measured {
  readonly cells: readonly Cell[]
  readonly memory: readonly MemoryFigure[]
  readonly skipped: readonly Skipped[]
  /** Subjects that failed while they were measured. */
  readonly failed: readonly Skipped[]
}

/**
 * Measures everything side by side: all servers with a catalog run at the same time, and in each round of a workload every
 * one of them is measured once, so that what disturbs the machine disturbs them alike.
 */
export async function measureSideBySide(
  plan: Plan,
  surroundings: Surroundings,
  say: (progress: string) => void,
): Promise<Measured> {
  const skipped: Skipped[] = []
  const failed: Skipped[] = []
  const subjects: Subject[] = []
  for (const subject of plan.subjects) {
    const reason = await subject.obstacle(surroundings.tools)
    if (reason === undefined) subjects.push(subject)
    else skipped.push({ subject: subject.name, reason })
  }
  const fail = (subject: Subject, catalog: number, fault: unknown): void => {
    const reason = `with ${catalog} images: ${fault instanceof Error ? fault.message : String(fault)}`
    say(`${subject.name} failed ${reason}`)
    if (fault instanceof Error && typeof fault.cause === 'string') say(fault.cause)
    failed.push({ subject: subject.name, reason })
  }

  const standing: Contestant[] = []
  const cells: Cell[] = []
  const memory: MemoryFigure[] = []
  try {
    for (const subject of subjects.filter(({ kind }) => kind !== 'echo')) {
      for (const catalog of catalogsFor(subject, plan)) {
        const shortage = shortageOf(subject, catalog, surroundings)
        if (shortage !== undefined) {
          skipped.push({ subject: subject.name, reason: shortage })
          continue
        }
        try {
          standing.push(await startContestant(subject, catalog, surroundings))
          say(`${subject.name} stands with ${catalog} images`)
        } catch (fault) {
          fail(subject, catalog, fault)
        }
      }
    }
    for (const workload of plan.workloads) {
      const echoes: Contestant[] = []
      try {
        for (const subject of subjects.filter(({ kind }) => kind === 'echo')) {
          for (const catalog of catalogsOfEcho(subject, workload, plan)) {
            const reply = echoReply(workload, catalog, surroundings.peerPort)
            try {
              echoes.push(await startContestant(subject, catalog, surroundings, { reply }))
            } catch (fault) {
              fail(subject, catalog, fault)
            }
          }
        }
        const contestants = [
          ...standing.filter(contestant => contestant.isAlive() && takesPart(contestant, workload)),
          ...echoes,
        ]
        cells.push(...(await measureWorkload(workload, contestants, plan, surroundings, cells, fail, say)))
      } finally {
        for (const echo of echoes) await echo.stop()
      }
    }
    for (const { subject, catalog, standingPeers, residentBytes, processId } of standing) {
      if (subject.kind !== 'index') continue
      const residentBytesAfterLoad = processUsage(processId)?.residentBytes ?? 0
      memory.push({
        subject: subject.name,
        catalog,
        peers: standingPeers,
        residentBytes,
        residentBytesAfterLoad,
      })
    }
  } finally {
    for (const contestant of standing) await contestant.stop()
  }
  return { cells, memory, skipped, failed }
}

async function measureWorkload(
  workload: Workload,
  contestants: readonly Contestant[],
  { rounds, times }: Plan,
  surroundings: Surroundings,
  earlier: readonly Cell[],
  fail: (subject: Subject, catalog: number, fault: unknown) => void,
  say: (progress: string) => void,
): Promise<Cell[]> {
  const reports = new Map<Contestant, LoadReport[]>(contestants.map(contestant => [contestant, []]))
  const rates = new Map(contestants.map(contestant => [contestant, rateFor(workload, contestant, earlier)]))
  for (let round = 0; round < rounds; round += 1) {
    // Each round begins with another one: none is always measured first.
    const first = round % Math.max(1, contestants.length)
    for (const contestant of [...contestants.slice(first), ...contestants.slice(0, first)]) {
      const found = reports.get(contestant)
      const rate = rates.get(contestant)
      if (found === undefined || rate === undefined) continue
      try {
        const report = await runRound(contestant, workload, times, rate, surroundings)
        if (!contestant.isAlive()) throw new Error('the server ended')
        found.push(report)
        say(
          `${workload.name}, round ${round + 1}, ${contestant.subject.name} with ${contestant.catalog} images: ${perServerSecond(report)}`,
        )
      } catch (fault) {
        fail(contestant.subject, contestant.catalog, fault)
        reports.delete(contestant)
      }
    }
  }
  return [...reports]
    .filter(([, found]) => found.length > 0)
    .map(([contestant, found]) => ({
      workload: workload.name,
      subject: contestant.subject.name,
      catalog: contestant.catalog,
      ...('window' in workload.loop ? {} : { rate: rates.get(contestant) ?? 0 }),
      rounds: found,
    }))
}

function perServerSecond({ answered, serverSeconds, latency }: LoadReport): string {
  const rate = serverSeconds === 0 ? 'none' : Math.round(answered / serverSeconds).toLocaleString('en')
  return latency === undefined ? `${rate} per CPU second` : `p99 ${latency.p99Ms.toFixed(2)} ms`
}

/** Requests a second for a workload without a window; 0 for the others, `undefined` where the rate is not known. */
function rateFor({ loop }: Workload, contestant: Contestant, earlier: readonly Cell[]): number | undefined {
  if ('window' in loop) return 0
  const closed = earlier.find(
    cell =>
      cell.workload === loop.halfTheRateOf &&
      cell.subject === contestant.subject.name &&
      cell.catalog === contestant.catalog,
  )
  const most = median(closed?.rounds.map(({ answered, seconds }) => answered / seconds) ?? [])
  return most === undefined ? undefined : most / 2
}

/** The catalogs a subject is started with: those of the workloads it takes part in. */
function catalogsFor(subject: Subject, { workloads, largestCatalog }: Plan): number[] {
  if (subject.kind === 'tracker')
    return workloads.some(({ likeAnnounce }) => likeAnnounce) ? [BASE_CATALOG] : []
  const wanted = new Set(workloads.flatMap(({ catalogs }) => catalogs))
  return [...wanted]
    .filter(catalog => catalog <= Math.min(largestCatalog, subject.largestCatalog))
    .sort((left, right) => left - right)
}

function catalogsOfEcho(subject: Subject, workload: Workload, { largestCatalog }: Plan): number[] {
  if (!workload.oneReply) return []
  return workload.catalogs.filter(catalog => catalog <= Math.min(largestCatalog, subject.largestCatalog))
}

function takesPart({ subject, catalog }: Contestant, workload: Workload): boolean {
  return subject.kind === 'tracker' ? workload.likeAnnounce : workload.catalogs.includes(catalog)
}

/** The reply an echo sends: of the very bytes of the right one, or as many. */
function echoReply({ requests, images }: Workload, catalog: number, peerPort: number): string {
  switch (requests) {
    case 'register':
      return formatRegistered(images)
    case 'update':
      return formatUpdated(images)
    default:
      return catalog === 0 ? Reply.nothingListed : exampleListing(catalog, peerPort)
  }
}

function shortageOf(subject: Subject, catalog: number, { generator }: Surroundings): string | undefined {
  if (subject.kind === 'tracker') {
    return generator.canAnnounce ? undefined : 'this load generator cannot announce'
  }
  const peers = standingPeersOf(catalog)
  if (peers > generator.mostPeers) {
    return `${catalog} images are those of ${peers} peers, and this load generator can be ${generator.mostPeers}`
  }
  const available = process.availableMemory()
  return catalog * BYTES_PER_IMAGE <= available
    ? undefined
    : `${catalog} images may take more than the ${Math.floor(available / 2 ** 20)} MiB of memory that are free`
}
