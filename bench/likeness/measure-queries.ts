import { cpuUsage } from 'node:process'
import { monotonicMs } from '../../src/base/clock.ts'
import { Catalog } from '../../src/catalog/catalog.ts'
import { DEFAULT_CATALOG_LIMITS } from '../../src/catalog/catalog-limits.ts'
import { createRandom, type Random } from '../../src/demo/random.ts'
import { ADDRESS_BYTES, writeAddress } from '../../src/protocol/ip-address.ts'
import { MAX_ENTRIES_AT_ONCE } from '../../src/server/index-state.ts'
import { NO_JOURNAL } from '../../src/server/journal/catalog-journal.ts'
import { AbsentRegistrations, DEFAULT_ABSENCE_LIMITS } from '../../src/server/state/absent-registrations.ts'
import { CatalogState } from '../../src/server/state/catalog-state.ts'
import { addressAfter } from '../load/http-front.ts'
import { median } from '../report/statistics.ts'
import { latenciesOf } from '../strain/latencies.ts'
import type { LikenessQueries } from './likeness-results.ts'

const PEER_PORT = 5001
const FIRST_ADDRESS = '10.0.0.1'
/** What a step of a search is given, as the server does it (server/state/image-pages.ts). */
const STEP_NANOSECONDS = 100_000
/** One image of so many is a near copy of what is searched for. */
const COPIES = 10_000

/** Searches a catalog of so many images, each with a likeness, for so many likenesses, one after another. */
export async function measureQueries(images: number, count: number): Promise<LikenessQueries> {
  const random = createRandom(images)
  const catalog = new Catalog(DEFAULT_CATALOG_LIMITS)
  const state = filledState(catalog, images, random)
  await inTurn(10, () => ask(state, likenessFrom(random)))
  const tookMs: number[] = []
  const spentMs = await inTurn(count, async () => {
    const begunMs = monotonicMs()
    await ask(state, likenessFrom(random))
    tookMs.push(monotonicMs() - begunMs)
  })
  return {
    images: catalog.counts.images,
    later: latenciesOf(tookMs),
    cpuMs: median(spentMs) ?? 0,
    steps: latenciesOf(stepsOf(catalog, likenessFrom(random))),
    likenessBytes: catalog.images.order.likenesses.capacityBytes,
    catalogBytes: catalog.capacityBytes,
  }
}

async function ask(state: CatalogState, like: string): Promise<void> {
  const page = await state.page({ like }, { loopbackAs: undefined }, new AbortController().signal)
  if (page === undefined) throw new Error('the query was not taken')
}

/** Milliseconds of CPU time that each of so many runs took. */
async function inTurn(count: number, run: () => Promise<void>): Promise<number[]> {
  const spentMs: number[] = []
  for (let index = 0; index < count; index += 1) {
    const before = cpuUsage()
    await run()
    const { user, system } = cpuUsage(before)
    spentMs.push((user + system) / 1000)
  }
  return spentMs
}

function stepsOf(catalog: Catalog, like: string): number[] {
  const search = catalog.searches.begin({ like })
  const tookMs: number[] = []
  for (let isFinished = search === undefined; !isFinished; ) {
    const begunMs = monotonicMs()
    isFinished = search?.step(STEP_NANOSECONDS) ?? true
    tookMs.push(monotonicMs() - begunMs)
  }
  return tookMs
}

function filledState(catalog: Catalog, images: number, random: Random): CatalogState {
  const state = new CatalogState({
    catalog,
    journal: NO_JOURNAL,
    absent: new AbsentRegistrations(DEFAULT_ABSENCE_LIMITS),
    nowSeconds: () => 1,
    nowMs: monotonicMs,
    onCommit: () => undefined,
  })
  for (let at = 0; at < images; at += MAX_ENTRIES_AT_ONCE) {
    const address = new Uint8Array(ADDRESS_BYTES)
    writeAddress(addressAfter(FIRST_ADDRESS, at / MAX_ENTRIES_AT_ONCE), address)
    const peer = { address, port: PEER_PORT }
    const entries = Array.from({ length: Math.min(MAX_ENTRIES_AT_ONCE, images - at) }, (_, index) => ({
      md5: likenessFrom(random) + likenessFrom(random),
      name: `IMG_${at + index}.jpg`,
      likeness: (at + index) % COPIES === 0 ? 'c0ffee0123456789' : likenessFrom(random),
    }))
    const refusal = state.register(peer, 'pw') ?? state.addImages(peer, 'pw', entries)
    if (refusal !== undefined) throw new Error(`the catalog was not filled: ${refusal}`)
  }
  return state
}

function likenessFrom(random: Random): string {
  const word = () =>
    Math.floor(random() * 0xffff_ffff + 1)
      .toString(16)
      .padStart(8, '0')
  return word() + word()
}
