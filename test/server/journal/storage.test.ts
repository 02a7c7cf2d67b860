import assert from 'node:assert/strict'
import { cpSync, readdirSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { suite, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { JournalCondition } from '../../../src/server/journal/journal-condition.ts'
import { DEFAULT_JOURNAL_LIMITS } from '../../../src/server/journal/journal-limits.ts'
import type { LogEntry } from '../../../src/server/journal/log-entry.ts'
import { digestOf, JournalState, listEntry, peerOf } from '../../support/journal-state.ts'
import { ManualSchedule } from '../../support/manual-schedule.ts'
import { afterKill, commit, type OpenedJournal, openJournal, stateIn } from '../../support/open-journal.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { tinyDisk } from '../../support/tiny-disk.ts'

/** A registration of some 2 kB. */
function list(number: number): LogEntry {
  const images = Array.from({ length: 20 }, (_, index) => ({
    md5: digestOf(number * 20 + index),
    name: `${number}-${index} ${'x'.repeat(50)}`,
  }))
  return listEntry(peerOf(number), images)
}

const kindsOf = (conditions: readonly JournalCondition[]) => conditions.map(({ kind }) => kind)

/** Commits registrations until the disk gives up; gives how many, and the state before the last one. */
function fill(opened: OpenedJournal): { count: number; before: unknown } {
  let count = 0
  for (; opened.conditions.length === 0; count += 1) {
    commit(opened, list(count))
    assert.ok(count < 10_000)
  }
  const state = new JournalState()
  for (let number = 0; number < count - 1; number += 1) state.entry(list(number))
  return { count, before: state.shown }
}

function filesIn(directory: string): string[] {
  return readdirSync(directory)
    .filter(name => !/-wal|-shm|lock/.test(name))
    .sort()
}

/** Lets time pass until the journal is durable. */
async function untilDurable({ journal }: OpenedJournal, time: ManualSchedule): Promise<void> {
  for (let turns = 0; !journal.stats.isDurable; turns += 1) {
    time.runNext()
    await turn()
    assert.ok(turns < 10_000)
  }
}

/** Lets time pass until something is told. */
async function untilFailed({ conditions }: OpenedJournal, time: ManualSchedule): Promise<void> {
  while (conditions.length === 0) {
    assert.ok(time.runNext())
    await turn()
  }
}

suite('when the disk fails, the journal', () => {
  test('goes on in memory when the file is full, keeps what it has, and writes all anew when it can', async t => {
    const directory = await temporaryFolder(t)
    const time = new ManualSchedule()
    const limits = { ...DEFAULT_JOURNAL_LIMITS, maxFileBytes: 400_000 }
    const opened = await openJournal(t, directory, { ...time, limits })
    const { count, before } = fill(opened)
    const [condition] = opened.conditions
    assert.ok(condition?.kind === 'notDurable')
    assert.deepEqual(condition, {
      kind: 'notDurable',
      directory,
      reason: 'database or disk is full',
      retrySeconds: 30,
    })
    assert.equal(opened.journal.stats.isDurable, false)
    assert.equal(opened.journal.stats.failures, 1)

    // Everything but what the full file refused is there, and it stays so while the rest goes on in memory.
    assert.deepEqual(await afterKill(t, directory), before)
    for (let number = 0; number < count - 10; number += 1) {
      commit(opened, { kind: 'ended', peer: peerOf(number) })
    }
    commit(opened, list(20_000))
    assert.deepEqual(await afterKill(t, directory), before)
    assert.deepEqual(kindsOf(opened.conditions), ['notDurable'], 'it says so once')

    await untilDurable(opened, time)
    assert.deepEqual(kindsOf(opened.conditions), ['notDurable', 'durableAgain'])
    assert.deepEqual(await afterKill(t, directory), opened.state.shown)
    commit(opened, list(20_001))
    assert.deepEqual(await afterKill(t, directory), opened.state.shown)
    assert.deepEqual(filesIn(directory), ['catalog-2.sqlite'])
  })

  test('has either the old state or the new one, whenever it is killed while it writes all anew', async t => {
    const directory = await temporaryFolder(t)
    const time = new ManualSchedule()
    const limits = { ...DEFAULT_JOURNAL_LIMITS, maxFileBytes: 2_000_000 }
    const opened = await openJournal(t, directory, { ...time, limits })
    const { count, before } = fill(opened)
    for (let number = 200; number < count; number += 1) {
      commit(opened, { kind: 'ended', peer: peerOf(number) })
    }
    let kills = 0
    for (; !opened.journal.stats.isDurable; kills += 1) {
      time.runNext()
      // What comes and goes meanwhile goes along.
      commit(opened, list(30_000 + kills), list(50 + kills), { kind: 'ended', peer: peerOf(100 + kills) })
      const copy = join(await temporaryFolder(t), 'copy')
      cpSync(directory, copy, { recursive: true })
      const expected = opened.journal.stats.isDurable ? opened.state.shown : before
      // Not compared by `deepEqual`: to show how two such states differ takes it minutes.
      assert.ok(isDeepStrictEqual(await stateIn(t, copy), expected), `kill ${kills}`)
      await turn()
    }
    assert.ok(kills > 5, `${kills} kills`)
    assert.deepEqual(await afterKill(t, directory), opened.state.shown)
  })

  test('tries again every half minute while the disk stays full', async t => {
    const disk = tinyDisk(t, 1024)
    if (disk === undefined) return
    const directory = join(disk.directory, 'data')
    const time = new ManualSchedule()
    const opened = await openJournal(t, directory, time)
    commit(opened, list(1), list(2))
    const filler = join(disk.directory, 'filler')
    assert.throws(() => writeFileSync(filler, Buffer.alloc(2_000_000)), { code: 'ENOSPC' })
    const before = opened.state.shown
    for (let number = 3; opened.conditions.length === 0; number += 1) {
      if (opened.journal.stats.isDurable) assert.deepEqual(await afterKill(t, directory), opened.state.shown)
      commit(opened, list(number))
    }
    assert.deepEqual(kindsOf(opened.conditions), ['notDurable'])
    for (let tries = 0; tries < 3; tries += 1) {
      const began = time.nowMs()
      while (time.nowMs() < began + 30_000) assert.ok(time.runNext())
      assert.equal(opened.journal.stats.isDurable, false)
    }
    assert.notDeepEqual(opened.state.shown, before)
    assert.deepEqual(kindsOf(opened.conditions), ['notDurable'])

    unlinkSync(filler)
    await untilDurable(opened, time)
    assert.deepEqual(await afterKill(t, directory), opened.state.shown)
    assert.deepEqual(kindsOf(opened.conditions), ['notDurable', 'durableAgain'])
  })

  test('knows on a disk that cannot be written to all that was kept, and writes when it can', async t => {
    const disk = tinyDisk(t, 4096)
    if (disk === undefined) return
    for (const [name, isClosed] of [
      ['closed', true],
      ['killed', false],
    ] as const) {
      disk.remount('rw')
      const elsewhere = await temporaryFolder(t)
      const first = await openJournal(t, elsewhere)
      commit(first, list(1), list(2))
      if (isClosed) await first.journal.close()
      const directory = join(disk.directory, name)
      cpSync(elsewhere, directory, { recursive: true })
      disk.remount('ro')

      const time = new ManualSchedule()
      const second = await openJournal(t, directory, time)
      assert.deepEqual(kindsOf(second.conditions), ['notDurable'], name)
      assert.deepEqual(second.state.shown, first.state.shown, name)
      commit(second, list(3))
      time.runNext()
      assert.equal(second.journal.stats.isDurable, false)

      disk.remount('rw')
      await untilDurable(second, time)
      assert.deepEqual(kindsOf(second.conditions), ['notDurable', 'durableAgain'])
      assert.deepEqual(await afterKill(t, directory), second.state.shown)
      await second.journal.close()
    }
  })

  test('starts where no folder can be made, and keeps what it has once one can', async t => {
    const parent = await temporaryFolder(t)
    const directory = join(parent, 'data')
    writeFileSync(directory, 'a file where the folder should be')
    const time = new ManualSchedule()
    const opened = await openJournal(t, directory, time)
    const [condition] = opened.conditions
    assert.ok(condition?.kind === 'notDurable')
    assert.match(condition.reason, /^(EEXIST|ENOTDIR)$/)
    commit(opened, list(1))
    time.runNext()
    assert.equal(opened.journal.stats.isDurable, false)
    rmSync(directory)
    await untilDurable(opened, time)
    assert.deepEqual(kindsOf(opened.conditions), ['notDurable', 'durableAgain'])
    assert.deepEqual(await afterKill(t, directory), opened.state.shown)
  })

  test('sets aside what turns up that it has not read', async t => {
    const parent = await temporaryFolder(t)
    const [directory, elsewhere] = [join(parent, 'data'), join(parent, 'elsewhere')]
    const first = await openJournal(t, elsewhere)
    commit(first, list(1))
    await first.journal.close()
    writeFileSync(directory, 'a disk that is not there yet')
    const time = new ManualSchedule()
    const second = await openJournal(t, directory, time)
    commit(second, list(2))
    rmSync(directory)
    renameSync(elsewhere, directory)
    await untilDurable(second, time)
    assert.deepEqual(kindsOf(second.conditions), ['notDurable', 'setAside', 'durableAgain'])
    assert.deepEqual(await afterKill(t, directory), second.state.shown)
    const aside = second.conditions.find(condition => condition.kind === 'setAside')
    assert.ok(aside?.kind === 'setAside')
    renameSync(aside.movedTo, join(parent, 'catalog-1.sqlite'))
    const third = await openJournal(t, parent)
    assert.deepEqual(third.state.shown, first.state.shown, 'nothing of it is lost')
  })

  test('notices that its folder was removed, and makes it anew', async t => {
    const directory = join(await temporaryFolder(t), 'data')
    const time = new ManualSchedule()
    const opened = await openJournal(t, directory, time)
    commit(opened, list(1))
    rmSync(directory, { recursive: true })
    time.pass(10_000)
    commit(opened, list(2))
    assert.deepEqual(kindsOf(opened.conditions), ['notDurable'])
    await untilDurable(opened, time)
    assert.deepEqual(await afterKill(t, directory), opened.state.shown)
  })

  test('sets a file aside whose log cannot be folded, and loses nothing', async t => {
    const directory = await temporaryFolder(t)
    const time = new ManualSchedule()
    const limits = { ...DEFAULT_JOURNAL_LIMITS, foldBytes: 10_000 }
    const opened = await openJournal(t, directory, { ...time, limits })
    commit(opened, list(1), list(2))
    const other = new DatabaseSync(join(directory, 'catalog-1.sqlite'))
    other.exec("UPDATE log SET entries = x'01ff'")
    other.close()
    for (let number = 3; number < 8; number += 1) commit(opened, list(number))
    await untilFailed(opened, time)
    const [condition] = opened.conditions
    assert.ok(condition?.kind === 'notDurable')
    assert.match(condition.reason, /log row 1: cut/)
    await untilDurable(opened, time)
    assert.deepEqual(kindsOf(opened.conditions), ['notDurable', 'setAside', 'durableAgain'])
    assert.deepEqual(await afterKill(t, directory), opened.state.shown)
    assert.match(filesIn(directory).join(' '), /^catalog-1\.sqlite\.set-aside-\S+ catalog-2\.sqlite$/)
  })

  test('loads what can be read of rows that are damaged, writes it anew and keeps the old file', async t => {
    const directory = await temporaryFolder(t)
    const time = new ManualSchedule()
    const limits = { ...DEFAULT_JOURNAL_LIMITS, foldBytes: 1 }
    const first = await openJournal(t, directory, { ...time, limits })
    commit(first, list(1), list(2), list(3))
    while (time.runNext());
    commit(first, list(4))
    commit(first, list(5))
    commit(first, list(6))
    await first.journal.close()
    const file = new DatabaseSync(join(directory, 'catalog-1.sqlite'))
    file.exec(
      "UPDATE registrations SET record = x'0200' WHERE identity = (SELECT min(identity) FROM registrations)",
    )
    file.exec("UPDATE log SET entries = x'01ff' WHERE id = (SELECT min(id) + 1 FROM log)")
    file.close()

    const second = await openJournal(t, directory, time)
    const [condition] = second.conditions
    assert.ok(condition?.kind === 'partlyUnreadable')
    assert.equal(condition.rows, 2)
    assert.match(condition.reason, /registration: version 2/)
    assert.equal(second.state.count, 4)
    await untilDurable(second, time)
    assert.deepEqual(kindsOf(second.conditions), ['partlyUnreadable', 'setAside', 'durableAgain'])
    assert.deepEqual(await afterKill(t, directory), second.state.shown)
    assert.match(filesIn(directory).join(' '), /^catalog-1\.sqlite\.set-aside-\S+ catalog-2\.sqlite$/)
  })

  test('writes what is left when it is closed, where it can by then', async t => {
    const directory = await temporaryFolder(t)
    const time = new ManualSchedule()
    const limits = { ...DEFAULT_JOURNAL_LIMITS, maxFileBytes: 400_000 }
    const opened = await openJournal(t, directory, { ...time, limits })
    const { count } = fill(opened)
    for (let number = 5; number < count; number += 1) commit(opened, { kind: 'ended', peer: peerOf(number) })
    await opened.journal.close()
    const again = await openJournal(t, directory)
    assert.deepEqual(again.state.shown, opened.state.shown)
    assert.deepEqual(again.conditions, [])
  })

  test('closes all the same where it cannot, and leaves what was durable', async t => {
    const directory = await temporaryFolder(t)
    const time = new ManualSchedule()
    const limits = { ...DEFAULT_JOURNAL_LIMITS, maxFileBytes: 400_000 }
    const opened = await openJournal(t, directory, { ...time, limits })
    const { before } = fill(opened)
    await opened.journal.close()
    assert.equal(time.planned, 0)
    const again = await openJournal(t, directory)
    assert.deepEqual(again.state.shown, before)
    assert.deepEqual(filesIn(directory), ['catalog-1.sqlite'])
  })

  test('takes a mistake of its source for what it is, and does not end the server', async t => {
    const directory = await temporaryFolder(t)
    const time = new ManualSchedule()
    const limits = { ...DEFAULT_JOURNAL_LIMITS, foldBytes: 1 }
    const opened = await openJournal(t, directory, { ...time, limits })
    t.mock.method(
      opened.state,
      'registration',
      () => {
        throw new Error('a mistake')
      },
      { times: 1 },
    )
    commit(opened, list(1))
    await untilFailed(opened, time)
    assert.deepEqual(
      opened.conditions.map(condition => condition.kind === 'notDurable' && condition.reason),
      ['a mistake'],
    )
    await untilDurable(opened, time)
    assert.deepEqual(await afterKill(t, directory), opened.state.shown)
  })
})
