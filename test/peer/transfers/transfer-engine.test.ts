import assert from 'node:assert/strict'
import test from 'node:test'
import { Failure } from '../../../src/base/failure.ts'
import { imageFromListing } from '../../../src/peer/catalog-image.ts'
import { DEFAULT_FETCH_LIMITS } from '../../../src/peer/download/fetch-limits.ts'
import type { ImageFetcher } from '../../../src/peer/transfers/image-fetcher.ts'
import { TransferEngine } from '../../../src/peer/transfers/transfer-engine.ts'
import type { TransferObserver } from '../../../src/peer/transfers/transfer-observer.ts'
import { TransferQueue } from '../../../src/peer/transfers/transfer-queue.ts'
import { TransferStore } from '../../../src/peer/transfers/transfer-store.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { asDigest } from '../../support/wire-arbitraries.ts'

const POLICY = { firstDelayMs: 1, longestDelayMs: 4, attempts: 4, patienceMs: 60_000 }

function image(index: number, port = 5001) {
  const digest = asDigest(String(index).padStart(32, '0'))
  return imageFromListing({ digest, name: `${index}.png`, owners: [{ address: '10.0.0.1', port }] })
}

/** An engine on a fetcher that asks `give` whether the owner on a port gives an image. */
function openEngine(directory: string, give: (name: string, port: number) => Failure | undefined) {
  const events: string[] = []
  const note =
    (event: string) =>
    ({ name }: { name: string }) =>
      void events.push(`${event} ${name}`)
  const observer: TransferObserver = {
    ...{ onAdded: () => {}, onStarted: () => {}, onProgress: () => {}, onFailedAttempt: () => {} },
    onLimits: () => {},
    ...{ onSaved: note('saved'), onSkipped: note('skipped'), onRetrying: note('retrying') },
    ...{ onFailed: note('failed'), onResumed: () => void events.push('resumed') },
    onChanged: ({ name, state }) => void events.push(`${state} ${name}`),
    onPaused: why => void events.push(`paused ${why}`),
  }
  const fetcher: ImageFetcher = {
    download: async ({ image: { digest, name, owners } }) => {
      const failure = give(name, owners[0]?.port ?? 0)
      if (failure !== undefined) throw failure
      return { digest, fileName: name, path: name, bytes: 1, owner: '', failed: [], resumedFrom: 0 }
    },
    stop: async () => {},
  }
  const engine = new TransferEngine({
    ...{
      queue: new TransferQueue(undefined, POLICY),
      store: TransferStore.open(':memory:'),
      fetcher,
      directory,
      limits: DEFAULT_FETCH_LIMITS,
    },
    ...{ observer, atOnce: 1, has: digest => digest === image(9).digest, roomCheckMs: 1 },
    find: async digest => ({ ...image(0, 5002), digest }),
  })
  return { engine, events }
}

const gone = new Failure('allOwnersFailed', { name: '', attempts: [] })
const never = new AbortController().signal

test('what an owner no longer gives is asked for where the index server says next', async t => {
  const give = (_: string, port: number) => (port === 5002 ? undefined : gone)
  const { engine, events } = openEngine(await temporaryFolder(t), give)
  engine.add([image(1), image(9)], false)
  await engine.whenIdle(never)
  assert.deepEqual(events, ['retrying 1.png', 'skipped 9.png', 'saved 1.png'])
  await engine.stop()
})

test('what nobody gives has failed after so many tries', async t => {
  const { engine, events } = openEngine(await temporaryFolder(t), () => gone)
  engine.add([image(1)], false)
  await engine.whenIdle(never)
  assert.deepEqual(events, ['retrying 1.png', 'retrying 1.png', 'retrying 1.png', 'failed 1.png'])
  await engine.stop()
})

test('a full disk holds the queue up, which goes on by itself when there is room', async t => {
  let isFull = true
  const directory = await temporaryFolder(t)
  const { engine, events } = openEngine(directory, () => {
    if (!isFull) return undefined
    isFull = false
    return new Failure('diskFull', { directory, freeBytes: 0 })
  })
  engine.add([image(1), image(2)], false)
  await engine.whenIdle(never)
  assert.deepEqual(events, ['paused diskFull', 'resumed', 'saved 1.png', 'saved 2.png'])
  await engine.stop()
})

test('an image that waits only for its name makes room for another, and eight small ones count as one', async t => {
  const begun: { name: string; arrive: () => void; save: () => void }[] = []
  const fetcher: ImageFetcher = {
    download: async ({ image: { digest, name }, observer }) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      begun.push({ name, arrive: () => observer.onArrived?.(), save: resolve })
      await promise
      return { digest, fileName: name, path: name, bytes: 1, owner: '', failed: [], resumedFrom: 0 }
    },
    stop: async () => {},
  }
  const queue = new TransferQueue()
  const silent = () => {}
  const engine = new TransferEngine({
    ...{ queue, fetcher, store: TransferStore.open(':memory:'), directory: await temporaryFolder(t) },
    limits: DEFAULT_FETCH_LIMITS,
    ...{ atOnce: 1, has: () => false, find: async () => undefined },
    observer: {
      ...{
        onAdded: silent,
        onChanged: silent,
        onLimits: silent,
        onStarted: silent,
        onProgress: silent,
        onSaved: silent,
      },
      ...{ onSkipped: silent, onRetrying: silent, onFailed: silent, onPaused: silent, onResumed: silent },
      onFailedAttempt: silent,
    },
  })
  const small = Array.from({ length: 10 }, (_, index) => ({ ...image(index + 3), details: { bytes: 100 } }))
  engine.add([image(1), image(2), ...small], false)
  const idle = engine.whenIdle(never)
  const turn = () => new Promise(resolve => setImmediate(resolve))
  await turn()
  assert.equal(begun.length, 1)
  begun[0]?.arrive()
  await turn()
  assert.equal(begun.length, 2)
  begun[1]?.arrive()
  await turn()
  assert.equal(begun.length, 2 + 8)
  begun[2]?.arrive()
  await turn()
  assert.equal(begun.length, 2 + 9)
  begun[3]?.arrive()
  await turn()
  assert.equal(begun.length, 12)
  for (const { save } of begun) save()
  await idle
  assert.equal(queue.counts.done, 12)
  await engine.stop()
})
