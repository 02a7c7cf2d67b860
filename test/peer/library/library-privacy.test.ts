import assert from 'node:assert/strict'
import { readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import type { Library } from '../../../src/peer/library/library.ts'
import { LibraryStore } from '../../../src/peer/library/library-store.ts'
import { knownImages } from '../../../src/peer/transfers/known-images.ts'
import type { Digest } from '../../../src/protocol/digest.ts'
import { md5 } from '../../support/md5.ts'
import { picture } from '../../support/pictures.ts'
import { privatePicture } from '../../support/private-pictures.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { until } from '../../support/until.ts'
import { cleaned } from '../private-metadata/cleaning-under-test.ts'
import { openLibrary } from './library-under-test.ts'

const original = await privatePicture('jpeg')
const shared = cleaned(original).bytes
const plain = await picture(1)
const broken = plain.subarray(0, -20)

/** A folder with a picture that tells, one that does not and one that nobody can tell of; all of last year. */
async function privateFolder(t: TestContext): Promise<{ directory: string; storePath: string }> {
  const directory = await temporaryFolder(t)
  for (const [name, bytes] of [
    ['photo.jpg', original],
    ['plain.png', plain],
    ['broken.png', broken],
  ] as const) {
    await writeFile(join(directory, name), bytes)
    await utimes(join(directory, name), 1_700_000_000, 1_700_000_000)
  }
  return { directory, storePath: join(await temporaryFolder(t), 'library.sqlite') }
}

function contentOf(library: Library, digest: Digest): Buffer | undefined {
  const opened = library.open(digest)
  if (opened === undefined) return undefined
  const bytes = Buffer.alloc(opened.size)
  opened.read(bytes, 0)
  opened.close()
  return bytes
}

const digestsOf = (library: Library) => library.entries().map(({ digest }) => digest)

test('what is shared is clean, what is the folder’s own is known as its own, and both stay over a start', async t => {
  const { directory, storePath } = await privateFolder(t)
  for (const reads of [3, 0]) {
    const { library, read, stop } = await openLibrary(t, directory, storePath)
    assert.equal(read(), reads)
    assert.deepEqual(digestsOf(library), [md5(shared), md5(plain)])
    assert.ok(contentOf(library, md5(shared))?.equals(shared))
    assert.ok(contentOf(library, md5(plain))?.equals(plain))
    for (const own of [original, broken]) {
      assert.equal(library.has(md5(own)), false, 'others cannot ask for it')
      assert.equal(library.open(md5(own)), undefined)
      assert.equal(library.holds(md5(own)), true)
    }
    assert.equal(library.holds(md5(shared)), true)
    assert.equal(library.cleanedCount, 1)
    assert.deepEqual(library.withheld, [{ path: 'broken.png', reason: 'cutShort' }])
    await stop()
  }
  const known = await knownImages({ directory, storePath }, () => {}, t.signal)
  assert.deepEqual([...known].sort(), [original, shared, plain, broken].map(bytes => md5(bytes)).sort())
  assert.ok((await readFile(join(directory, 'photo.jpg'))).equals(original))
})

test('a setting that somebody else changes is followed while the folder is shared', async t => {
  const { directory, storePath } = await privateFolder(t)
  const { library, read } = await openLibrary(t, directory, storePath)
  const elsewhere = LibraryStore.open(storePath)
  t.after(() => elsewhere.close())
  elsewhere.setCleaned(false)
  await until(() => library.entries().length === 3)
  assert.deepEqual(digestsOf(library), [md5(broken), md5(original), md5(plain)])
  assert.ok(contentOf(library, md5(original))?.equals(original))
  assert.equal(library.has(md5(shared)), false)
  assert.deepEqual([library.cleanedCount, library.withheld], [0, []])
  assert.equal(read(), 5, 'what tells nothing is not read again')
  elsewhere.setCleaned(true)
  const applied = library.applySetting()
  assert.equal(library.has(md5(original)), false, 'at once')
  assert.equal(library.open(md5(original)), undefined)
  await applied
  assert.deepEqual(digestsOf(library), [md5(shared), md5(plain)])
})

test('a picture whose sharing was stopped stays so whatever is taken out, also where it is copied', async t => {
  const { directory, storePath } = await privateFolder(t)
  const { library } = await openLibrary(t, directory, storePath)
  const elsewhere = LibraryStore.open(storePath)
  t.after(() => elsewhere.close())
  const setCleaned = (isCleaned: boolean) => {
    elsewhere.setCleaned(isCleaned)
    return library.applySetting()
  }
  assert.equal(library.setShared(md5(shared), false), 'done')
  assert.deepEqual(digestsOf(library), [md5(plain)])
  await setCleaned(false)
  await writeFile(join(directory, 'copy.jpg'), original)
  await library.look(['copy.jpg'])
  assert.deepEqual(digestsOf(library), [md5(broken), md5(plain)])
  assert.equal(library.holds(md5(original)), true)
  assert.equal(library.setShared(md5(broken), false), 'done')
  await setCleaned(true)
  await writeFile(join(directory, 'another.jpg'), original)
  await library.look(['another.jpg'])
  assert.deepEqual(digestsOf(library), [md5(plain)])
  assert.equal(library.setShared(md5(shared), true), 'done')
  assert.deepEqual(digestsOf(library), [md5(shared), md5(plain)])
  await setCleaned(false)
  assert.deepEqual(digestsOf(library), [md5(original), md5(plain)], 'what was broken is still not shared')
})

test('what was just written stays shared while somebody else looks at the settings', async t => {
  const { directory, storePath } = await privateFolder(t)
  await utimes(join(directory, 'photo.jpg'), new Date(), new Date())
  const { library } = await openLibrary(t, directory, storePath)
  const elsewhere = LibraryStore.glance(storePath)
  assert.equal(elsewhere.isCleaned, true)
  elsewhere.close()
  await knownImages({ directory, storePath }, () => {}, t.signal)
  assert.ok(contentOf(library, md5(shared))?.equals(shared))
  // Where the edits are lost for another reason, the file is read anew.
  const store = new DatabaseSync(storePath)
  store.exec('DELETE FROM source_image')
  store.close()
  assert.equal(library.open(md5(shared)), undefined)
  await until(() => contentOf(library, md5(shared))?.equals(shared) === true)
})

test('without its edits a picture is not shared', async t => {
  const { directory, storePath } = await privateFolder(t)
  const { library } = await openLibrary(t, directory, storePath)
  const store = new DatabaseSync(storePath)
  t.after(() => store.close())
  for (const damage of ["UPDATE source_image SET edits = x'ffff'", 'DELETE FROM source_image']) {
    store.exec(damage)
    assert.equal(library.open(md5(shared)), undefined)
  }
})
