import type { LoadReport, LoadRun } from '../load/load-run.ts'
import type { Contestant, Surroundings } from './contestant.ts'
import type { Workload } from './workloads.ts'

/** The addresses the load comes from. */
export const FIRST_SENDING_ADDRESS = '127.16.0.0'
/** Peers that send, at the least: some are idle at any time, so that a late reply finds nobody waiting for it. */
const LEAST_SENDING_PEERS = 256
/** Peers behind a load of a given rate: each waits for one reply at a time, so that many requests may wait at once. */
const OPEN_LOOP_PEERS = 1024
/** Registrations under way before a load of a given rate begins. */
const REGISTERING_WINDOW = 64
/** One sending peer to so many that stand in the catalog: in a large one, what is asked for is seldom at hand. */
const STANDING_PER_SENDING = 4

/** How long a round lasts. */
export interface RoundTimes {
  readonly warmUpMs: number
  readonly measuredMs: number
}

/** Measures one contestant under one workload once. `rate` counts where the workload has no window. */
export async function runRound(
  contestant: Contestant,
  workload: Workload,
  { warmUpMs, measuredMs }: RoundTimes,
  rate: number,
  { generator, peerPort }: Surroundings,
): Promise<LoadReport> {
  const { loop } = workload
  const tracker = contestant.subject.kind === 'tracker'
  const run: LoadRun = {
    mode: 'window' in loop ? 'closed' : 'open',
    workload: tracker ? 'announce' : workload.requests,
    serverPort: contestant.port,
    serverProcess: contestant.processId,
    firstAddress: FIRST_SENDING_ADDRESS,
    peers: Math.min(sendingPeers(contestant, workload), generator.mostPeers),
    peerPort,
    images: workload.images,
    // A server with one reply answers LST with it whatever the catalog; the shortest of them is no listing.
    listingBytes: contestant.catalog === 0 ? 0 : contestant.listingBytes,
    window: 'window' in loop ? loop.window : REGISTERING_WINDOW,
    rate: Math.max(1, Math.round(rate)),
    warmUpMs,
    measuredMs,
    resident: workload.changesCatalog && contestant.subject.kind === 'index',
  }
  return generator.run(run)
}

/** How many addresses the load of a workload comes from. */
export function sendingPeers({ standingPeers }: Contestant, { loop }: Workload): number {
  const least = 'window' in loop ? LEAST_SENDING_PEERS : OPEN_LOOP_PEERS
  return Math.max(least, Math.floor(standingPeers / STANDING_PER_SENDING))
}
