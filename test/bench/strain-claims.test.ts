import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { LoadReport } from '../../bench/load/load-run.ts'
import { benchmarksPage } from '../../bench/report/benchmarks-page.ts'
import { judgeStrain } from '../../bench/report/strain-claims.ts'
import type {
  FloodStrain,
  Latencies,
  ListStrain,
  SearchStrain,
  StrainResults,
} from '../../bench/strain/strain-results.ts'

function load(p99Ms: number): LoadReport {
  return {
    answered: 1000,
    answeredBytes: 0,
    wrong: 0,
    lost: 0,
    late: 0,
    dropped: 0,
    seconds: 1,
    serverSeconds: 0.5,
    latency: { p50Ms: p99Ms / 2, p99Ms },
  }
}

function latencies(p50Ms: number, p99Ms: number): Latencies {
  return { count: 100, p50Ms, p99Ms, maxMs: p99Ms * 2 }
}

const searches: SearchStrain = {
  images: 1_000_000,
  peers: 20_000,
  inProcess: {
    firstMs: 300,
    rounds: [latencies(4, 30), latencies(10, 50), latencies(11, 51)].map(all => ({
      all,
      kinds: { digits: all },
    })),
  },
  rate: 1000,
  quiet: [load(1), load(2), load(100)],
  busy: [
    { atOnce: 1, loads: [load(4)], searches: [latencies(6, 60)] },
    { atOnce: 4, loads: [load(4.01)], searches: [latencies(7, 70)] },
  ],
  residentBytes: 4e8,
  residentBytesAfter: 5e8,
}

function lists(changed: Partial<ListStrain['alone'][number]['listing']>): ListStrain {
  const listing = { seconds: 1, pages: 200, missing: 0, repeated: 0, unknown: 0 }
  const registered = { images: 200_000, seconds: 2, serverSeconds: 1.9, peakBytes: 3e8 }
  return {
    keeps: 'journal',
    peers: 1,
    imagesPerPeer: 200_000,
    rate: 1000,
    quiet: [load(2)],
    alone: [
      { ...registered, listing },
      { ...registered, listing: { ...listing, ...changed } },
    ],
    busy: [{ load: load(3), images: 50_000, seconds: 1 }],
  }
}

function flood(bytes: number, seconds: number): FloodStrain {
  return {
    rate: 1000,
    quiet: [load(2)],
    floodPerSecond: 50_000,
    bytesPerSecond: 1000,
    burstBytes: 2000,
    busy: [{ load: load(2), flood: { sent: 1, replies: 1, bytes, dropped: 0, seconds } }],
  }
}

function results(parts: Pick<StrainResults, 'searches' | 'lists' | 'flood'>): StrainResults {
  return {
    date: '2026-11-22T12:00:00.000Z',
    command: 'npm run strain',
    machine: {
      processor: 'A processor',
      cores: 2,
      memoryBytes: 2 ** 34,
      kernel: 'Linux 6',
      node: 'v24',
      compiler: undefined,
      python: undefined,
    },
    pinning: 'Bound.',
    loadBefore: 0.25,
    rounds: 3,
    seconds: 2,
    ...parts,
  }
}

function verdict(found: StrainResults | undefined, text: string): [string | undefined, boolean | undefined] {
  const claim = judgeStrain(found).find(candidate => candidate.text === text)
  assert.ok(claim, text)
  return [claim.reached, claim.holds]
}

suite('claims about a server under strain', () => {
  test('searches are judged by the medians of the rounds, up to their bounds', () => {
    const found = results({ searches })
    const names = 'Search over 1,000,000 names, in process'
    assert.deepEqual(verdict(found, `${names}: p50`), ['10.00 ms', true])
    assert.deepEqual(verdict(found, `${names}: p99`), ['50.00 ms', true])
    assert.deepEqual(verdict(found, 'UDP p99 while one searches ÷ quiet'), ['2.00', true])
    // 2.005 is rounded against the claim.
    assert.deepEqual(verdict(found, 'UDP p99 while 4 search at a time ÷ quiet'), ['2.01', false])
  })

  test('searches of a smaller catalog bear nothing out', () => {
    const found = results({ searches: { ...searches, images: 2000 } })
    assert.deepEqual(verdict(found, 'Search over 1,000,000 names, in process: p50'), [undefined, undefined])
    assert.deepEqual(verdict(undefined, 'UDP p99 while one searches ÷ quiet'), [undefined, undefined])
  })

  test('a single image that is not listed exactly once in any round refutes the claim', () => {
    const text = '200,000 images of one peer, with the journal: images not listed exactly once'
    assert.deepEqual(verdict(results({ lists: [lists({})] }), text), ['0', true])
    for (const amiss of [{ missing: 1 }, { repeated: 1 }, { unknown: 1 }]) {
      assert.deepEqual(verdict(results({ lists: [lists(amiss)] }), text), ['1', false])
    }
    const other = '200,000 images of one peer: images not listed exactly once'
    assert.deepEqual(verdict(results({ lists: [lists({})] }), other), [undefined, undefined])
  })

  test('a flood may get its burst, and what a second allows for as long as it lasts', () => {
    const text =
      'LST flood from one unproven address: bytes sent to it ÷ the burst and bytes a second it may get'
    assert.deepEqual(verdict(results({ flood: flood(5000, 3) }), text), ['1.00', true])
    assert.deepEqual(verdict(results({ flood: flood(5001, 3) }), text), ['1.01', false])
  })

  test('the page shows what was measured, and says of the rest that it was not', () => {
    const page = benchmarksPage({
      results: undefined,
      soaks: [],
      strain: results({ searches, lists: [lists({})], flood: flood(5000, 3) }),
    })
    assert.match(page, /Load average before: 0\.25\./)
    assert.match(page, /\| in process: digits +\| +100 \| +10\.00 \| +50\.00 \| +100\.00 \|/)
    assert.match(page, /\| over HTTP beside the load, one at a time +\| +100 \| +6\.00 \| +60\.00 \|/)
    assert.match(
      page,
      /\| 200,000 images of one peer, with the journal +\| +2\.0 \| +100,000 \| +1\.9 \| +300 MB \|/,
    )
    assert.match(page, /\| flood +\| +1,000 \| +1\.00 \| +2\.00 \| +0 \| +1\.00 \| +2\.00 \| +0 \| +1\.00 \|/)
    assert.match(
      page,
      /\| 1,000,000 images of 2,000 peers: images not listed exactly once +\| at most 0 +\| +– \| not measured \|/,
    )
    assert.doesNotMatch(page, /NaN|undefined|Infinity/)
    assert.match(benchmarksPage({ results: undefined, soaks: [] }), /## Under strain/)
  })
})
