import assert from 'node:assert/strict'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { ArrivingFile } from '../../../src/peer/download/arriving-file.ts'
import { HeldBuffers } from '../../../src/peer/download/held-buffers.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const buffers = new HeldBuffers()
const some = Buffer.alloc(70_000, 'some')

test('a small image is nowhere on the disk until it is whole, and then there with its time', async t => {
  const directory = await temporaryFolder(t)
  const path = join(directory, '.part')
  const file = ArrivingFile.open({ path, mayBeThere: false, claimedBytes: 2 * some.length }, buffers)
  file.write(some, 0)
  file.write(some, some.length)
  assert.deepEqual(file.held, Buffer.concat([some, some]))
  assert.deepEqual(await readdir(directory), [])
  file.cutTo(some.length + 1)
  file.modifiedMs = 86_400_000
  file.finish()
  assert.deepEqual(await readFile(path), Buffer.concat([some, some.subarray(0, 1)]))
  assert.equal((await stat(path)).mtimeMs, 86_400_000)
})

test('an image that is longer than was said goes on in its file, and nothing of it is lost', async t => {
  const path = join(await temporaryFolder(t), '.part')
  const file = ArrivingFile.open({ path, mayBeThere: false, claimedBytes: 10 }, buffers)
  const pieces = Math.ceil(buffers.bytes / some.length) + 1
  for (let piece = 0; piece < pieces; piece += 1) file.write(some, piece * some.length)
  assert.equal(file.held, undefined)
  file.finish()
  assert.deepEqual(await readFile(path), Buffer.concat(Array.from({ length: pieces }, () => some)))
})

test('what an earlier download left is gone on with; where it was not expected it is written over', async t => {
  const directory = await temporaryFolder(t)
  const path = join(directory, '.part')
  await writeFile(path, some)
  const expected = ArrivingFile.open({ path, mayBeThere: true, claimedBytes: 100_000 }, buffers)
  assert.equal(expected.resumed, some.length)
  expected.leave(some.length, true)
  const unexpected = ArrivingFile.open({ path, mayBeThere: false, claimedBytes: 3 }, buffers)
  assert.equal(unexpected.resumed, 0)
  unexpected.write(Buffer.from('new'), 0)
  unexpected.finish()
  assert.equal(await readFile(path, 'latin1'), 'new')
})

test('of an image left in memory as much stays as is worth a file', async t => {
  const directory = await temporaryFolder(t)
  for (const [name, bytes, isKept] of [
    ['worth', some.length, true],
    ['little', 100, true],
    ['unkept', some.length, false],
  ] as const) {
    const path = join(directory, name)
    const file = ArrivingFile.open({ path, mayBeThere: false, claimedBytes: 100_000 }, buffers)
    file.write(some.subarray(0, bytes), 0)
    file.leave(bytes, isKept)
  }
  assert.deepEqual(await readdir(directory), ['worth'])
})
