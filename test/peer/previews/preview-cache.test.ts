import assert from 'node:assert/strict'
import { copyFile, readdir, readFile, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { PreviewCache, previewFolderOf } from '../../../src/peer/previews/preview-cache.ts'
import { md5 } from '../../support/md5.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const digestOf = (index: number) => md5(Buffer.from([index]))
const previewOf = (index: number) => Buffer.alloc(3000, index)

/** Room for three previews, each of which takes a block of the disk. */
const THREE_BYTES = 3 * 4096

test('the one used longest ago goes first at the bound, and a restart knows which that is', async t => {
  const folder = join(await temporaryFolder(t), 'previews')
  const first = new PreviewCache(folder, THREE_BYTES)
  for (const index of [1, 2, 3]) await first.put(digestOf(index), 64, previewOf(index))
  // As if they had been put in minutes apart: a file system may count time in steps.
  for (const index of [1, 2, 3]) {
    const time = new Date(Date.UTC(2020, 0, 1, 0, index))
    await utimes(join(folder, `${digestOf(index)}-64.preview`), time, time)
  }
  assert.deepEqual(await first.get(digestOf(1), 64), previewOf(1))
  const second = new PreviewCache(folder, THREE_BYTES)
  await second.put(digestOf(4), 64, previewOf(4))
  assert.equal(await second.get(digestOf(2), 64), undefined)
  for (const index of [1, 3, 4]) assert.deepEqual(await second.get(digestOf(index), 64), previewOf(index))
  assert.equal((await readdir(folder)).length, 3)
  await second.put(digestOf(5), 64, previewOf(5))
  assert.equal(await second.get(digestOf(1), 64), undefined, 'used before the other two')
  const future = new Date(Date.UTC(2100, 0, 1))
  await utimes(join(folder, `${digestOf(5)}-64.preview`), future, future)
  const smaller = new PreviewCache(folder, 4096)
  assert.deepEqual(await smaller.get(digestOf(5), 64), previewOf(5))
  assert.equal((await readdir(folder)).length, 1, 'a smaller bound holds from the next start on')
})

test('each size is kept for itself, and the same again takes no more room', async t => {
  const cache = new PreviewCache(join(await temporaryFolder(t), 'previews'), THREE_BYTES)
  for (let times = 0; times < 10; times += 1) await cache.put(digestOf(1), 64, previewOf(times))
  await cache.put(digestOf(1), 160, previewOf(100))
  assert.deepEqual(await cache.get(digestOf(1), 64), previewOf(9))
  assert.deepEqual(await cache.get(digestOf(1), 160), previewOf(100))
  assert.equal(await cache.get(digestOf(1), 320), undefined)
})

test('a file that is not what was written is never given out, and is removed', async t => {
  const folder = join(await temporaryFolder(t), 'previews')
  const pathOf = (index: number) => join(folder, `${digestOf(index)}-64.preview`)
  const before = new PreviewCache(folder)
  for (const index of [1, 2, 3, 4]) await before.put(digestOf(index), 64, previewOf(index))
  const flipped = await readFile(pathOf(1))
  flipped[2000] = 77
  await writeFile(pathOf(1), flipped)
  await truncate(pathOf(2), 1000)
  await truncate(pathOf(3), 0)
  await copyFile(pathOf(4), pathOf(5))
  for (const cache of [before, new PreviewCache(folder)]) {
    for (const index of [1, 2, 3, 5])
      assert.equal(await cache.get(digestOf(index), 64), undefined, String(index))
    assert.deepEqual(await cache.get(digestOf(4), 64), previewOf(4))
  }
  assert.deepEqual(await readdir(folder), [`${digestOf(4)}-64.preview`])
})

test('what an earlier run did not finish is removed; what is not ours stays', async t => {
  const folder = await temporaryFolder(t)
  for (const name of ['.0123456789abcdef.preview-part', 'letter.txt', 'letter.preview']) {
    await writeFile(join(folder, name), name)
  }
  const cache = new PreviewCache(folder, 0)
  assert.equal(await cache.get(digestOf(1), 64), undefined)
  assert.deepEqual((await readdir(folder)).sort(), ['letter.preview', 'letter.txt'])
})

test('a folder that cannot be made or written to costs nothing but the cache', async t => {
  const file = join(await temporaryFolder(t), 'file')
  await writeFile(file, '')
  const cache = new PreviewCache(join(file, 'previews'))
  await cache.put(digestOf(1), 64, previewOf(1))
  assert.equal(await cache.get(digestOf(1), 64), undefined)
})

test('the cache lies beside the file in which the peer remembers its folder, and is that file alone its own', () => {
  assert.equal(previewFolderOf(join('data', 'library.sqlite')), join('data', 'library-previews'))
  assert.equal(previewFolderOf(join('data', 'bob.sqlite')), join('data', 'bob-previews'))
})
