import assert from 'node:assert/strict'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { ReadFile } from '../../../src/peer/library/image-file.ts'
import { LibraryStore } from '../../../src/peer/library/library-store.ts'
import { parseDigest } from '../../../src/protocol/digest.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

/** A store as the first version of the program left it: one image, one file that is none, an identity. */
const VERSION_1 = fileURLToPath(new URL('../../vectors/library-store/version-1.sqlite', import.meta.url))

async function storePath(t: TestContext): Promise<string> {
  return join(await temporaryFolder(t), 'library.sqlite')
}

function readFileOf(path: string, changes: Partial<ReadFile> = {}): ReadFile {
  const digest = parseDigest('0123456789abcdef0123456789abcdef')
  assert.ok(digest !== undefined)
  return {
    path,
    fingerprint: {
      size: 4711n,
      modifiedNs: 1_600_000_000_123_456_789n,
      device: 2n ** 63n,
      inode: 2n ** 64n - 1n,
    },
    image: { digest, formatId: 'jpeg' },
    details: { bytes: 4711, format: 'jpeg', sha256: 'ab'.repeat(32), width: 4000, height: 3000, taken: -5 },
    isSettled: true,
    isCleaned: false,
    ...changes,
  }
}

test('what is kept of a file comes back, also from another opening', async t => {
  const path = await storePath(t)
  const whole = readFileOf('a/whole.jpg')
  const bare = readFileOf('bare.jpg', { details: { bytes: 4711, format: 'jpeg', sha256: 'cd'.repeat(32) } })
  const other = readFileOf('text', { image: undefined, details: undefined })
  const first = LibraryStore.open(path)
  first.keep([whole, bare, other], [])
  const check = (store: LibraryStore) => {
    const byPath = new Map(store.files(false).map(file => [file.path, file]))
    for (const { path, fingerprint, image } of [whole, bare, other]) {
      assert.deepEqual(byPath.get(path), { path, fingerprint, image })
    }
    assert.deepEqual(
      store.details(),
      new Map([
        [
          'a/whole.jpg',
          {
            digest: '0123456789abcdef0123456789abcdef',
            details: { sha256: 'ab'.repeat(32), width: 4000, height: 3000, taken: -5 },
          },
        ],
        ['bare.jpg', { digest: '0123456789abcdef0123456789abcdef', details: { sha256: 'cd'.repeat(32) } }],
      ]),
    )
    assert.deepEqual(store.pathsWithoutDetails('', 10), [])
  }
  check(first)
  first.close()
  const second = LibraryStore.open(path)
  check(second)
  second.keep([], ['a/whole.jpg', 'never there'])
  assert.deepEqual([...second.details().keys()], ['bare.jpg'])
  second.close()
})

test('a store that was there before shares as it did; a new one takes out what is private', async t => {
  const path = await storePath(t)
  await copyFile(VERSION_1, path)
  const old = LibraryStore.open(path)
  assert.equal(old.isCleaned, false)
  old.setCleaned(true)
  old.close()
  const again = LibraryStore.open(path)
  t.after(() => again.close())
  assert.equal(again.isCleaned, true)
  const fresh = LibraryStore.open(':memory:')
  t.after(() => fresh.close())
  assert.equal(fresh.isCleaned, true)
})

