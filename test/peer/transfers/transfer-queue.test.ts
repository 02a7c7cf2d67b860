import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { retryDelayMs } from '../../../src/peer/transfers/retry-policy.ts'
import type { TransferState } from '../../../src/peer/transfers/transfer.ts'
import { TransferQueue, type WantedImage } from '../../../src/peer/transfers/transfer-queue.ts'
import { assertProperty } from '../../support/property.ts'
import { asDigest } from '../../support/wire-arbitraries.ts'

const LIMITS = { open: 5, finished: 3 }
const POLICY = { firstDelayMs: 100, longestDelayMs: 400, attempts: 3, patienceMs: 10_000 }
const NO_LOAD = () => 0

function image(index: number, port = 5000 + index): WantedImage {
  const digest = asDigest(String(index).padStart(32, '0'))
  return { digest, name: `${index}.png`, details: {}, owners: [{ address: '10.0.0.1', port }] }
}

const OPEN: readonly TransferState[] = ['waiting', 'running', 'retrying', 'paused']
const FROM: Readonly<Record<string, readonly TransferState[]>> = {
  start: ['waiting'],
  succeed: ['running', 'waiting', 'paused', 'cancelled'],
  skip: ['running', 'waiting'],
  fail: ['running'],
  interrupt: ['running'],
  pause: ['waiting', 'running', 'retrying'],
  resume: ['paused'],
  cancel: OPEN,
  retry: ['failed', 'cancelled', 'retrying'],
  hurry: ['waiting', 'retrying', 'paused'],
}
const TO: Readonly<Record<string, TransferState>> = {
  ...{ start: 'running', succeed: 'done', skip: 'skipped', interrupt: 'waiting', pause: 'paused' },
  ...{ resume: 'waiting', cancel: 'cancelled', retry: 'waiting', hurry: 'waiting' },
}

/** What the queue should be: a state an image, attempts, and the order in which they finished. */
class Model {
  readonly states = new Map<number, TransferState>()
  readonly attempts = new Map<number, number>()
  readonly finished: number[] = []

  set(index: number, state: TransferState): void {
    this.states.set(index, state)
    const at = this.finished.indexOf(index)
    if (at !== -1) this.finished.splice(at, 1)
    if (OPEN.includes(state)) return
    this.finished.push(index)
    if (this.finished.length <= LIMITS.finished) return
    const oldest = this.finished.shift()
    if (oldest !== undefined) this.states.delete(oldest)
  }

  get open(): number {
    return [...this.states.values()].filter(state => OPEN.includes(state)).length
  }
}

test('a queue does what a plain model of it does, whatever is asked of it', () => {
  const step = fc.tuple(fc.constantFrom('add', 'wake', ...Object.keys(FROM)), fc.integer({ min: 0, max: 8 }))
  assertProperty(
    fc.property(fc.array(step, { maxLength: 80 }), steps => {
      const queue = new TransferQueue(LIMITS, POLICY)
      const model = new Model()
      let nowMs = 0
      for (const [what, index] of steps) {
        const { digest } = image(index)
        const state = model.states.get(index)
        if (what === 'add') {
          const result = queue.add(image(index), false)
          if (state !== undefined && OPEN.includes(state)) {
            assert.equal(result, 'known')
            if (state === 'paused') model.set(index, 'waiting')
          } else if (model.open >= LIMITS.open) assert.equal(result, 'full')
          else {
            assert.equal(result, 'added')
            model.set(index, 'waiting')
            model.attempts.set(index, 0)
          }
        } else if (what === 'wake') {
          nowMs += POLICY.longestDelayMs
          queue.wake(nowMs)
          for (const [one, its] of model.states) if (its === 'retrying') model.set(one, 'waiting')
        } else {
          const fits = state !== undefined && (FROM[what]?.includes(state) ?? false)
          const takes = fits && (what !== 'retry' || state === 'retrying' || model.open < LIMITS.open)
          assert.equal(transition(queue, what, digest, nowMs), takes, `${what} from ${state}`)
          if (!takes) continue
          const attempts = what === 'retry' ? 0 : (model.attempts.get(index) ?? 0) + Number(what === 'fail')
          model.attempts.set(index, attempts)
          model.set(index, TO[what] ?? (attempts >= POLICY.attempts ? 'failed' : 'retrying'))
        }
        for (let one = 0; one <= 8; one += 1)
          assert.equal(queue.get(image(one).digest)?.state, model.states.get(one))
        const counted = Object.values(queue.counts).reduce((sum, count) => sum + count, 0)
        assert.ok(counted >= model.states.size)
        assert.equal(queue.openCount, model.open)
      }
    }),
    500,
  )
})

