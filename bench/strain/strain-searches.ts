import { fileURLToPath } from 'node:url'
import { addressAfter, forEachAtOnce, getOverHttp, keptConnection, putList } from '../load/http-front.ts'
import type { LoadReport } from '../load/load-run.ts'
import {
  type Contestant,
  FIRST_STANDING_ADDRESS,
  type Surroundings,
  startContestant,
} from '../measure/contestant.ts'
import { askForListing } from '../measure/listing-probe.ts'
import { strainedServer } from '../subjects/strained-server.ts'
import { processUsage } from '../system/process-usage.ts'
import { type Program, runProgram } from '../system/programs.ts'
import { halfTheHighestRate, inTurns, loadBeside, type Strain, strainProgram } from './beside-load.ts'
import { encodeList } from './lists.ts'
import { collectionOf, PHOTOS_PER_PEER } from './photos.ts'
import { parametersOf, SEARCH_KINDS, searchMix } from './search-mix.ts'
import type { StrainPlan } from './strain-plan.ts'
import type { InProcessSearches, Latencies, SearchStrain } from './strain-results.ts'

const SEARCH_PROGRAM = fileURLToPath(new URL('search-program.ts', import.meta.url))
const SEARCH_CLIENT = fileURLToPath(new URL('search-client.ts', import.meta.url))

/** Requests under way while a catalog is filled. */
const FILLING_AT_ONCE = 8
/** How many people search at a time. */
const AT_ONCE = [1, 4] as const

/** Measures searches in the process that holds the catalog, and then beside a load over UDP. */
export async function strainBySearches(
  plan: StrainPlan,
  surroundings: Surroundings,
  loadCore: number | undefined,
  say: (progress: string) => void,
): Promise<SearchStrain> {
  const { searchedPeers: peers, searchesOfKind, rounds, times } = plan
  const inProcess = await searchInProcess(peers, searchesOfKind, rounds, surroundings.core)
  for (const { all } of inProcess.rounds) {
    say(`searches in process: p50 ${all.p50Ms.toFixed(2)} ms, p99 ${all.p99Ms.toFixed(2)} ms`)
  }
  const empty = await startContestant(strainedServer({ keeps: 'memory' }), 0, surroundings)
  try {
    const contestant = await fillWithCollections(empty, peers, surroundings.peerPort)
    const residentBytes = residentBytesOf(contestant)
    await searchOnce(contestant.port, peers)
    say(`the server stands with ${contestant.catalog} images`)
    const rate = await halfTheHighestRate(contestant, rounds, times, surroundings)
    const quiet: LoadReport[] = []
    const busy = AT_ONCE.map(atOnce => ({ atOnce, loads: [] as LoadReport[], searches: [] as Latencies[] }))
    for (let round = 0; round < rounds; round += 1) {
      for (const turn of inTurns([undefined, ...busy], round)) {
        const strain = turn && searching(contestant.port, turn.atOnce, peers, round, loadCore)
        const { load, report } = await loadBeside(strain, contestant, rate, times, surroundings)
        say(
          `${turn === undefined ? 'quiet' : `${turn.atOnce} searching`}, round ${round + 1}: p99 ${load.latency?.p99Ms.toFixed(2)} ms`,
        )
        if (turn === undefined) quiet.push(load)
        else turn.loads.push(load)
        if (report !== undefined) turn?.searches.push(report)
      }
    }
    return {
      images: contestant.catalog,
      peers,
      inProcess,
      rate,
      quiet,
      busy,
      residentBytes,
      residentBytesAfter: residentBytesOf(contestant),
    }
  } finally {
    await empty.stop()
  }
}

async function searchInProcess(
  peers: number,
  searchesOfKind: number,
  rounds: number,
  core: number | undefined,
): Promise<InProcessSearches> {
  const { stdout } = await runProgram({
    command: process.execPath,
    arguments: [SEARCH_PROGRAM, String(peers), String(searchesOfKind), String(rounds)],
    core,
  })
  return JSON.parse(stdout) as InProcessSearches
}

/** Fills an empty catalog with the pictures of so many peers, over HTTP. */
async function fillWithCollections(empty: Contestant, peers: number, peerPort: number): Promise<Contestant> {
  await forEachAtOnce(peers, FILLING_AT_ONCE, async index => {
    const peer = { address: addressAfter(FIRST_STANDING_ADDRESS, index), port: peerPort }
    await putList(empty.port, peer, encodeList(collectionOf(index)))
  })
  const listingBytes = (await askForListing(empty.port)).length
  return { ...empty, catalog: peers * PHOTOS_PER_PEER, standingPeers: peers, listingBytes }
}

/** One search of each kind: the server then has made what it makes for the first of them. */
async function searchOnce(port: number, peers: number): Promise<void> {
  const agent = keptConnection()
  for (const { query } of searchMix(SEARCH_KINDS.length, 0, peers)) {
    await getOverHttp(agent, port, `/v1/images?${parametersOf(query)}`)
  }
  agent.destroy()
}

function searching(
  port: number,
  atOnce: number,
  peers: number,
  round: number,
  core: number | undefined,
): Strain<Latencies> {
  const program: Program = {
    command: process.execPath,
    arguments: [SEARCH_CLIENT, ...[port, atOnce, peers, round * 100_000].map(String)],
    core,
  }
  return strainProgram(program, ['count', 'p50Ms', 'p99Ms', 'maxMs'])
}

function residentBytesOf({ processId }: Contestant): number {
  return processUsage(processId)?.residentBytes ?? 0
}
