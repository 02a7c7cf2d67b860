import { setTimeout as delay } from 'node:timers/promises'
import type { LoadReport } from '../load/load-run.ts'
import { type Contestant, type Surroundings, startContestant } from '../measure/contestant.ts'
import { runRound } from '../measure/round.ts'
import { BASE_CATALOG, WORKLOADS } from '../measure/workloads.ts'
import type { NativePrograms } from '../native/native-programs.ts'
import type { Subject } from '../subjects/subject.ts'
import { processUsage } from '../system/process-usage.ts'
import { startProgram } from '../system/programs.ts'
import { udpDrops } from '../system/udp-sockets.ts'
import { judgeFlatness, type MemorySample } from './flatness.ts'
import type { SoakResults } from './soak-results.ts'

/** Datagrams of garbage a second, beside the load: enough to be there all the time, too few to fill a buffer. */
const GARBAGE_PER_SECOND = 2000
const SAMPLE_EVERY_MS = 1000
const HEAP_GARBAGE = new URL('heap-garbage.ts', import.meta.url).href

/** What a soak found, without what only its caller knows. */
export type SoakFindings = Omit<SoakResults, 'date' | 'command' | 'machine' | 'path'>

/**
 * Puts a server under full load for so many minutes, with garbage from outside and inside, and looks at its memory once a
 * second. A server that ends, or a load that does not get through, is a finding; only failing to start is an error.
 */
export async function runSoak(
  subject: Subject,
  minutes: number,
  native: NativePrograms,
  surroundings: Surroundings,
  say: (progress: string) => void,
): Promise<SoakFindings> {
  const workload = WORKLOADS.find(({ name }) => name === 'mixed')
  if (workload === undefined) throw new Error('there is no mixed workload')
  const contestant = await startContestant(subject, BASE_CATALOG, surroundings, {
    nodeArguments: ['--expose-gc', '--import', HEAP_GARBAGE],
  })
  try {
    const garbage = await startProgram({
      command: native.garbage,
      arguments: [String(contestant.port), String(GARBAGE_PER_SECOND)],
      core: undefined,
    })
    const dropsBefore = udpDrops(contestant.port)
    const finished = new AbortController()
    const sampling = sampleMemory(contestant, finished.signal, say)
    let load: LoadReport | undefined
    let fault: string | undefined
    try {
      const times = { warmUpMs: 0, measuredMs: Math.round(minutes * 60_000) }
      load = await runRound(contestant, workload, times, 0, surroundings)
    } catch (thrown) {
      fault = thrown instanceof Error ? thrown.message : String(thrown)
    }
    finished.abort()
    const samples = await sampling
    const survived = contestant.isAlive() && load !== undefined
    const droppedAtServer = udpDrops(contestant.port) - dropsBefore
    await garbage.stop()
    const flatness = judgeFlatness(samples)
    return {
      subject: subject.name,
      minutes,
      garbagePerSecond: GARBAGE_PER_SECOND,
      survived,
      ...(fault === undefined ? {} : { fault }),
      ...(load === undefined ? {} : { load }),
      droppedAtServer,
      lostByServer: load === undefined ? 0 : load.lost - load.late - load.dropped - droppedAtServer,
      ...(flatness === undefined ? {} : { flatness }),
      samples,
    }
  } finally {
    await contestant.stop()
  }
}

async function sampleMemory(
  { processId }: Contestant,
  signal: AbortSignal,
  say: (progress: string) => void,
): Promise<MemorySample[]> {
  const samples: MemorySample[] = []
  const startedAt = performance.now()
  while (!signal.aborted) {
    const residentBytes = processUsage(processId)?.residentBytes
    if (residentBytes === undefined) break
    const second = (performance.now() - startedAt) / 1000
    samples.push({ second: Math.round(second * 10) / 10, residentBytes })
    if (samples.length % 60 === 0)
      say(`${samples.length / 60} minutes, ${Math.round(residentBytes / 1e6)} MB`)
    await delay(SAMPLE_EVERY_MS, undefined, { signal }).catch(() => undefined)
  }
  return samples
}
