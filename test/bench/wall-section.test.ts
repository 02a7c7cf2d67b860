import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeWall, wallSection } from '../../bench/report/wall-section.ts'
import type { WallResults, WallRound } from '../../bench/wall/wall-results.ts'

function results(change: Partial<WallRound> = {}, pictures = 100_000): WallResults {
  const round: WallRound = {
    ...{ usableMs: 800, thumbnailsMs: 1200, scrolled: pictures, blankMs: 100, longestTaskMs: 40 },
    stops: [{ ms: 300, slowestMs: 250 }],
    heapBytes: [2e6, 5e6],
    nodes: { first: 400, most: 900, last: 500 },
    ...change,
  }
  return {
    ...{ date: '2026-11-24T12:00:00.000Z', command: 'npm run wall', browser: 'Chromium 1', loadBefore: 0.5 },
    machine: {
      ...{ processor: 'A processor', cores: 2, memoryBytes: 2 ** 34, kernel: 'Linux 6', node: 'v24' },
      ...{ compiler: undefined, python: undefined },
    },
    ...{ pictures, rounds: [round, round, round] },
  }
}

const holds = (found: WallResults | undefined) => judgeWall(found).map(claim => claim.holds)

test('a wall that is usable soon, never blank for long and bounded bears every claim out', () => {
  assert.deepEqual(holds(results()), [true, true, true, true, true])
  assert.match(
    wallSection(results()),
    /\| Wall of 100,000 pictures usable after opening .*\| ≤ 2\.00 s +\| +0\.80 s \| yes/,
  )
})

test('each claim is refuted by its own figure', () => {
  assert.deepEqual(holds(results({ usableMs: 2001 })), [false, true, true, true, true])
  assert.deepEqual(holds(results({ blankMs: 251 })), [true, false, true, true, true])
  assert.deepEqual(holds(results({ stops: [{ ms: 400, slowestMs: 250 }] })), [true, true, false, true, true])
  assert.deepEqual(holds(results({ heapBytes: [2e6, 20e6] })), [true, true, true, false, true])
  assert.deepEqual(holds(results({ nodes: { first: 1, most: 5001, last: 1 } })), [
    true,
    true,
    true,
    true,
    false,
  ])
})

test('nothing, and a small network, bear nothing out', () => {
  for (const found of [undefined, results({}, 1000)])
    assert.deepEqual(
      holds(found),
      Array.from({ length: 5 }, () => undefined),
    )
  assert.match(wallSection(undefined), /not measured/)
})