test('files are known only as they were read, and what stays the same is known for both', async t => {
  const store = LibraryStore.open(await storePath(t))
  t.after(() => store.close())
  const source = parseDigest('ff'.repeat(16)) ?? assert.fail()
  const edits = Uint8Array.of(1, 2, 3)
  const plain = readFileOf('plain.jpg', { isCleaned: true })
  const edited = readFileOf('edited.jpg', {
    isCleaned: true,
    source: { digest: source, formatId: 'jpeg' },
    edits,
  })
  const withheld = readFileOf('withheld.jxl', {
    ...{ isCleaned: true, image: undefined, details: undefined },
    source: { digest: source, formatId: 'jxl', withheld: 'format' },
  })
  const text = readFileOf('text', { image: undefined, details: undefined, isCleaned: true })
  store.keep([plain, edited, withheld, text], [])
  const known = (isCleaned: boolean) => new Map(store.files(isCleaned).map(file => [file.path, file.source]))
  assert.deepEqual(
    known(true),
    new Map([
      ['edited.jpg', { digest: source, formatId: 'jpeg' }],
      ['plain.jpg', undefined],
      ['text', undefined],
      ['withheld.jxl', { digest: source, formatId: 'jxl', withheld: 'format' }],
    ]),
  )
  const shared = edited.image?.digest ?? assert.fail()
  assert.deepEqual(store.editsOf('edited.jpg', shared, source), edits)
  assert.equal(store.editsOf('edited.jpg', source, source), undefined, 'edits of another state of the file')
  assert.equal(store.editsOf('edited.jpg', shared, shared), undefined, 'edits of another file')
  assert.deepEqual([...known(false).keys()], ['text'])
  store.setCleaned(false)
  assert.deepEqual([...known(false).keys()], ['plain.jpg', 'text'])
  store.keep([readFileOf('edited.jpg')], ['withheld.jxl'])
  assert.equal(store.editsOf('edited.jpg', shared, source), undefined)
  assert.deepEqual(known(true), new Map([['text', undefined]]))
})

test('a file that was too young to be trusted is known until the store is closed, and then no more', async t => {
  const path = await storePath(t)
  const first = LibraryStore.open(path)
  first.keep([readFileOf('young.jpg', { isSettled: false }), readFileOf('old.jpg')], [])
  assert.equal(first.details().size, 2)
  first.close()
  const second = LibraryStore.open(path)
  t.after(() => second.close())
  assert.deepEqual(
    second.files(false).map(file => file.path),
    ['old.jpg'],
  )
  assert.equal(second.details().size, 1)
})

test('a store of version 1 goes on, and says of which images nothing more is known', async t => {
  const path = await storePath(t)
  await copyFile(VERSION_1, path)
  const store = LibraryStore.open(path)
  assert.deepEqual(store.condition, { kind: 'fine' })
  assert.deepEqual(store.identity(), { password: 'AbcdefgHIJK12345', port: 50_123 })
  const [image, text, ...more] = store.files(false)
  assert.deepEqual(more, [])
  assert.deepEqual(image?.image, { digest: '0123456789abcdef0123456789abcdef', formatId: 'jpeg' })
  assert.deepEqual(image?.fingerprint, {
    size: 4711n,
    modifiedNs: 1_600_000_000_123_456_789n,
    device: 64_769n,
    inode: 2n ** 64n - 1n,
  })
  assert.equal(text?.image, undefined)
  assert.equal(store.details().size, 0)
  assert.deepEqual(store.pathsWithoutDetails('', 10), ['album/Strand.jpg'])
  assert.deepEqual(store.pathsWithoutDetails('album/Strand.jpg', 10), [])
  store.keep([readFileOf('album/Strand.jpg')], [])
  assert.deepEqual(store.pathsWithoutDetails('', 10), [])
  store.close()
  const again = LibraryStore.open(path)
  assert.deepEqual(again.condition, { kind: 'fine' })
  assert.equal(again.details().get('album/Strand.jpg')?.details.width, 4000)
  again.close()
})

test('placeholders of a store that knew of no likeness stay, and both are tried once more', async t => {
  const path = await storePath(t)
  const first = LibraryStore.open(path)
  first.keep([readFileOf('a.jpg')], [])
  const digest = parseDigest('0123456789abcdef0123456789abcdef') ?? assert.fail()
  first.keepAppearance('a.jpg', digest, { placeholder: 'AAAA' })
  first.close()
  const old = new DatabaseSync(path)
  old.exec(`DROP TABLE unshared; DROP INDEX file_without_likeness; ALTER TABLE file DROP COLUMN likeness; PRAGMA user_version = 3;
    ALTER TABLE file DROP COLUMN is_cleaned; DROP TABLE source_image; DROP TABLE privacy;
    CREATE INDEX file_without_placeholder ON file (path) WHERE digest IS NOT NULL AND placeholder IS NULL`)
  old.close()
  const store = LibraryStore.open(path)
  t.after(() => store.close())
  assert.deepEqual(store.condition, { kind: 'fine' })
  assert.equal(store.details().get('a.jpg')?.details.placeholder, 'AAAA')
  assert.deepEqual(store.imagesWithoutAppearance('', 10), [{ path: 'a.jpg', digest }])
})

