import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { setImmediate as loopTurn } from 'node:timers/promises'
import { Turns } from '../../src/base/turns.ts'

suite('turns at the event loop', () => {
  test('one slice of work is done between two turns of the loop, whoever waits', async () => {
    const turns = new Turns()
    const done: string[] = []
    const work = async (name: string) => {
      for (let slice = 1; slice <= 3; slice += 1) {
        await turns.next()
        done.push(`${name}${slice}`)
      }
    }
    const all = Promise.all([work('a'), work('b'), work('c')])
    const atOnce: number[] = []
    while (done.length < 9) {
      const before = done.length
      await loopTurn()
      atOnce.push(done.length - before)
    }
    await all
    assert.deepEqual(done, ['a1', 'b1', 'c1', 'a2', 'b2', 'c2', 'a3', 'b3', 'c3'])
    assert.ok(Math.max(...atOnce) === 1, atOnce.join(' '))
  })

  test('a turn comes after what waits at the loop already, and nobody is forgotten', async () => {
    const turns = new Turns()
    const order: string[] = []
    setImmediate(() => order.push('loop'))
    await turns.next()
    order.push('first')
    const second = turns.next().then(() => order.push('second'))
    await turns.next()
    order.push('third')
    await second
    assert.deepEqual(order, ['loop', 'first', 'second', 'third'])
  })
})
