import assert from 'node:assert/strict'
import { closeSync, openSync, readSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { bytesInMemory, bytesOfFile } from '../../../src/peer/image-header/image-bytes.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const CONTENT = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 251))

test('a file gives the same bytes as memory, within its head, across its end and beyond it', async t => {
  const path = join(await temporaryFolder(t), 'file')
  await writeFile(path, CONTENT)
  const descriptor = openSync(path, 'r')
  t.after(() => closeSync(descriptor))
  const inMemory = bytesInMemory(CONTENT)
  const inFile = bytesOfFile(descriptor, CONTENT.length, CONTENT.subarray(0, 100))
  assert.equal(inFile.size, inMemory.size)
  for (const at of [-1, 0, 50, 99, 100, 101, 990, 999, 1000, 1001, 2 ** 40, Number.MAX_SAFE_INTEGER]) {
    for (const length of [0, 1, 49, 50, 51, 500, 100_000]) {
      const expected = CONTENT.subarray(Math.max(at, 0), at < 0 ? 0 : at + length)
      assert.deepEqual(Buffer.from(inMemory.slice(at, length)), Buffer.from(expected), `${at} ${length}`)
      assert.deepEqual(Buffer.from(inFile.slice(at, length)), Buffer.from(expected), `${at} ${length}`)
    }
  }
  assert.equal(readSync(descriptor, Buffer.alloc(8), 0, 8, null), 8, 'the position stays where it was')
})

test('no header makes a file be read without end, nor in large pieces', async t => {
  const path = join(await temporaryFolder(t), 'file')
  await writeFile(path, Buffer.alloc(1_000_000, 1))
  const descriptor = openSync(path, 'r')
  t.after(() => closeSync(descriptor))
  const bytes = bytesOfFile(descriptor, 1_000_000, Buffer.alloc(10, 1))
  assert.equal(bytes.slice(100, 900_000).length, 256 * 1024)
  let reads = 1
  while (bytes.slice(reads + 10, 10).length > 0 && reads < 10_000) reads += 1
  assert.equal(reads, 256)
  assert.equal(bytes.slice(500, 10).length, 0)
  assert.equal(bytes.slice(0, 10).length, 10, 'the head costs nothing')
})
