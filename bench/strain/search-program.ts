/**
 * Searches a catalog in the process that holds it: fills it with the pictures of so many peers, does as many searches of
 * each kind in each round as told, one after another, and prints how long they took as one line of JSON.
 *
 *     search-program.ts <peers> <searches of each kind> <rounds>
 */
import { monotonicMs } from '../../src/base/clock.ts'
import { Catalog } from '../../src/catalog/catalog.ts'
import { DEFAULT_CATALOG_LIMITS } from '../../src/catalog/catalog-limits.ts'
import { ADDRESS_BYTES, writeAddress } from '../../src/protocol/ip-address.ts'
import { NO_JOURNAL } from '../../src/server/journal/catalog-journal.ts'
import { AbsentRegistrations, DEFAULT_ABSENCE_LIMITS } from '../../src/server/state/absent-registrations.ts'
import { CatalogState } from '../../src/server/state/catalog-state.ts'
import { addressAfter } from '../load/http-front.ts'
import { latenciesOf } from './latencies.ts'
import { collectionOf } from './photos.ts'
import { SEARCH_KINDS, searchMix } from './search-mix.ts'
import { type Ask, searchAll } from './search-run.ts'
import type { InProcessSearches } from './strain-results.ts'

const PEER_PORT = 5001
const FIRST_ADDRESS = '10.0.0.1'

const [peers = 0, searchesOfKind = 0, rounds = 0] = process.argv.slice(2).map(Number)
const state = filledState(peers)
const ask: Ask = async query => {
  const page = await state.page(query, { loopbackAs: undefined }, new AbortController().signal)
  if (page === undefined) throw new Error('a cursor was not taken')
  return page.next
}
const begunMs = monotonicMs()
await ask({ search: 'the first' })
const firstMs = monotonicMs() - begunMs
const found: InProcessSearches = { firstMs, rounds: await measureRounds() }
process.stdout.write(`${JSON.stringify(found)}\n`)

async function measureRounds(): Promise<InProcessSearches['rounds']> {
  // Once without a look at the clock: compilers and columns want to be warm.
  await searchAll(searchMix(SEARCH_KINDS.length * searchesOfKind, 0, peers), ask)
  const measured = []
  for (let round = 1; round <= rounds; round += 1) {
    const searches = searchMix(SEARCH_KINDS.length * searchesOfKind, round, peers)
    const timed = await searchAll(searches, ask)
    const kinds = SEARCH_KINDS.map(kind => [
      kind,
      latenciesOf(timed.filter(search => search.kind === kind).map(({ ms }) => ms)),
    ])
    measured.push({ all: latenciesOf(timed.map(({ ms }) => ms)), kinds: Object.fromEntries(kinds) })
  }
  return measured
}

function filledState(count: number): CatalogState {
  const catalog = new Catalog(DEFAULT_CATALOG_LIMITS)
  const filled = new CatalogState({
    catalog,
    journal: NO_JOURNAL,
    absent: new AbsentRegistrations(DEFAULT_ABSENCE_LIMITS),
    nowSeconds: () => 1,
    nowMs: monotonicMs,
    onCommit: () => undefined,
  })
  for (let index = 0; index < count; index += 1) {
    const address = new Uint8Array(ADDRESS_BYTES)
    writeAddress(addressAfter(FIRST_ADDRESS, index), address)
    const peer = { address, port: PEER_PORT }
    const refusal = filled.register(peer, 'pw') ?? filled.addImages(peer, 'pw', collectionOf(index))
    if (refusal !== undefined) throw new Error(`the catalog was not filled: ${refusal}`)
  }
  return filled
}
