import assert from 'node:assert/strict'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { Failure } from '../../../src/base/failure.ts'
import { imageFromListing } from '../../../src/peer/catalog-image.ts'
import type { DownloadedImage, DownloadRequest } from '../../../src/peer/download/download-request.ts'
import { DEFAULT_FETCH_LIMITS } from '../../../src/peer/download/fetch-limits.ts'
import { askQueue, readQueue } from '../../../src/peer/transfers/ask-queue.ts'
import { NO_TRANSFER_LIMITS } from '../../../src/peer/transfers/transfer-limits.ts'
import { Transfers, type TransfersOptions } from '../../../src/peer/transfers/transfers.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { until } from '../../support/until.ts'
import { asDigest } from '../../support/wire-arbitraries.ts'

const never = new AbortController().signal
const silent = { onBytes: () => {}, onFailedAttempt: () => {} }

function image(index: number) {
  const digest = asDigest(String(index).padStart(32, '0'))
  return imageFromListing({ digest, name: `${index}.png`, owners: [{ address: '10.0.0.1', port: 5001 }] })
}

/** A fetcher whose downloads wait until they are given, refused or cancelled. */
class HeldFetcher {
  readonly running = new Map<string, PromiseWithResolvers<DownloadedImage>>()
  readonly begun: string[] = []
  limit = 0

  async download({ image: { digest, name }, signal, observer }: DownloadRequest): Promise<DownloadedImage> {
    const outcome = Promise.withResolvers<DownloadedImage>()
    this.running.set(name, outcome)
    this.begun.push(name)
    observer.onBytes('10.0.0.1:5001', 7)
    signal.addEventListener('abort', () => outcome.reject(new Failure('cancelled', {})))
    try {
      return await outcome.promise
    } finally {
      if (this.running.get(name) === outcome) this.running.delete(name)
      void digest
    }
  }

  give(index: number): void {
    const { digest, name } = image(index)
    const saved = { digest, fileName: name, path: name, bytes: 9, owner: '', failed: [], resumedFrom: 0 }
    this.running.get(name)?.resolve(saved)
  }

  setDownloadLimit(bytesPerSecond: number): void {
    this.limit = bytesPerSecond
  }

  async stop(): Promise<void> {}
}

async function openTransfers(t: TestContext, folder?: string, more: Partial<TransfersOptions> = {}) {
  const directory = folder ?? (await temporaryFolder(t))
  const fetcher = new HeldFetcher()
  const storePath = join(directory, 'transfers.sqlite')
  const transfers = Transfers.open({
    ...{ storePath, directory, fetcher, limits: DEFAULT_FETCH_LIMITS, atOnce: 1, ...more },
    ...{ has: () => false, find: async () => undefined },
  })
  t.after(() => transfers.stop())
  const stateOf = (index: number) => transfers.get(image(index).digest)?.state
  return { directory, storePath, fetcher, transfers, stateOf }
}

test('a running transfer is paused, gone on with, cancelled and tried anew, and others are begun meanwhile', async t => {
  const { fetcher, transfers, stateOf } = await openTransfers(t)
  const changes: string[] = []
  transfers.subscribe({ onChanged: ({ name, state }) => changes.push(`${name} ${state}`) })
  const [one, two, three] = [image(1), image(2), image(3)]
  transfers.add([one, two, three], false)
  await until(() => fetcher.running.has('1.png'))
  assert.equal(transfers.flow(one.digest)?.bytes, 7)
  assert.equal(transfers.wish('pause', one.digest), true)
  assert.equal(stateOf(1), 'paused')
  await until(() => fetcher.running.has('2.png') && !fetcher.running.has('1.png'))
  assert.equal(transfers.wish('first', three.digest), true)
  assert.equal(transfers.wish('cancel', two.digest), true)
  await until(() => fetcher.running.has('3.png'))
  assert.equal(transfers.wish('resume', one.digest), true)
  assert.equal(transfers.wish('resume', two.digest), false)
  assert.equal(transfers.wish('retry', two.digest), true)
  for (const index of [3, 1, 2]) {
    await until(() => fetcher.running.has(`${index}.png`))
    fetcher.give(index)
  }
  await transfers.whenIdle(never)
  assert.deepEqual([1, 2, 3].map(stateOf), ['done', 'done', 'done'])
  assert.deepEqual(fetcher.begun, ['1.png', '2.png', '3.png', '1.png', '2.png'])
  assert.deepEqual(changes, [
    ...['1.png paused', '3.png waiting', '2.png cancelled'],
    ...['1.png waiting', '2.png waiting'],
  ])
  await transfers.stop()
})

