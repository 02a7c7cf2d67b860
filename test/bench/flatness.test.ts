import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeFlatness, type MemorySample } from '../../bench/soak/flatness.ts'

/** One sample each second of so many, in bytes. */
function samples(seconds: number, bytesAt: (second: number) => number): MemorySample[] {
  return Array.from({ length: seconds }, (_, second) => ({ second, residentBytes: bytesAt(second) }))
}

test('what happens in the first minute is not judged', () => {
  const judged = judgeFlatness(samples(600, second => (second < 60 ? second * 1e6 : 100e6)))
  assert.equal(judged?.flat, true)
  assert.equal(judged?.firstBytes, 100e6)
})

test('memory that goes up and down stands still, memory that climbs does not', () => {
  assert.equal(judgeFlatness(samples(600, second => 100e6 + (second % 30) * 1e6))?.flat, true)
  const climbing = judgeFlatness(samples(600, second => 100e6 + second * 20_000))
  assert.equal(climbing?.flat, false)
  assert.ok((climbing?.growth ?? 0) > 0.05)
})

test('a little more of little is flat, however many percent it is', () => {
  assert.equal(judgeFlatness(samples(600, second => 10e6 + second * 5000))?.flat, true)
  assert.equal(judgeFlatness(samples(600, second => 10e6 + second * 10_000))?.flat, false)
})

test('a short soak is judged after its first fifth, and a very short one not at all', () => {
  assert.equal(judgeFlatness(samples(50, second => (second < 10 ? 1e6 : 2e6)))?.flat, true)
  assert.equal(judgeFlatness(samples(8, () => 1e6)), undefined)
})
