import assert from 'node:assert/strict'
import { appendFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { isFailure } from '../../../src/base/failure.ts'
import { changeSharing } from '../../../src/peer/library/change-sharing.ts'
import { LibraryStore } from '../../../src/peer/library/library-store.ts'
import { md5 } from '../../support/md5.ts'
import { picture } from '../../support/pictures.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { until } from '../../support/until.ts'
import { openLibrary } from './library-under-test.ts'

test('a picture that is not shared any more stays so: copied, renamed, edited, after a restart', async t => {
  const [directory, data] = [await temporaryFolder(t), await temporaryFolder(t)]
  const storePath = join(data, 'library.sqlite')
  const [one, two] = [await picture(1), await picture(2)]
  for (const [name, bytes] of [
    ['one.png', one],
    ['copy.png', one],
    ['two.png', two],
  ] as const)
    await writeFile(join(directory, name), bytes)
  const first = await openLibrary(t, directory, storePath)
  const { library } = first
  const before = first.told.length
  assert.equal(library.setShared(md5(one), false), 'done')
  assert.equal(first.told.length, before + 1)
  assert.equal(library.setShared(md5(Buffer.from('none')), false), 'unknown')
  assert.deepEqual([library.has(md5(one)), library.holds(md5(one)), library.imageCount], [false, true, 1])
  assert.equal(library.open(md5(one)), undefined)
  assert.deepEqual(
    library.entries().map(({ name }) => name),
    ['two.png'],
  )
  assert.deepEqual(
    library.page(undefined, 10).map(({ name }) => name),
    ['two.png'],
  )
  // Its owner has previews of it all the same.
  assert.equal(library.copies(md5(one)).length, 2)

  await rm(join(directory, 'copy.png'))
  await rename(join(directory, 'one.png'), join(directory, 'renamed.png'))
  await library.refresh()
  assert.deepEqual([library.has(md5(one)), library.holds(md5(one))], [false, true])
  assert.equal(library.setShared(md5(two), false), 'done')
  await appendFile(join(directory, 'two.png'), 'edited')
  await library.refresh()
  assert.deepEqual([library.imageCount, library.own({ limit: 10 }).pictures.length], [0, 2])
  await first.stop()

  const second = await openLibrary(t, directory, storePath)
  assert.equal(second.library.imageCount, 0)
  assert.equal(second.library.setShared(md5(one), true), 'done')
  assert.equal(second.library.imageCount, 1)
  await second.stop()
  assert.deepEqual(
    (await openLibrary(t, directory, storePath)).library.entries().map(({ name }) => name),
    ['renamed.png'],
  )
})

test('another process stops the sharing of a picture, by name or MD5, before or while a peer runs', async t => {
  const [directory, data] = [await temporaryFolder(t), await temporaryFolder(t)]
  const storePath = join(data, 'library.sqlite')
  const [one, two, three] = [await picture(1), await picture(2), await picture(3)]
  await writeFile(join(directory, 'one.png'), one)
  await writeFile(join(directory, 'two.png'), two)
  const change = (which: string, isShared: boolean) =>
    changeSharing({ storePath, directory, which, isShared })
  // Nothing is remembered of the folder yet.
  assert.deepEqual(await change('one.png', false), { path: 'one.png' })
  const { library } = await openLibrary(t, directory, storePath)
  assert.equal(library.imageCount, 1)
  assert.deepEqual(await change(md5(two).toUpperCase(), false), { path: 'two.png' })
  await until(() => library.imageCount === 0)
  assert.deepEqual(await change('two.png', true), { path: 'two.png' })
  await until(() => library.has(md5(two)))
  for (const which of ['nothing.png', '../one.png', '0'.repeat(32)])
    assert.equal(await change(which, false), 'unknown', which)
  assert.equal(library.imageCount, 1)

  const other = await temporaryFolder(t)
  const store = LibraryStore.glance(join(data, 'other.sqlite'))
  const file = (path: string, bytes: Buffer) => ({
    ...{
      path,
      image: { digest: md5(bytes), formatId: 'png' },
      details: undefined,
      isSettled: true,
      isCleaned: true,
    },
    fingerprint: { size: 1n, modifiedNs: 1n, device: 1n, inode: 1n },
  })
  store.keep([file('a/same.png', one), file('b/same.png', three)], [])
  store.close()
  const ambiguous = { storePath: join(data, 'other.sqlite'), directory: other, isShared: false }
  await assert.rejects(changeSharing({ ...ambiguous, which: 'same.png' }), error =>
    isFailure(error, 'imageAmbiguous'),
  )
  assert.deepEqual(await changeSharing({ ...ambiguous, which: 'b/same.png' }), { path: 'b/same.png' })
})
