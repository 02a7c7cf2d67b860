import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { UploadSlots } from '../../../src/peer/sharing/upload-slots.ts'
import { assertAsyncProperty } from '../../support/property.ts'

const never = new AbortController().signal

/** Lets everybody who waits know. */
async function turn(): Promise<void> {
  for (let count = 0; count < 3; count += 1) await Promise.resolve()
}

test('no more run than there are slots, and a freed one goes to who waits', async () => {
  const slots = new UploadSlots(2)
  assert.ok(slots.tryEnter('a'))
  assert.ok(await slots.enter('a', never))
  assert.equal(slots.tryEnter('b'), false)
  let entered = false
  const waiting = slots.enter('b', never).then(() => {
    entered = true
  })
  await turn()
  assert.equal(entered, false)
  slots.leave('a')
  await waiting
  assert.deepEqual([slots.active, slots.waiting], [2, 0])
})

test('one who asks a hundred times does not hold up one who asks once', async () => {
  const slots = new UploadSlots(4)
  const order: string[] = []
  for (let count = 0; count < 100; count += 1)
    void slots.enter('greedy', never).then(() => order.push('greedy'))
  void slots.enter('modest', never).then(() => order.push('modest'))
  await turn()
  assert.deepEqual(order, Array(4).fill('greedy'))
  slots.leave('greedy')
  await turn()
  assert.equal(order.at(-1), 'modest')
})

test('askers who all wait are served in turns', async () => {
  const slots = new UploadSlots(1)
  assert.ok(slots.tryEnter('first'))
  const order: string[] = []
  for (const asker of ['a', 'b', 'c'])
    for (let count = 0; count < 3; count += 1)
      void slots.enter(asker, never).then(() => {
        order.push(asker)
        slots.leave(asker)
      })
  slots.leave('first')
  for (let count = 0; count < 20; count += 1) await turn()
  assert.deepEqual(order, ['a', 'b', 'c', 'a', 'b', 'c', 'a', 'b', 'c'])
})

test('who gives up leaves the queue, and more slots let more in', async () => {
  const slots = new UploadSlots(1)
  assert.ok(slots.tryEnter('a'))
  const leaving = new AbortController()
  const left = slots.enter('b', leaving.signal)
  const stays = [slots.enter('c', never), slots.enter('c', never)]
  leaving.abort()
  assert.equal(await left, false)
  assert.equal(slots.waiting, 2)
  slots.setSlots(3)
  assert.deepEqual(await Promise.all(stays), [true, true])
  assert.equal(await slots.enter('d', AbortSignal.abort()), false)
  assert.equal(slots.active, 3)
})

test('whatever comes and goes, slots are never exceeded, and none stays free while somebody waits', async () => {
  const event = fc.record({ what: fc.constantFrom('enter', 'leave', 'giveUp', 'slots'), which: fc.nat(7) })
  await assertAsyncProperty(
    fc.asyncProperty(fc.array(event, { maxLength: 60 }), async events => {
      let limit = 2
      const slots = new UploadSlots(limit)
      const running: string[] = []
      const waiting: { readonly controller: AbortController; entered: boolean }[] = []
      for (const { what, which } of events) {
        if (what === 'enter') {
          const asker = `${which % 3}`
          const one = { controller: new AbortController(), entered: false }
          waiting.push(one)
          void slots.enter(asker, one.controller.signal).then(hasEntered => {
            one.entered = true
            if (hasEntered) running.push(asker)
          })
        } else if (what === 'leave') {
          const [asker] = running.splice(which % Math.max(1, running.length), 1)
          if (asker !== undefined) slots.leave(asker)
        } else if (what === 'giveUp') waiting[which]?.controller.abort()
        else {
          limit = 1 + (which % 4)
          slots.setSlots(limit)
        }
        const before = running.length
        await turn()
        assert.equal(slots.active, running.length)
        assert.ok(running.length <= Math.max(limit, before))
        assert.ok(slots.waiting === 0 || slots.active >= limit)
      }
    }),
  )
})
