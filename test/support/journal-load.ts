import type { LogEntry } from '../../src/server/journal/log-entry.ts'
import { digestOf, type JournalState, listEntry, peerOf } from './journal-state.ts'
import { below } from './seeded-random.ts'

/** Peers and images that a load is about: few, so that everything happens to each of them. */
const PEERS = 6
const IMAGES = 10

/** Does a batch of this and that to `state` and tells of each entry, as the server does: only what can be done is. */
export function doSome(state: JournalState, random: () => number, onEntry: (entry: LogEntry) => void): void {
  for (let count = below(random, 12); count >= 0; count -= 1) {
    const entry = randomEntry(random)
    const makesOne = entry.kind === 'list' || entry.kind === 'images'
    if (!makesOne && state.registration(entry.peer) === undefined) continue
    state.entry(entry)
    onEntry(entry)
  }
}

function randomEntry(random: () => number): LogEntry {
  const peer = peerOf(below(random, PEERS))
  const some = () =>
    Array.from({ length: 1 + below(random, 4) }, () => {
      const number = below(random, IMAGES)
      return { md5: digestOf(number), name: `${number} ${below(random, 3)}` }
    })
  const passwordDigest = new Uint8Array(32).fill(7)
  switch (below(random, 8)) {
    case 0:
    case 1:
      return listEntry(peer, some())
    case 2:
      return { kind: 'images', peer, passwordDigest, entries: some().map(entry => ({ ...entry, width: 7 })) }
    case 3:
      return { kind: 'removed', peer, digests: some().map(({ md5 }) => md5) }
    case 4:
      return { kind: 'ended', peer }
    case 5:
      return { kind: 'absent', peer }
    case 6:
      return { kind: 'present', peer }
    default:
      return { kind: 'leased', peer }
  }
}
