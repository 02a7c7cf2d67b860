import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import test from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { untilAborted } from '../../src/cli/until-aborted.ts'

/** What keeps this process alive, of the kind that a wait would be. */
function timers(): number {
  return process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length
}

test('waits for the signal, keeps the program alive until then, and leaves nothing', async () => {
  const stopping = new AbortController()
  const before = timers()
  let ended = false
  const waiting = untilAborted(stopping.signal).then(() => {
    ended = true
  })
  await turn()
  assert.equal(ended, false)
  assert.equal(timers(), before + 1)
  stopping.abort()
  await waiting
  assert.equal(timers(), before)
  assert.equal(getEventListeners(stopping.signal, 'abort').length, 0)
})

test('an aborted signal is not waited for', async () => {
  const before = timers()
  await untilAborted(AbortSignal.abort())
  assert.equal(timers(), before)
})
