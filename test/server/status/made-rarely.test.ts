import assert from 'node:assert/strict'
import { test } from 'node:test'
import { madeRarely } from '../../../src/server/status/made-rarely.ts'

test('a value is made when it is asked for, and not again before its time', () => {
  let nowMs = 5
  let made = 0
  const value = madeRarely(
    1000,
    () => nowMs,
    () => ++made,
  )
  assert.equal(made, 0)
  assert.deepEqual([value(), value()], [1, 1])
  nowMs += 999
  assert.equal(value(), 1)
  nowMs += 1
  assert.deepEqual([value(), value()], [2, 2])
})

test('what could not be made is tried again', () => {
  let isBroken = true
  const value = madeRarely(
    1000,
    () => 0,
    () => {
      if (isBroken) throw new Error('broken')
      return 'whole'
    },
  )
  assert.throws(value, /broken/)
  isBroken = false
  assert.equal(value(), 'whole')
})
