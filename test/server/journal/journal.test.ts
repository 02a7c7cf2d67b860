import assert from 'node:assert/strict'
import { cpSync, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { suite, test } from 'node:test'
import { isFailure } from '../../../src/base/failure.ts'
import { Journal } from '../../../src/server/journal/journal.ts'
import { DEFAULT_JOURNAL_LIMITS } from '../../../src/server/journal/journal-limits.ts'
import type { LogEntry } from '../../../src/server/journal/log-entry.ts'
import { doSome } from '../../support/journal-load.ts'
import { append, digestOf, JournalState, listEntry, peerOf } from '../../support/journal-state.ts'
import { ManualSchedule } from '../../support/manual-schedule.ts'
import { afterKill, commit, openJournal } from '../../support/open-journal.ts'
import { below, seededRandom } from '../../support/seeded-random.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

/** A registration whose list goes on in parts of 32 KiB. */
function longList(peer: number, images: number, name: string): LogEntry {
  const entries = Array.from({ length: images }, (_, number) => ({
    md5: digestOf(number),
    name: `${name} ${number}`,
  }))
  return { kind: 'images', peer: peerOf(peer), passwordDigest: new Uint8Array(32), entries }
}

/** Rows of a table in the file of a closed journal. */
function countRows(directory: string, table: string): number {
  const [file = ''] = readdirSync(directory).filter(name => /^catalog-[0-9]+\.sqlite$/.test(name))
  const database = new DatabaseSync(join(directory, file), { readOnly: true })
  try {
    return Number(database.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.['count'])
  } finally {
    database.close()
  }
}

suite('the journal', () => {
  test('knows after a start what was committed, and nothing of what was not', async t => {
    const directory = join(await temporaryFolder(t), 'data')
    const first = await openJournal(t, directory)
    assert.deepEqual(first.state.shown, [])
    commit(
      first,
      listEntry(peerOf(1), [{ md5: digestOf(1), name: 'one.jpg' }]),
      { kind: 'leased', peer: peerOf(1) },
      { kind: 'images', peer: peerOf(2), passwordDigest: new Uint8Array(32), entries: [] },
    )
    append(first.journal, { kind: 'ended', peer: peerOf(1) })
    assert.deepEqual(await afterKill(t, directory), first.state.shown)
    assert.equal(first.journal.stats.logRows, 1)
    assert.equal(first.journal.stats.isDurable, true)

    await first.journal.close()
    const second = await openJournal(t, directory)
    assert.equal(second.state.count, 1, 'closing commits what was appended')
    assert.deepEqual(second.conditions, [])
  })

  test('writes nothing for a commit of nothing', async t => {
    const { journal } = await openJournal(t, await temporaryFolder(t))
    journal.commit()
    journal.appendRemoved(peerOf(1), [])
    journal.commit()
    assert.equal(journal.stats.logRows, 0)
  })

  test('takes any number of images and digests at once', async t => {
    const directory = await temporaryFolder(t)
    const opened = await openJournal(t, directory)
    const removed = Array.from({ length: 1700 }, (_, number) => digestOf(number))
    commit(opened, longList(1, 3000, 'x'.repeat(1000)), {
      kind: 'removed',
      peer: peerOf(1),
      digests: removed,
    })
    assert.ok(opened.journal.stats.logRows > 1, 'a batch beyond a megabyte is several rows')
    assert.deepEqual(await afterKill(t, directory), opened.state.shown)
  })

  test('converges whenever the process is killed, however far folding got', async t => {
    const directory = await temporaryFolder(t)
    const time = new ManualSchedule()
    const limits = { ...DEFAULT_JOURNAL_LIMITS, foldBytes: 3000, quietFoldBytes: 1000 }
    const { schedule, nowMs } = time
    const random = seededRandom(11)
    let opened = await openJournal(t, directory, { schedule, nowMs, limits })
    let folded = 0
    for (let round = 0; round < 200; round += 1) {
      doSome(opened.state, random, entry => append(opened.journal, entry))
      opened.journal.commit()
      for (let slices = below(random, 3); slices > 0; slices -= 1) time.runNext(10)
      assert.deepEqual(await afterKill(t, directory), opened.state.shown, `round ${round}`)
      if (round % 50 !== 49) continue
      folded += opened.journal.stats.foldedRegistrations
      await opened.journal.close()
      const again = await openJournal(t, directory, { schedule, nowMs, limits })
      assert.deepEqual(again.state.shown, opened.state.shown)
      opened = again
    }
    assert.ok(folded > 100, `${folded} rows were folded`)
  })

  test('does not tell again what the row of a registration reflects already', async t => {
    const directory = await temporaryFolder(t)
    const limits = { ...DEFAULT_JOURNAL_LIMITS, foldBytes: 1000 }
    const time = new ManualSchedule()
    const opened = await openJournal(t, directory, { ...time, limits })
    for (let count = 0; count < 20; count += 1) {
      commit(opened, listEntry(peerOf(count % 3), [{ md5: digestOf(count), name: 'a' }]))
    }
    while (opened.journal.stats.foldedRegistrations < 3) time.runNext()
    assert.equal(opened.journal.stats.logRows, 20, 'the rows are not dropped yet')
    commit(opened, { kind: 'leased', peer: peerOf(1) })

    const copy = join(await temporaryFolder(t), 'copy')
    cpSync(directory, copy, { recursive: true })
    const state = new JournalState()
    const told = t.mock.method(state, 'entry')
    const onCondition = () => assert.fail()
    const journal = await Journal.open(
      { directory: copy, onCondition },
      state,
      state,
      new AbortController().signal,
    )
    await journal.close()
    assert.deepEqual(
      told.mock.calls.map(({ arguments: [entry] }) => entry.kind),
      ['leased'],
    )
    assert.deepEqual(state.shown, opened.state.shown)
  })

  test('writes what waits to be committed before it folds, so that no row is ahead of the log', async t => {
    const directory = await temporaryFolder(t)
    const limits = { ...DEFAULT_JOURNAL_LIMITS, foldBytes: 1 }
    const time = new ManualSchedule()
    const opened = await openJournal(t, directory, { ...time, limits })
    commit(opened, listEntry(peerOf(1), [{ md5: digestOf(1), name: 'a' }]))
    for (const peer of [peerOf(1), peerOf(2)]) {
      const entry = listEntry(peer, [{ md5: digestOf(2), name: 'b' }])
      opened.state.entry(entry)
      append(opened.journal, entry)
    }
    while (opened.journal.stats.foldedRegistrations === 0) time.runNext()
    assert.deepEqual(await afterKill(t, directory), opened.state.shown)
  })

  test('folds in a quiet moment what is worth it, and leaves nothing planned', async t => {
    const directory = await temporaryFolder(t)
    const time = new ManualSchedule()
    const limits = { ...DEFAULT_JOURNAL_LIMITS, quietFoldBytes: 2000 }
    const opened = await openJournal(t, directory, { ...time, limits })
    const list = listEntry(peerOf(1), [{ md5: digestOf(1), name: 'one.jpg' }])
    commit(opened, list)
    assert.equal(time.planned, 0, 'a short log may stay')
    for (let count = 0; count < 50; count += 1) {
      commit(opened, list)
      time.pass(1000)
      time.runNext(0)
    }
    assert.equal(opened.journal.stats.foldedRegistrations, 0, 'while something comes it is not quiet')
    while (time.runNext());
    assert.equal(opened.journal.stats.foldedRegistrations, 1)
    assert.equal(opened.journal.stats.logBytes, 0)
    assert.equal(opened.journal.stats.logRows, 0)
    assert.deepEqual(await afterKill(t, directory), opened.state.shown)
  })

  test('keeps log ids ahead of what is folded, over starts with an empty log', async t => {
    const directory = await temporaryFolder(t)
    const limits = { ...DEFAULT_JOURNAL_LIMITS, foldBytes: 1 }
    const time = new ManualSchedule()
    const first = await openJournal(t, directory, { ...time, limits })
    for (let count = 0; count < 5; count += 1) {
      commit(first, listEntry(peerOf(1), [{ md5: digestOf(count), name: 'a' }]))
    }
    while (time.runNext());
    assert.equal(first.journal.stats.logRows, 0)
    await first.journal.close()
    const second = await openJournal(t, directory)
    commit(second, listEntry(peerOf(1), [{ md5: digestOf(9), name: 'b' }]))
    assert.deepEqual(await afterKill(t, directory), second.state.shown)
  })

  test('stays in bounds under a load that leaves no time for folding', async t => {
    const directory = await temporaryFolder(t)
    const limits = { ...DEFAULT_JOURNAL_LIMITS, foldBytes: 100_000, maxLogBytes: 400_000 }
    // No planned slice ever runs: what is folded is folded by the commits.
    const opened = await openJournal(t, directory, { ...new ManualSchedule(), limits })
    let longest = 0
    let written = 0
    for (let batch = 0; batch < 1000; batch += 1) {
      // Every registration is another one, so that folding has nothing to gain from.
      const entries = Array.from({ length: 16 }, (_, index) => {
        const number = batch * 16 + index
        return listEntry(peerOf(number), [{ md5: digestOf(number), name: `${number}.jpg` }])
      })
      commit(opened, ...entries)
      written += entries.length
      longest = Math.max(longest, opened.journal.stats.logBytes)
    }
    assert.ok(longest < limits.maxLogBytes * 1.6, `the log came to ${longest} bytes`)
    assert.ok(opened.journal.stats.foldedRegistrations > written / 2)
    assert.deepEqual(await afterKill(t, directory), opened.state.shown)
  })

  test('writes a registration once for all that is in the log about it', async t => {
    const limits = { ...DEFAULT_JOURNAL_LIMITS, foldBytes: 100_000, maxLogBytes: 400_000 }
    const time = new ManualSchedule()
    const opened = await openJournal(t, await temporaryFolder(t), { ...time, limits })
    for (let batch = 0; batch < 2000; batch += 1) {
      const entries = Array.from({ length: 16 }, (_, index) => {
        return listEntry(peerOf(index), [{ md5: digestOf(batch), name: `${batch}.jpg` }])
      })
      commit(opened, ...entries)
      time.runNext(5)
    }
    const { foldedRegistrations, logBytes } = opened.journal.stats
    assert.ok(foldedRegistrations > 0 && foldedRegistrations < 1500, `${foldedRegistrations} of 32,000`)
    assert.ok(logBytes < limits.maxLogBytes)
  })

  test('writes a long list in parts over several slices, and drops those before it', async t => {
    const directory = await temporaryFolder(t)
    const limits = { ...DEFAULT_JOURNAL_LIMITS, foldBytes: 1 }
    const time = new ManualSchedule()
    const opened = await openJournal(t, directory, { ...time, limits })
    for (const name of ['first', 'second']) {
      commit(opened, longList(1, 5000, name), longList(2, 1, name))
      let slices = 0
      for (; time.runNext(); slices += 1) {
        if (slices % 3 === 0) assert.deepEqual(await afterKill(t, directory), opened.state.shown)
      }
      assert.ok(slices > 6, `${slices} slices`)
      assert.equal(opened.journal.stats.logRows, 0)
      assert.deepEqual(await afterKill(t, directory), opened.state.shown)
    }
    commit(opened, { kind: 'ended', peer: peerOf(2) })
    while (time.runNext());
    await opened.journal.close()
    const parts = countRows(directory, 'parts')
    assert.ok(parts > 3 && parts < 10, `${parts} parts`)
    assert.equal(countRows(directory, 'registrations'), 1)

    const again = await openJournal(t, directory, { ...time, limits })
    commit(again, { kind: 'ended', peer: peerOf(1) })
    while (time.runNext());
    await again.journal.close()
    assert.equal(countRows(directory, 'parts'), 0)
  })

  test('begins a long list anew that changes meanwhile, and in the end writes it at a stretch', async t => {
    const directory = await temporaryFolder(t)
    const limits = { ...DEFAULT_JOURNAL_LIMITS, foldBytes: 100 }
    const time = new ManualSchedule()
    const opened = await openJournal(t, directory, { ...time, limits })
    commit(opened, longList(1, 5000, 'list'))
    let slices = 0
    for (; opened.journal.stats.foldedRegistrations === 0; slices += 1) {
      commit(
        opened,
        listEntry(peerOf(1), [{ md5: digestOf(slices), name: `${slices}` }]),
        longList(1, 3000, 'x'),
      )
      assert.ok(time.runNext())
      if (slices % 5 === 0) assert.deepEqual(await afterKill(t, directory), opened.state.shown)
      assert.ok(slices < 100)
    }
    while (time.runNext());
    await opened.journal.close()
    assert.equal(countRows(directory, 'log'), 0)
    const parts = countRows(directory, 'parts')
    assert.ok(parts > 1 && parts < 7, `${parts} parts: those that were left in the middle are gone`)
    const again = await openJournal(t, directory)
    assert.deepEqual(again.state.shown, opened.state.shown)
  })

  test('drops parts that a kill left without a registration', async t => {
    const directory = await temporaryFolder(t)
    const limits = { ...DEFAULT_JOURNAL_LIMITS, foldBytes: 100 }
    const time = new ManualSchedule()
    const opened = await openJournal(t, directory, { ...time, limits })
    commit(opened, longList(1, 5000, 'list'))
    for (let slice = 0; slice < 5; slice += 1) time.runNext()
    // Closing stops folding where it is, as a kill does.
    await opened.journal.close()
    assert.equal(countRows(directory, 'registrations'), 0)
    const left = countRows(directory, 'parts')
    assert.ok(left > 0)
    const again = await openJournal(t, directory, { ...time, limits })
    assert.deepEqual(again.state.shown, opened.state.shown)
    commit(again, listEntry(peerOf(1), [{ md5: digestOf(1), name: 'short' }]))
    while (time.runNext());
    await again.journal.close()
    assert.equal(countRows(directory, 'parts'), 0)
  })

  test('is refused to a second server, and given to it afterwards', async t => {
    const directory = await temporaryFolder(t)
    const { journal } = await openJournal(t, directory)
    await assert.rejects(openJournal(t, directory), error => isFailure(error, 'journalInUse'))
    await journal.close()
    await journal.close()
    const { conditions } = await openJournal(t, directory)
    assert.deepEqual(conditions, [])
  })

  test('gives up its start when told to, and leaves the folder to others', async t => {
    const directory = await temporaryFolder(t)
    const opened = await openJournal(t, directory)
    for (let count = 0; count < 300; count += 1) {
      commit(opened, listEntry(peerOf(1), [{ md5: digestOf(count), name: 'a' }]))
    }
    await opened.journal.close()
    const state = new JournalState()
    const reason = new Error('stopped')
    const onCondition = () => assert.fail()
    await assert.rejects(
      Journal.open({ directory, onCondition }, state, state, AbortSignal.abort(reason)),
      error => error === reason,
    )
    await openJournal(t, directory)
  })

  test('leaves one file when it is closed', async t => {
    const directory = await temporaryFolder(t)
    const opened = await openJournal(t, directory)
    commit(opened, listEntry(peerOf(1), [{ md5: digestOf(1), name: 'a' }]))
    await opened.journal.close()
    assert.deepEqual(readdirSync(directory).sort(), ['catalog-1.sqlite', 'catalog.lock'])
    assert.ok(existsSync(join(directory, 'catalog-1.sqlite')))
  })
})
