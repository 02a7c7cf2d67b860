import { fileURLToPath } from 'node:url'
import type { LoadReport } from '../load/load-run.ts'
import { type Surroundings, startContestant } from '../measure/contestant.ts'
import { askForListing } from '../measure/listing-probe.ts'
import type { RoundTimes } from '../measure/round.ts'
import { strainedServer } from '../subjects/strained-server.ts'
import { type Program, runProgram } from '../system/programs.ts'
import { halfTheHighestRate, inTurns, loadBeside, type Strain, strainProgram } from './beside-load.ts'
import type { ListPlan, StrainPlan } from './strain-plan.ts'
import type { ListStrain, RegisteredLists } from './strain-results.ts'

const LISTS_PROGRAM = fileURLToPath(new URL('lists-program.ts', import.meta.url))
const LISTS_CLIENT = fileURLToPath(new URL('lists-client.ts', import.meta.url))

/** Images a second that are made up for a load: more than a server takes. */
const IMAGES_PER_SECOND = 100_000

/** Measures how long lists are registered, alone and beside a load over UDP. */
export async function strainByLists(
  plan: StrainPlan,
  surroundings: Surroundings,
  loadCore: number | undefined,
  say: (progress: string) => void,
): Promise<ListStrain[]> {
  const strains: ListStrain[] = []
  for (const keeps of ['memory', 'journal'] as const) {
    for (const lists of plan.lists) {
      strains.push(await strainByListsOf(lists, keeps, plan, surroundings, loadCore, say))
    }
  }
  return strains
}

async function strainByListsOf(
  lists: ListPlan,
  keeps: ListStrain['keeps'],
  { rounds, times }: StrainPlan,
  surroundings: Surroundings,
  loadCore: number | undefined,
  say: (progress: string) => void,
): Promise<ListStrain> {
  const { peers, imagesPerPeer } = lists
  const alone: RegisteredLists[] = []
  const quiet: LoadReport[] = []
  const busy: ListStrain['busy'][number][] = []
  let rate: number | undefined
  for (let round = 0; round < rounds; round += 1) {
    // A new one each time: what it took at most is of this round then, and no list is there already.
    const empty = await startContestant(strainedServer({ keeps }), 0, surroundings)
    try {
      const registered = await registerAlone(
        empty.port,
        empty.processId,
        lists,
        surroundings.peerPort,
        loadCore,
      )
      alone.push(registered)
      say(
        `${peers} × ${imagesPerPeer} images, ${keeps}, round ${round + 1}: ${registered.seconds.toFixed(1)} s`,
      )
      const listingBytes = (await askForListing(empty.port)).length
      const contestant = { ...empty, catalog: registered.images, standingPeers: peers, listingBytes }
      rate ??= await halfTheHighestRate(contestant, rounds, times, surroundings)
      for (const turn of inTurns(['quiet', 'busy'] as const, round)) {
        const strain =
          turn === 'busy' ? registering(empty.port, lists, times, surroundings.peerPort, loadCore) : undefined
        const { load, report } = await loadBeside(strain, contestant, rate, times, surroundings)
        say(`${turn}, round ${round + 1}: p99 ${load.latency?.p99Ms.toFixed(2)} ms`)
        if (report === undefined) quiet.push(load)
        else busy.push({ load, ...report })
      }
    } finally {
      await empty.stop()
    }
  }
  return { keeps, peers, imagesPerPeer, rate: rate ?? 0, alone, quiet, busy }
}

async function registerAlone(
  port: number,
  processId: number,
  { peers, imagesPerPeer, atOnce }: ListPlan,
  peerPort: number,
  core: number | undefined,
): Promise<RegisteredLists> {
  const { stdout } = await runProgram({
    command: process.execPath,
    arguments: [LISTS_PROGRAM, ...[port, processId, peerPort, peers, imagesPerPeer, atOnce].map(String)],
    core,
  })
  return JSON.parse(stdout) as RegisteredLists
}

/** Further lists of the same length, one after another. */
function registering(
  port: number,
  { peers, imagesPerPeer, atOnce }: ListPlan,
  { warmUpMs, measuredMs }: RoundTimes,
  peerPort: number,
  core: number | undefined,
): Strain<{ readonly images: number; readonly seconds: number }> {
  const madeUp = Math.ceil(((warmUpMs + measuredMs) / 1000) * (IMAGES_PER_SECOND / imagesPerPeer))
  const program: Program = {
    command: process.execPath,
    arguments: [LISTS_CLIENT, ...[port, peerPort, peers, imagesPerPeer, atOnce, madeUp].map(String)],
    core,
  }
  return strainProgram(program, ['images', 'seconds'])
}
