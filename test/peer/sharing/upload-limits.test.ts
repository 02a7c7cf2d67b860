import assert from 'node:assert/strict'
import test from 'node:test'
import { UploadLimits } from '../../../src/peer/sharing/upload-limits.ts'

const signal = () => new AbortController().signal

test('without a limit nothing waits', () => {
  const limits = new UploadLimits()
  const pace = limits.pace('a', false, signal)
  assert.equal(pace.isLimited, false)
  assert.equal(pace.take(1e9), undefined)
})

test('who has taken a second too much waits until the limit is lifted', async () => {
  const limits = new UploadLimits()
  limits.set({ bytesPerSecond: 1000, bytesPerSecondEach: 0 })
  const pace = limits.pace('a', false, signal)
  assert.equal(pace.isLimited, true)
  let isOver = false
  const wait = pace.take(10_000_000)?.then(() => {
    isOver = true
  })
  await Promise.resolve()
  assert.equal(isOver, false)
  limits.set({ bytesPerSecond: 0, bytesPerSecondEach: 0 })
  await wait
  assert.ok(isOver)
})

test('the limit of each asker holds back that asker alone', async () => {
  const limits = new UploadLimits()
  limits.set({ bytesPerSecond: 0, bytesPerSecondEach: 1000 })
  const leaving = new AbortController()
  let isOver = false
  const wait = limits
    .pace('a', false, () => leaving.signal)
    .take(10_000_000)
    ?.then(() => {
      isOver = true
    })
  await limits.pace('b', false, signal).take(10)
  assert.equal(isOver, false)
  // Who leaves waits no longer.
  leaving.abort()
  await wait
})

test('what is small goes ahead of what large transfers owe, up to a second', async () => {
  const limits = new UploadLimits()
  limits.set({ bytesPerSecond: 1_000_000, bytesPerSecondEach: 0 })
  const leaving = new AbortController()
  // Owes 0.9 s.
  const bulk = limits.pace('a', false, () => leaving.signal).take(900_000)
  let isBulkOver = false
  void bulk?.then(() => {
    isBulkOver = true
  })
  await limits.pace('b', true, signal).take(1000)
  assert.equal(isBulkOver, false)
  leaving.abort()
  await bulk
})
