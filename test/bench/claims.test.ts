import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LoadReport } from '../../bench/load/load-run.ts'
import type { BenchResults, Cell } from '../../bench/measure/results.ts'
import { benchmarksPage } from '../../bench/report/benchmarks-page.ts'
import { judgeClaims, judgeSoak } from '../../bench/report/claims.ts'
import type { SoakResults } from '../../bench/soak/soak-results.ts'

const machine = {
  processor: 'A processor',
  cores: 2,
  memoryBytes: 2 ** 34,
  kernel: 'Linux 6',
  node: 'v24',
  compiler: undefined,
  python: undefined,
}

/** A round of so many right replies for one second of CPU time. */
function round(answered: number): LoadReport {
  return {
    answered,
    answeredBytes: 0,
    wrong: 0,
    lost: 0,
    late: 0,
    dropped: 0,
    seconds: 1,
    serverSeconds: 1,
  }
}

function cell(workload: string, subject: string, catalog: number, ...rates: number[]): Cell {
  return { workload, subject, catalog, rounds: rates.map(round) }
}

function results(cells: readonly Cell[], memory: BenchResults['memory'] = []): BenchResults {
  return {
    date: '2026-11-22T12:00:00.000Z',
    command: 'npm run bench',
    machine,
    pinning: 'Bound.',
    generator: 'a generator',
    rounds: 3,
    seconds: 2,
    subjects: [
      { name: 'imagep2p', title: 'imagep2p' },
      { name: 'batch-echo', title: 'C batch echo' },
    ],
    skipped: [{ subject: 'opentracker', reason: 'it is not installed' }],
    cells,
    memory,
  }
}

function verdict(found: BenchResults, text: string): [string | undefined, boolean | undefined] {
  const claim = judgeClaims(found).find(candidate => candidate.text === text)
  assert.ok(claim, text)
  return [claim.reached, claim.holds]
}

test('a ratio is that of the medians, and holds from its bound on', () => {
  const text = 'LST (catalog: empty) ÷ C batch echo'
  const echo = cell('list', 'batch-echo', 0, 400, 1, 9000)
  assert.deepEqual(verdict(results([cell('list', 'imagep2p', 0, 300, 300, 1), echo]), text), ['0.75', true])
  // 0.7475 is shown rounded down.
  assert.deepEqual(verdict(results([cell('list', 'imagep2p', 0, 299, 299, 1), echo]), text), ['0.74', false])
  assert.deepEqual(verdict(results([echo]), text), [undefined, undefined])
})

test('a larger catalog is compared with that of 1,000 images', () => {
  const text = 'REG, 2 images (catalog: 1,000,000) ÷ the same (catalog: 1,000)'
  const base = cell('register-2', 'imagep2p', 1000, 100)
  assert.deepEqual(verdict(results([base, cell('register-2', 'imagep2p', 1_000_000, 85)]), text), [
    '0.85',
    true,
  ])
  assert.deepEqual(verdict(results([base, cell('register-2', 'imagep2p', 1_000_000, 80)]), text), [
    '0.80',
    false,
  ])
})

test('memory counts in megabytes of a million bytes', () => {
  const text = 'Resident memory (catalog: 1,000,000 of 20,000 peers)'
  const memory = (residentBytes: number): BenchResults =>
    results(
      [],
      [{ subject: 'imagep2p', catalog: 1_000_000, peers: 20_000, residentBytes, residentBytesAfterLoad: 0 }],
    )
  assert.deepEqual(verdict(memory(250e6), text), ['250 MB', true])
  assert.deepEqual(verdict(memory(250e6 + 1), text), ['251 MB', false])
})

const soak: SoakResults = {
  date: '2026-11-22T12:00:00.000Z',
  command: 'npm run soak',
  machine,
  subject: 'imagep2p-fast',
  path: 'fast',
  minutes: 10,
  garbagePerSecond: 2000,
  survived: true,
  load: round(1000),
  droppedAtServer: 0,
  lostByServer: 0,
  flatness: { criterion: 'flat', firstBytes: 100, lastBytes: 101, growth: 0.01, flat: true },
  samples: [],
}

test('a soak holds when it survived, stood still, lost nothing and said nothing wrong', () => {
  const holds = (changed: Partial<SoakResults>): (boolean | undefined)[] =>
    judgeSoak('fast', { ...soak, ...changed }).map(claim => claim.holds)
  assert.deepEqual(holds({}), [true, true, true, true])
  assert.deepEqual(holds({ lostByServer: -3 }), [true, true, true, true])
  assert.deepEqual(holds({ lostByServer: 1 }), [true, true, false, true])
  assert.deepEqual(holds({ survived: false }), [false, true, true, true])
  assert.deepEqual(holds({ load: { ...round(1), wrong: 1 } }), [true, true, true, false])
})

test('a soak that was too short can refute, but not bear out', () => {
  const short = judgeSoak('fast', { ...soak, minutes: 1, lostByServer: 1 }).map(({ holds }) => holds)
  assert.deepEqual(short, [undefined, undefined, false, undefined])
  assert.deepEqual(judgeSoak('fast', soak, 1)[0]?.holds, true)
  assert.deepEqual(judgeSoak('portable', undefined)[0]?.holds, undefined)
})

test('the page names the machine, what was left out, and judges what was measured', () => {
  const measured = results([cell('list', 'imagep2p', 0, 300), cell('list', 'batch-echo', 0, 400)])
  const page = benchmarksPage({ results: measured, soaks: [soak] })
  assert.match(page, /A processor, 2 cores, 16 GiB, Linux 6, Node v24, no C compiler, no Python/)
  assert.match(page, /- opentracker: it is not installed/)
  assert.match(page, /\| LST \(catalog: empty\) ÷ C batch echo +\| at least 0\.75 +\| +0\.75 \| yes /)
  assert.match(page, /\| LST \(catalog: 40\) ÷ C batch echo +\| at least 0\.75 +\| +– \| not measured /)
  assert.match(page, /\| Soak, fast path: resident memory flat +\| flat +\| +\+1\.0 % \| yes /)
  assert.match(page, /\| Soak, portable path: no crash +\| 10 minutes +\| +– \| not measured /)
})

test('the page says so where nothing was measured', () => {
  assert.match(benchmarksPage({ results: undefined, soaks: [] }), /has not been run/)
})
