import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Added } from '../../../src/gallery/sharing-shapes.ts'
import { type AddingState, FileQueue, RefusedFile } from '../../../src/gallery/web/sharing/file-queue.ts'
import { until } from '../../support/until.ts'

const file = (name: string, bytes = 10) => new File([new Uint8Array(bytes)], name)

test('files are sent two at once, counted, and told of where they are refused', async () => {
  const under: string[] = []
  let most = 0
  let busyFirst = true
  const states: AddingState[] = []
  const queue = new FileQueue(
    async ({ name, size }, onSent): Promise<Added> => {
      under.push(name)
      most = Math.max(most, under.length)
      onSent(size / 2)
      await new Promise(resolve => setImmediate(resolve))
      under.splice(under.indexOf(name), 1)
      if (name === 'busy' && busyFirst) {
        busyFirst = false
        throw new RefusedFile('busy')
      }
      if (name === 'text') throw new RefusedFile('notPicture')
      if (name === 'odd') throw new TypeError('unexpected')
      return { md5: '0'.repeat(32), isNew: name !== 'there' }
    },
    state => states.push(state),
  )
  queue.add(['a', 'b', 'text', 'there', 'odd', 'busy'].map(name => file(name)))
  await until(() => queue.state.isOver)
  const { refused, ...counts } = queue.state
  assert.deepEqual(counts, { total: 6, added: 3, present: 1, refusedCount: 2, progress: 1, isOver: true })
  assert.deepEqual(refused, [
    { name: 'text', reason: 'notPicture' },
    { name: 'odd', reason: 'failed' },
  ])
  assert.equal(most, 2)
  assert.ok(states.some(({ progress }) => progress > 0 && progress < 1))
  queue.add([file('again')])
  await until(() => queue.state.isOver)
  assert.deepEqual([queue.state.total, queue.state.added], [1, 1])
})

test('what waits and what is under way is given up', async () => {
  const queue = new FileQueue(
    (_file, _onSent, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new RefusedFile('stopped')))
      }),
    () => {},
  )
  queue.add(Array.from({ length: 5 }, (_, index) => file(String(index))))
  queue.stop()
  await until(() => queue.state.isOver)
  assert.deepEqual([queue.state.total, queue.state.refusedCount], [0, 0])
})