function transition(
  queue: TransferQueue,
  what: string,
  digest: WantedImage['digest'],
  nowMs: number,
): boolean {
  switch (what) {
    case 'succeed':
      return queue.succeed(digest, 1)
    case 'fail':
      return queue.fail(digest, { error: 'allOwnersFailed', isFinal: false }, nowMs, 0)
    case 'start':
    case 'skip':
    case 'interrupt':
    case 'pause':
    case 'resume':
    case 'cancel':
    case 'retry':
    case 'hurry':
      return queue[what](digest)
    default:
      throw new TypeError(what)
  }
}

test('transfers come in their order, moved ones first or last, and those tried before behind the rest', () => {
  const queue = new TransferQueue(LIMITS, POLICY)
  for (const index of [1, 2, 3, 4]) queue.add(image(index, 5000), false)
  queue.move(image(3).digest, 'first')
  queue.move(image(1).digest, 'last')
  const order: string[] = []
  for (let next = queue.next(NO_LOAD); next !== undefined; next = queue.next(NO_LOAD)) {
    order.push(next.name)
    queue.start(next.digest)
    if (order.length === 1) queue.fail(next.digest, { error: 'allOwnersFailed', isFinal: false }, 0, 0)
    queue.wake(1000)
  }
  assert.deepEqual(order, ['3.png', '2.png', '4.png', '1.png', '3.png'])
})

test('of those that wait, one of an owner with least to do comes first', () => {
  const queue = new TransferQueue(LIMITS, POLICY)
  for (const [index, port] of [
    [1, 5001],
    [2, 5001],
    [3, 5002],
  ] as const)
    queue.add(image(index, port), false)
  assert.equal(queue.next(({ port }) => (port === 5001 ? 1 : 0))?.name, '3.png')
})

test('a full disk holds everything up until there is room, and not longer than a person wishes', () => {
  const queue = new TransferQueue(LIMITS, POLICY)
  queue.add(image(1), false)
  queue.pauseAll('diskFull')
  assert.equal(queue.next(NO_LOAD), undefined)
  assert.equal(queue.resumeAll('diskFull'), true)
  assert.notEqual(queue.next(NO_LOAD), undefined)
  queue.pauseAll('asked')
  queue.pauseAll('diskFull')
  assert.equal(queue.resumeAll('diskFull'), false)
  assert.equal(queue.pauseReason, 'asked')
})

test('what is restored is what was kept; what was running waits', () => {
  const queue = new TransferQueue(LIMITS, POLICY)
  for (const index of [1, 2, 3]) queue.add(image(index), false)
  queue.start(image(1).digest)
  queue.pause(image(2).digest)
  const restored = new TransferQueue(LIMITS, POLICY)
  restored.restore(queue.takeChanges().changed)
  assert.deepEqual(
    [1, 2, 3].map(index => restored.get(image(index).digest)?.state),
    ['waiting', 'paused', 'waiting'],
  )
  assert.equal(restored.next(NO_LOAD)?.name, '1.png')
})

test('waits grow to a bound, and chance takes half of them at most', () => {
  assert.deepEqual(
    [1, 2, 3, 4, 9].map(failures => retryDelayMs(POLICY, failures, 0)),
    [100, 200, 400, 400, 400],
  )
  assert.equal(retryDelayMs(POLICY, 2, 1), 100)
})

test('failures count anew once a try brought more of the image than any before, and only then', () => {
  const queue = new TransferQueue(LIMITS, POLICY)
  const { digest } = image(1)
  queue.add(image(1), false)
  let nowMs = 0
  const failAfter = (bytes: number) => {
    queue.start(digest)
    queue.progress(digest, bytes)
    queue.fail(digest, { error: 'allOwnersFailed', isFinal: false }, nowMs, 0)
    // Longer than the patience for one that brings nothing.
    nowMs += POLICY.patienceMs
    queue.wake(nowMs)
    return queue.get(digest)?.state
  }
  for (let bytes = 1000; bytes <= 10_000; bytes += 1000) assert.equal(failAfter(bytes), 'waiting')
  assert.equal(failAfter(10_000), 'failed')
})
