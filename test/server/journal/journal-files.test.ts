import assert from 'node:assert/strict'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { suite, type TestContext, test } from 'node:test'
import { JournalStore } from '../../../src/server/journal/journal-store.ts'
import { digestOf, listEntry, peerOf } from '../../support/journal-state.ts'
import { commit, openJournal } from '../../support/open-journal.ts'
import { below, seededRandom } from '../../support/seeded-random.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const NOW = new Date('2026-10-06T12:30:00.250Z')
const ASIDE = 'catalog-1.sqlite.set-aside-2026-10-06T12-30-00.250Z'

const list = (number: number) => listEntry(peerOf(number), [{ md5: digestOf(number), name: `${number}.jpg` }])

/** A folder with the journal of three registrations, closed. */
async function folderWithThree(t: TestContext): Promise<{ directory: string; file: string; shown: unknown }> {
  const directory = await temporaryFolder(t)
  const opened = await openJournal(t, directory)
  for (let number = 0; number < 3; number += 1) commit(opened, list(number))
  await opened.journal.close()
  return { directory, file: join(directory, 'catalog-1.sqlite'), shown: opened.state.shown }
}

function changeFile(file: string, sql: string): void {
  const database = new DatabaseSync(file)
  try {
    database.exec(sql)
  } finally {
    database.close()
  }
}

