import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { isFailure } from '../../../src/base/failure.ts'
import { PictureAdder } from '../../../src/peer/library/add-picture.ts'
import type { Digest } from '../../../src/protocol/digest.ts'
import { md5 } from '../../support/md5.ts'
import { picture } from '../../support/pictures.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

async function* pieces(bytes: Uint8Array, size = 1000): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function adderFor(t: TestContext) {
  const directory = await temporaryFolder(t)
  const held = new Set<Digest>()
  const placed: string[] = []
  const adder = new PictureAdder({
    directory,
    holds: digest => held.has(digest),
    onPlaced: async name => {
      placed.push(name)
      held.add(md5(await readFile(join(directory, name))))
    },
  })
  return { adder, directory, placed }
}

test('a picture is added whole, and nothing of it stays otherwise', async t => {
  const { adder, directory, placed } = await adderFor(t)
  const bytes = await picture(1, 'png', 100)
  const { signal } = new AbortController()
  const add = (size: number, given: AsyncIterable<Uint8Array>, name = 'a.png') =>
    adder.add({ name, size, bytes: given }, signal)

  assert.deepEqual(await add(bytes.length + 1, pieces(bytes)), { kind: 'incomplete' })
  assert.deepEqual(await add(bytes.length - 1, pieces(bytes)), { kind: 'incomplete' })
  assert.deepEqual(await add(10, pieces(Buffer.from('no picture'))), { kind: 'notPicture' })
  async function* broken() {
    yield* pieces(bytes.subarray(0, 9000))
    throw new Error('the connection is gone')
  }
  await assert.rejects(add(bytes.length, broken()), /the connection is gone/)
  await assert.rejects(add(1e15, pieces(bytes)), error => isFailure(error, 'diskFull'))
  await assert.rejects(add(bytes.length, pieces(bytes), '..'), error => isFailure(error, 'nameRefused'))
  const leaving = new AbortController()
  async function* left() {
    yield* pieces(bytes.subarray(0, 9000))
    leaving.abort()
    yield bytes.subarray(9000)
  }
  const given = { name: 'a.png', size: bytes.length, bytes: left() }
  await assert.rejects(adder.add(given, leaving.signal), { name: 'AbortError' })
  assert.deepEqual([await readdir(directory), placed], [[], []])

  assert.deepEqual(await add(bytes.length, pieces(bytes)), {
    kind: 'added',
    digest: md5(bytes),
    name: 'a.png',
  })
  assert.deepEqual(await add(bytes.length, pieces(bytes)), { kind: 'present', digest: md5(bytes) })
  assert.deepEqual([await readdir(directory), placed], [['a.png'], ['a.png']])
})

test('what has the name already, a file or a folder, stays as it is', async t => {
  const { adder, directory } = await adderFor(t)
  const bytes = await picture(2)
  await writeFile(join(directory, 'file.png'), 'mine')
  await mkdir(join(directory, 'folder.png'))
  for (const name of ['file.png', 'folder.png']) {
    const result = await adder.add({ name, size: bytes.length, bytes: pieces(bytes) }, t.signal)
    if (name === 'file.png') assert.ok(result.kind === 'added' && result.name !== name)
    else assert.equal(result.kind, 'present')
  }
  assert.equal(await readFile(join(directory, 'file.png'), 'utf8'), 'mine')
})
