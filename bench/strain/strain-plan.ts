import type { RoundTimes } from '../measure/round.ts'

/** What is to be measured of a server under strain. */
export interface StrainPlan {
  readonly rounds: number
  /** Of each load over UDP. */
  readonly times: RoundTimes
  /** Peers whose pictures fill the catalog that is searched: PHOTOS_PER_PEER each. */
  readonly searchedPeers: number
  /** Searches of each kind in each round, in the process that holds the catalog. */
  readonly searchesOfKind: number
  /** Long lists that are registered. */
  readonly lists: readonly ListPlan[]
  /** LST of the flood, each second. */
  readonly floodPerSecond: number
}

export interface ListPlan {
  readonly peers: number
  readonly imagesPerPeer: number
  /** Requests under way at once. */
  readonly atOnce: number
}

/** What the claims are about: a million names of 20,000 peers, a list of 200,000 images, 2,000 lists of 500. */
export const WHOLE_PLAN: Omit<StrainPlan, 'rounds' | 'times'> = {
  searchedPeers: 20_000,
  searchesOfKind: 40,
  lists: [
    { peers: 1, imagesPerPeer: 200_000, atOnce: 1 },
    { peers: 2000, imagesPerPeer: 500, atOnce: 4 },
  ],
  // A line of 20 Mbit/s filled with the smallest packets.
  floodPerSecond: 50_000,
}

/** Tells whether it works, not how fast it is. */
export const QUICK_PLAN: Omit<StrainPlan, 'rounds' | 'times'> = {
  searchedPeers: 40,
  searchesOfKind: 1,
  lists: [{ peers: 10, imagesPerPeer: 200, atOnce: 4 }],
  floodPerSecond: 5000,
}