suite('opening the journal', () => {
  const damages: [string, RegExp, (file: string) => void][] = [
    ['is no database', /not a database/, file => writeFileSync(file, 'A letter to my aunt. '.repeat(1000))],
    [
      'is of a later version',
      /version 2, where 1 is known/,
      file => changeFile(file, 'PRAGMA user_version = 2'),
    ],
    ['is another program’s', /not a journal/, file => changeFile(file, 'PRAGMA application_id = 7')],
    ['lacks a table', /no such table/, file => changeFile(file, 'DROP TABLE parts')],
    ['was cut to nothing', /cut to nothing/, file => truncateSync(file, 0)],
    ['was cut in the middle', /malformed|size|page/i, file => truncateSync(file, 4096 * 3)],
    [
      'has a page of zeros',
      /malformed|page|btree/i,
      file => {
        const bytes = readFileSync(file)
        writeFileSync(file, bytes.fill(0, 4096, 8192))
      },
    ],
  ]
  for (const [what, reason, damage] of damages) {
    test(`sets a file aside that ${what}, as it is, and begins a new one`, async t => {
      const { directory, file } = await folderWithThree(t)
      damage(file)
      writeFileSync(`${file}-wal`, '')
      const before = readFileSync(file)
      const opened = await openJournal(t, directory, { now: () => NOW })
      const [condition, ...others] = opened.conditions
      assert.ok(condition?.kind === 'setAside')
      assert.match(condition.reason, reason)
      assert.equal(condition.movedTo, join(directory, ASIDE))
      assert.deepEqual(others, [])
      assert.ok(readFileSync(condition.movedTo).equals(before))
      assert.equal(opened.state.count, 0)
      assert.equal(opened.journal.stats.isDurable, true)

      commit(opened, list(7))
      await opened.journal.close()
      const again = await openJournal(t, directory, { now: () => NOW })
      assert.deepEqual(again.state.shown, opened.state.shown)
      assert.deepEqual(again.conditions, [])
      assert.ok(existsSync(join(directory, ASIDE)))
    })
  }

  test('keeps a write-ahead log with the file that is set aside', async t => {
    const { directory, file } = await folderWithThree(t)
    truncateSync(file, 0)
    writeFileSync(`${file}-wal`, 'what was in it')
    writeFileSync(`${file}-shm`, 'its index')
    await openJournal(t, directory, { now: () => NOW })
    assert.equal(readFileSync(join(directory, `${ASIDE}-wal`), 'utf8'), 'what was in it')
    assert.equal(readFileSync(join(directory, `${ASIDE}-shm`), 'utf8'), 'its index')
  })

  test('never writes over what was set aside before', async t => {
    const { directory, file } = await folderWithThree(t)
    writeFileSync(join(directory, ASIDE), 'the first')
    writeFileSync(file, 'the second')
    const { conditions } = await openJournal(t, directory, { now: () => NOW })
    assert.deepEqual(
      conditions.map(condition => condition.kind === 'setAside' && condition.movedTo),
      [join(directory, `${ASIDE}-2`)],
    )
    assert.equal(readFileSync(join(directory, ASIDE), 'utf8'), 'the first')
    assert.equal(readFileSync(join(directory, `${ASIDE}-2`), 'utf8'), 'the second')
  })

  test('after any cut of the write-ahead log knows the state after one of the commits', async t => {
    const directory = await temporaryFolder(t)
    const opened = await openJournal(t, directory)
    const states = [JSON.stringify(opened.state.shown)]
    for (let number = 0; number < 20; number += 1) {
      commit(opened, list(number), list(number + 100))
      states.push(JSON.stringify(opened.state.shown))
    }
    const random = seededRandom(3)
    const length = statSync(join(directory, 'catalog-1.sqlite-wal')).size
    const found = new Set<number>()
    for (const cut of [0, length, ...Array.from({ length: 60 }, () => below(random, length))]) {
      const copy = join(await temporaryFolder(t), 'copy')
      cpSync(directory, copy, { recursive: true })
      truncateSync(join(copy, 'catalog-1.sqlite-wal'), cut)
      const { journal, state, conditions } = await openJournal(t, copy)
      assert.deepEqual(conditions, [])
      const commits = states.indexOf(JSON.stringify(state.shown))
      assert.ok(commits >= 0, `cut at ${cut}`)
      found.add(commits)
      await journal.close()
    }
    assert.ok(found.has(0) && found.has(20) && found.size > 10)
  })

  test('after any cut of the file either knows all, or has set it aside', async t => {
    const { directory, shown } = await folderWithThree(t)
    const random = seededRandom(4)
    const length = statSync(join(directory, 'catalog-1.sqlite')).size
    for (const cut of [
      0,
      1,
      100,
      4096,
      length - 1,
      ...Array.from({ length: 40 }, () => below(random, length)),
    ]) {
      const copy = join(await temporaryFolder(t), 'copy')
      cpSync(directory, copy, { recursive: true })
      truncateSync(join(copy, 'catalog-1.sqlite'), cut)
      const { journal, state, conditions } = await openJournal(t, copy)
      if (conditions.length === 0) assert.deepEqual(state.shown, shown, `cut at ${cut}`)
      else
        assert.deepEqual(
          conditions.map(({ kind }) => kind),
          ['setAside'],
        )
      assert.equal(journal.stats.isDurable, true)
      await journal.close()
    }
  })

  test('removes what a kill left of a file that was being made or never became whole', async t => {
    const { directory, file, shown } = await folderWithThree(t)
    writeFileSync(`${file}.new`, 'half made')
    writeFileSync(`${file}.new-journal`, 'half made')
    JournalStore.create(join(directory, 'catalog-2.sqlite'), 1_000_000).close()
    const { state, conditions } = await openJournal(t, directory)
    assert.deepEqual(state.shown, shown)
    assert.deepEqual(conditions, [])
    const left = readdirSync(directory).filter(name => !name.includes('-wal') && !name.includes('-shm'))
    assert.deepEqual(left.sort(), ['catalog-1.sqlite', 'catalog.lock'])
  })

  test('takes the newest of two whole files, as a kill leaves them in the moment of a change', async t => {
    const { directory, file, shown } = await folderWithThree(t)
    renameSync(file, join(directory, 'catalog-12.sqlite'))
    const older = JournalStore.create(join(directory, 'catalog-9.sqlite'), 1_000_000)
    older.complete()
    older.close()
    const { state, conditions } = await openJournal(t, directory)
    assert.deepEqual(state.shown, shown)
    assert.deepEqual(conditions, [])
    assert.equal(existsSync(join(directory, 'catalog-9.sqlite')), false)
  })

  test('replaces a lock file that is damaged, for it holds nothing', async t => {
    const { directory, shown } = await folderWithThree(t)
    writeFileSync(join(directory, 'catalog.lock'), 'no lock at all '.repeat(100))
    const { state, conditions } = await openJournal(t, directory)
    assert.deepEqual(state.shown, shown)
    assert.deepEqual(conditions, [])
  })

  test('keeps others from reading it', { skip: process.platform === 'win32' }, async t => {
    const directory = join(await temporaryFolder(t), 'deep', 'inside')
    const opened = await openJournal(t, directory)
    commit(opened, list(1))
    assert.equal(statSync(directory).mode & 0o777, 0o700)
    for (const suffix of ['', '-wal']) {
      assert.equal(statSync(join(directory, `catalog-1.sqlite${suffix}`)).mode & 0o777, 0o600)
    }
  })

  test('leaves other files of the folder alone', async t => {
    const directory = await temporaryFolder(t)
    mkdirSync(join(directory, 'folders'))
    writeFileSync(join(directory, 'catalog.sqlite'), 'something else')
    writeFileSync(join(directory, 'my-catalog-1.sqlite'), 'something else')
    const { conditions } = await openJournal(t, directory)
    assert.deepEqual(conditions, [])
    assert.equal(readFileSync(join(directory, 'catalog.sqlite'), 'utf8'), 'something else')
    assert.ok(existsSync(join(directory, 'my-catalog-1.sqlite')))
  })
})