test('images without details are named in order, some at a time', async t => {
  const path = await storePath(t)
  await copyFile(VERSION_1, path)
  const old = new DatabaseSync(path)
  const insert = old.prepare('INSERT INTO file VALUES (?, 1, 1, 1, 1, ?, ?)')
  const names = Array.from({ length: 25 }, (_, index) => `${String(index).padStart(2, '0')} \u{1f600}.jpg`)
  for (const name of names) insert.run(name, '00112233445566778899aabbccddeeff', 'jpeg')
  old.close()
  const store = LibraryStore.open(path)
  t.after(() => store.close())
  const seen: string[] = []
  for (let some = store.pathsWithoutDetails('', 10); some.length > 0; ) {
    assert.ok(some.length <= 10)
    seen.push(...some)
    some = store.pathsWithoutDetails(some.at(-1) ?? '', 10)
  }
  assert.deepEqual(seen, [...names, 'album/Strand.jpg'])
})

test('a store that calls itself version 1 and has other tables is set aside as it is', async t => {
  const path = await storePath(t)
  const foreign = new DatabaseSync(path)
  foreign.exec('CREATE TABLE dear (memory TEXT); PRAGMA user_version = 1')
  foreign.close()
  const store = LibraryStore.open(path)
  t.after(() => store.close())
  assert.ok(store.condition.kind === 'setAside')
  const kept = new DatabaseSync(store.condition.movedTo)
  t.after(() => kept.close())
  assert.equal(kept.prepare('SELECT count(*) AS n FROM dear').get()?.['n'], 0)
  assert.deepEqual(store.files(false), [])
})

test('a store whose tables were taken away meanwhile knows nothing, and throws nothing', async t => {
  const path = await storePath(t)
  const store = LibraryStore.open(path)
  t.after(() => store.close())
  const other = new DatabaseSync(path)
  other.exec('DROP TABLE file')
  other.close()
  assert.equal(store.details().size, 0)
  assert.deepEqual(store.pathsWithoutDetails('', 10), [])
})

test('a placeholder and a likeness are kept until the file changes, and so is that there are none', async t => {
  const path = await storePath(t)
  const first = LibraryStore.open(path)
  const names = ['made.jpg', 'none.jpg', 'untried.jpg']
  first.keep(
    names.map(name => readFileOf(name)),
    [],
  )
  const digest = parseDigest('0123456789abcdef0123456789abcdef') ?? assert.fail()
  const other = parseDigest('f'.repeat(32)) ?? assert.fail()
  const untried = (store: LibraryStore) => store.imagesWithoutAppearance('', 10).map(image => image.path)
  assert.deepEqual(first.imagesWithoutAppearance('made.jpg', 1), [{ path: 'none.jpg', digest }])
  first.keepAppearance('made.jpg', digest, { placeholder: 'AAAA', likeness: 'c0ffee0123456789' })
  first.keepAppearance('none.jpg', digest, {})
  first.keepAppearance('untried.jpg', other, { placeholder: 'AAAA', likeness: 'c0ffee0123456789' })
  first.close()
  const second = LibraryStore.open(path)
  t.after(() => second.close())
  assert.deepEqual(untried(second), ['untried.jpg'])
  const kept = names.map(name => {
    const details = second.details().get(name)?.details
    return [details?.placeholder, details?.likeness]
  })
  assert.deepEqual(kept, [
    ['AAAA', 'c0ffee0123456789'],
    [undefined, undefined],
    [undefined, undefined],
  ])
  second.keep([readFileOf('made.jpg')], [])
  assert.deepEqual(untried(second), ['made.jpg', 'untried.jpg'])
})
