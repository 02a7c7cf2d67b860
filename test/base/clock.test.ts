import assert from 'node:assert/strict'
import test from 'node:test'
import { monotonicMs } from '../../src/base/clock.ts'

test('never goes back', () => {
  let last = monotonicMs()
  for (let index = 0; index < 10_000; index += 1) {
    const now = monotonicMs()
    assert.ok(now >= last)
    last = now
  }
})
