import assert from 'node:assert/strict'
import { existsSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { Checkpoints } from '../../../src/server/journal/checkpoints.ts'
import { JournalStore } from '../../../src/server/journal/journal-store.ts'
import { ManualSchedule } from '../../support/manual-schedule.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { tinyDisk } from '../../support/tiny-disk.ts'
import { until } from '../../support/until.ts'

const MAX_WAL_BYTES = 8_000_000

const ROW = Buffer.alloc(100_000, 7)
/** Rows that are in the log at any time: beyond what any test counts. */
const KEPT_ROWS = 100

interface Working {
  readonly path: string
  readonly store: JournalStore
  readonly checkpoints: Checkpoints
  readonly time: ManualSchedule
  readonly failures: unknown[]
  /** Commits rows of so many bytes in all. */
  write(bytes: number): void
}

async function start(t: TestContext, folder: string): Promise<Working> {
  const path = join(folder, 'catalog-1.sqlite')
  const store = JournalStore.create(path, 1_000_000_000)
  const time = new ManualSchedule()
  const failures: unknown[] = []
  const checkpoints = new Checkpoints(store, MAX_WAL_BYTES, time.schedule, failure => failures.push(failure))
  t.after(async () => {
    await checkpoints.close()
    store.close()
  })
  let id = 0
  const write = (bytes: number) => {
    for (let written = 0; written < bytes; written += ROW.length) {
      id += 1
      store.appendLog(id, ROW)
      // What was folded makes room: the file stays small however much is written.
      store.dropLog(id - KEPT_ROWS)
      checkpoints.noteWritten(ROW.length)
    }
  }
  return { path, store, checkpoints, time, failures, write }
}

suite('checkpoints', () => {
  test('write back beside the main thread, so that the write-ahead log is begun anew', async t => {
    const { path, checkpoints, time, failures, write } = await start(t, await temporaryFolder(t))
    const before = statSync(path).size
    write(4_300_000)
    assert.equal(statSync(path).size, before, 'the commit itself does not')
    await until(() => time.planned > 0)
    assert.ok(statSync(path).size > before + 4_000_000)
    const length = statSync(`${path}-wal`).size
    write(3_000_000)
    assert.equal(statSync(`${path}-wal`).size, length, 'its room is used again')
    await checkpoints.close()
    assert.equal(time.planned, 0)
    assert.deepEqual(failures, [])
  })

  test('end their worker when nothing is written, and start it again', async t => {
    const { path, time, write } = await start(t, await temporaryFolder(t))
    for (const size of [4_000_000, 8_000_000]) {
      write(4_300_000)
      await until(() => time.planned > 0)
      assert.ok(statSync(path).size > size)
      assert.ok(time.runNext(10_000))
      assert.equal(time.planned, 0)
    }
  })

  test('come to an end also where writing never pauses', async t => {
    const { path, write } = await start(t, await temporaryFolder(t))
    const lengthOfWal = () => statSync(`${path}-wal`).size
    // However long the worker takes to start: begun anew, it is cut back, or written over from its beginning.
    for (let before = 0; ; before = lengthOfWal()) {
      write(1_000_000)
      if (lengthOfWal() <= before) break
      await turn()
    }
  })

  test('are done by the main thread where the worker cannot, and make no file', async t => {
    const { path, failures, write, store, checkpoints } = await start(t, await temporaryFolder(t))
    renameSync(path, `${path}.elsewhere`)
    write(4_300_000)
    await until(() => statSync(`${path}.elsewhere`).size > 4_000_000)
    assert.equal(existsSync(path), false)
    assert.deepEqual(failures, [])
    await checkpoints.close()
    store.close()
  })

  test('tell what the disk refuses', async t => {
    const disk = tinyDisk(t, 8192)
    if (disk === undefined) return
    const { failures, write } = await start(t, disk.directory)
    write(4_000_000)
    const filler = join(disk.directory, 'filler')
    assert.throws(() => writeFileSync(filler, Buffer.alloc(8_000_000)), { code: 'ENOSPC' })
    truncateSync(filler, statSync(filler).size - 1_000_000)
    write(300_000)
    await until(() => failures.length > 0)
    assert.match(String(failures[0]), /full/)
  })
})
