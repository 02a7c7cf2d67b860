import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { Failure } from '../../../src/base/failure.ts'
import { HashPool } from '../../../src/peer/library/hash-pool.ts'
import type { SharedImage } from '../../../src/peer/library/image-file.ts'
import { Library } from '../../../src/peer/library/library.ts'
import { LibraryStore } from '../../../src/peer/library/library-store.ts'

/** A library of a folder, as a peer has one. */
export interface OpenedLibrary {
  readonly library: Library
  /** Files read by looks at the folder, since the start. */
  readonly read: () => number
  /** What was shared, each time that a change was told. */
  readonly told: SharedImage[][]
  readonly troubles: Failure[]
  /** At the latest at the test's end. */
  readonly stop: () => Promise<void>
}

/** Starts a library; a store of its own where none is named. A folder that cannot be looked at is a fault unless it is foreseen. */
export async function openLibrary(
  t: TestContext,
  directory: string,
  storePath = ':memory:',
  { recursive = false, foreseesTrouble = false } = {},
): Promise<OpenedLibrary> {
  const pool = new HashPool(2)
  const store = LibraryStore.open(storePath)
  let read = 0
  const told: SharedImage[][] = []
  const troubles: Failure[] = []
  const library = new Library({
    ...{ directory, recursive, settleMs: 60, rescanMs: 60_000, store, pool },
    onProgress: (done, total) => {
      assert.ok(done <= total)
      read += 1
    },
    onChange: () => told.push(library.entries()),
    onTrouble: failure => (foreseesTrouble ? troubles.push(failure) : assert.fail(failure)),
  })
  let isStopped = false
  const stop = async () => {
    if (isStopped) return
    isStopped = true
    await library.stop()
    await pool.close()
    store.close()
  }
  t.after(stop)
  await library.start()
  return { library, read: () => read, told, troubles, stop }
}