test('what somebody waits for comes at once, past a pause, is not tried again, and ends with who waits', async t => {
  const { fetcher, transfers, stateOf } = await openTransfers(t)
  transfers.add([image(1)], false)
  transfers.pauseAll()
  assert.equal(stateOf(1), 'waiting')
  const got = transfers.fetch(image(2), silent, never)
  const same = transfers.fetch(image(2), silent, never)
  assert.equal(transfers.isAwaited(image(2).digest), true)
  await until(() => fetcher.running.has('2.png'))
  fetcher.give(2)
  assert.equal((await got).bytes, 9)
  assert.deepEqual(await same, await got)
  const refused = transfers.fetch(image(3), silent, never)
  await until(() => fetcher.running.has('3.png'))
  fetcher.running.get('3.png')?.reject(new Failure('allOwnersFailed', { name: '3.png', attempts: [] }))
  await assert.rejects(refused, { code: 'allOwnersFailed' })
  const leaving = new AbortController()
  const left = transfers.fetch(image(4), silent, leaving.signal)
  leaving.abort()
  await assert.rejects(left, { code: 'cancelled' })
  assert.deepEqual([2, 3, 4].map(stateOf), ['done', 'failed', 'cancelled'])
  const stopped = transfers.fetch(image(5), silent, never)
  const isRejected = assert.rejects(stopped, { code: 'cancelled' })
  await transfers.stop()
  await isRejected
})

test('one of two has the queue of a folder, does what it is asked for, and leaves it to the next', async t => {
  const { directory, storePath, fetcher, transfers } = await openTransfers(t)
  transfers.start()
  transfers.add([image(1), image(2)], false)
  const other = await openTransfers(t, directory)
  assert.deepEqual([transfers.isKept, other.transfers.isKept], [true, false])
  assert.deepEqual(other.transfers.list(), [])
  other.transfers.add([image(3)], false)
  await other.transfers.stop()
  const one = image(1).digest
  assert.equal(
    await askQueue(storePath, directory, [{ verb: 'limit', limit: 'download', value: 5000 }], never),
    true,
  )
  assert.equal(await askQueue(storePath, directory, [{ verb: 'cancel', digest: one }], never), true)
  assert.equal(await askQueue(storePath, directory, [{ verb: 'pause', digest: undefined }], never), true)
  assert.equal(fetcher.limit, 5000)
  assert.equal(transfers.pauseReason, 'asked')
  const kept = readQueue(storePath)
  assert.deepEqual(
    kept.transfers.map(({ name, state }) => `${name} ${state}`),
    ['1.png cancelled', '2.png waiting'],
  )
  assert.deepEqual(
    [kept.isWorked, kept.settings],
    [true, { limits: { ...NO_TRANSFER_LIMITS, download: 5000 }, isPaused: true }],
  )
  await transfers.stop()

  // Nobody has it now: what is asked for is done to the store, and nothing is begun.
  assert.equal(await askQueue(storePath, directory, [{ verb: 'retry', digest: one }], never), true)
  const next = await openTransfers(t, directory)
  next.transfers.start()
  assert.deepEqual(
    [next.transfers.isKept, next.fetcher.limit, next.transfers.pauseReason],
    [true, 5000, 'asked'],
  )
  assert.deepEqual(next.fetcher.begun, [])
  next.transfers.resumeAll()
  await until(() => next.fetcher.begun.length === 1)
  await next.transfers.stop()
  const last = await openTransfers(t, directory, { givenLimits: { download: 0 } })
  assert.deepEqual([last.fetcher.limit, last.transfers.pauseReason], [0, undefined])
  await last.transfers.stop()
})
