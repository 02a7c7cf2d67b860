import { DEFAULT_REPLY_BUDGET } from '../../src/server/reply-budget.ts'
import { addressAfter, forEachAtOnce, showItself } from '../load/http-front.ts'
import type { LoadReport } from '../load/load-run.ts'
import { type Surroundings, startContestant } from '../measure/contestant.ts'
import { FIRST_SENDING_ADDRESS, sendingPeers } from '../measure/round.ts'
import { BASE_CATALOG } from '../measure/workloads.ts'
import type { NativePrograms } from '../native/native-programs.ts'
import { strainedServer } from '../subjects/strained-server.ts'
import { halfTheHighestRate, inTurns, loadBeside, strainProgram, workloadNamed } from './beside-load.ts'
import type { StrainPlan } from './strain-plan.ts'
import type { FloodStrain } from './strain-results.ts'

/** Connections at once with which the load's addresses are proven. */
const PROVING_AT_ONCE = 8

/** Measures what a flood from an address that is not proven gets, and what peers that are proven feel of it. */
export async function strainByFlood(
  { rounds, times, floodPerSecond }: StrainPlan,
  { flood }: NativePrograms,
  surroundings: Surroundings,
  loadCore: number | undefined,
  say: (progress: string) => void,
): Promise<FloodStrain> {
  const server = strainedServer({ keeps: 'memory', boundsLoopback: true })
  const contestant = await startContestant(server, BASE_CATALOG, surroundings)
  try {
    const { port } = contestant
    const loadingPeers = sendingPeers(contestant, workloadNamed('mixed-latency'))
    await forEachAtOnce(loadingPeers, PROVING_AT_ONCE, index =>
      showItself(port, addressAfter(FIRST_SENDING_ADDRESS, index)),
    )
    const rate = await halfTheHighestRate(contestant, rounds, times, surroundings)
    const program = { command: flood, arguments: [String(port), String(floodPerSecond)], core: loadCore }
    const flooding = strainProgram(program, ['sent', 'replies', 'bytes', 'dropped', 'seconds'])
    const quiet: LoadReport[] = []
    const busy: FloodStrain['busy'][number][] = []
    for (let round = 0; round < rounds; round += 1) {
      for (const turn of inTurns([undefined, flooding], round)) {
        const { load, report } = await loadBeside(turn, contestant, rate, times, surroundings)
        say(
          `${turn === undefined ? 'quiet' : 'flood'}, round ${round + 1}: p99 ${load.latency?.p99Ms.toFixed(2)} ms`,
        )
        if (report === undefined) quiet.push(load)
        else busy.push({ load, flood: report })
      }
    }
    const { bytesPerSecond, burstBytes } = DEFAULT_REPLY_BUDGET
    return { floodPerSecond, bytesPerSecond, burstBytes, rate, quiet, busy }
  } finally {
    await contestant.stop()
  }
}
