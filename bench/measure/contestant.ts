import { setTimeout as delay } from 'node:timers/promises'
import type { Generator } from '../load/generators.ts'
import type { LoadRun } from '../load/load-run.ts'
import type { Subject, Tools } from '../subjects/subject.ts'
import { processUsage } from '../system/process-usage.ts'
import { makeScratchFolder } from '../system/scratch-folder.ts'
import { probeListing } from './listing-probe.ts'
import { IMAGES_PER_PEER, standingPeersOf } from './workloads.ts'

/** The addresses of the peers that fill a catalog: 200,000 of them at most. */
export const FIRST_STANDING_ADDRESS = '127.64.0.0'
/** Registrations under way while a catalog is filled. */
const FILLING_WINDOW = 64
/** Milliseconds a server gets after filling before its memory is looked at; in a quick run nobody asks what it was. */
const REST_MS = 1000
const QUICK_REST_MS = 20

/** What every contestant is started with. */
export interface Surroundings {
  readonly tools: Tools
  readonly generator: Generator
  /** The core of the server; `undefined` where nothing is bound. */
  readonly core: number | undefined
  /** The TCP port on which all peers can be reached. */
  readonly peerPort: number
  /** Whether it only matters that it works. */
  readonly isQuick?: boolean
}

/** One process of a subject with a catalog of one size. */
export interface Contestant {
  readonly subject: Subject
  readonly catalog: number
  /** Peers whose images fill the catalog. */
  readonly standingPeers: number
  /** Bytes of its listing; 0 while it has none. */
  readonly listingBytes: number
  /** Resident memory with the catalog filled and at rest. */
  readonly residentBytes: number
  readonly port: number
  readonly processId: number
  /** Whether its process is still there. */
  isAlive(): boolean
  stop(): Promise<void>
}

/** What may be added to how a contestant is started. */
export interface ContestantOptions {
  /** What it sends to everything, where it sends one reply to everything. */
  readonly reply?: string
  readonly nodeArguments?: readonly string[]
}

/** Starts a subject and fills its catalog through the wire; rejects when a registration is not acknowledged. */
export async function startContestant(
  subject: Subject,
  catalog: number,
  surroundings: Surroundings,
  options: ContestantOptions = {},
): Promise<Contestant> {
  const { tools, core } = surroundings
  const folder = await makeScratchFolder()
  const { port, program } = await subject.start({ tools, core, folder, ...options })
  let alive = true
  void program.ended.then(() => {
    alive = false
  })
  try {
    const standingPeers = subject.kind === 'index' ? standingPeersOf(catalog) : 0
    if (standingPeers > 0) await fillCatalog(port, program.processId, catalog, standingPeers, surroundings)
    const listingBytes =
      subject.kind === 'index' ? await probeListing(port, catalog) : Buffer.byteLength(options.reply ?? '')
    if (standingPeers > 0) await delay(surroundings.isQuick === true ? QUICK_REST_MS : REST_MS)
    return {
      subject,
      catalog,
      standingPeers,
      listingBytes,
      residentBytes: processUsage(program.processId)?.residentBytes ?? 0,
      port,
      processId: program.processId,
      isAlive: () => alive,
      stop: () => program.stop(),
    }
  } catch (fault) {
    await program.stop()
    throw fault
  }
}

async function fillCatalog(
  serverPort: number,
  serverProcess: number,
  catalog: number,
  peers: number,
  { generator, peerPort }: Surroundings,
): Promise<void> {
  const filling: LoadRun = {
    mode: 'once',
    workload: 'register',
    serverPort,
    serverProcess,
    firstAddress: FIRST_STANDING_ADDRESS,
    peers,
    peerPort,
    images: Math.min(catalog, IMAGES_PER_PEER),
    listingBytes: 0,
    window: FILLING_WINDOW,
    rate: 1,
    warmUpMs: 0,
    measuredMs: 1,
    resident: false,
  }
  const { answered } = await generator.run(filling)
  if (answered !== peers) throw new Error(`of ${peers} registrations ${answered} were acknowledged`)
}
