import assert from 'node:assert/strict'
import { copyFile, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import type { SharedImage } from '../../../src/peer/library/image-file.ts'
import { md5 } from '../../support/md5.ts'
import { writePicture } from '../../support/pictures.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { until } from '../../support/until.ts'
import { openLibrary } from './library-under-test.ts'

/** A store as the first version of the program left it, with rows of files that are not in any folder of a test. */
const VERSION_1 = fileURLToPath(new URL('../../vectors/library-store/version-1.sqlite', import.meta.url))

/** A folder of `count` pictures, old enough to be trusted at the next start. */
async function folderOfPictures(t: TestContext, count: number): Promise<string> {
  const folder = await temporaryFolder(t)
  const old = new Date(Date.now() - 60_000)
  for (let index = 0; index < count; index += 1) {
    const name = `${String(index).padStart(3, '0')}.png`
    await writePicture(folder, name, index, 'png', 8)
    await utimes(join(folder, name), old, old)
  }
  return folder
}

/** A store of version 1 that knows the files of the folder, as they are now. */
async function storeOfVersion1(
  t: TestContext,
  folder: string,
  entries: readonly SharedImage[],
): Promise<string> {
  const path = join(await temporaryFolder(t), 'library.sqlite')
  await copyFile(VERSION_1, path)
  const database = new DatabaseSync(path)
  const insert = database.prepare('INSERT INTO file VALUES (?, ?, ?, ?, ?, ?, ?)')
  for (const { name, digest, details } of entries) {
    const { size, mtimeNs, dev, ino } = await stat(join(folder, name), { bigint: true })
    const numbers = [size, mtimeNs, BigInt.asIntN(64, dev), BigInt.asIntN(64, ino)]
    insert.run(name, ...numbers, digest, details?.format ?? null)
  }
  database.close()
  return path
}

const isComplete = (entries: readonly SharedImage[]) =>
  entries.every(({ details }) => details?.sha256 !== undefined && details.width !== undefined)

test('details are there with the first look, and are told with it', async t => {
  const folder = await temporaryFolder(t)
  const photo = await sharp({ create: { width: 64, height: 48, channels: 3, background: '#654321' } })
    .withExif({ IFD2: { DateTimeOriginal: '2020:01:02 03:04:05' } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer()
  await writeFile(join(folder, 'photo.jpg'), photo)
  const { library, told } = await openLibrary(t, folder, ':memory:')
  const [entry] = library.entries()
  assert.deepEqual(
    { ...entry, details: { ...entry?.details, sha256: '' } },
    {
      digest: md5(photo),
      name: 'photo.jpg',
      details: {
        bytes: photo.length,
        format: 'jpeg',
        width: 48,
        height: 64,
        taken: Date.UTC(2020, 0, 2, 3, 4, 5) / 1000,
        sha256: '',
      },
    },
  )
  assert.match(entry?.details?.sha256 ?? '', /^[0-9a-f]{64}$/)
  assert.deepEqual(told, [library.entries()], 'once')
})

test('details outlive a restart, in which no file is read; a new name keeps its own', async t => {
  const folder = await folderOfPictures(t, 20)
  const store = join(await temporaryFolder(t), 'library.sqlite')
  const first = await openLibrary(t, folder, store)
  const entries = first.library.entries()
  assert.ok(isComplete(entries))
  await first.stop()
  const second = await openLibrary(t, folder, store)
  assert.deepEqual(second.library.entries(), entries)
  assert.equal(second.read(), 0)
  assert.deepEqual(second.told, [entries], 'at the start, and nothing new after it')
  await second.stop()
  await rename(join(folder, '000.png'), join(folder, '999.png'))
  const third = await openLibrary(t, folder, store)
  assert.equal(third.read(), 1)
  const { name: _, ...moved } = entries[0] ?? assert.fail()
  assert.deepEqual(third.library.entries().at(-1), { name: '999.png', ...moved })
})

test('a picture that changes gets new details', async t => {
  const folder = await folderOfPictures(t, 1)
  const { library } = await openLibrary(t, folder, ':memory:')
  const before = library.entries()[0]?.details
  assert.equal(before?.width, 8)
  const bytes = await writePicture(folder, '000.png', 77, 'jpeg', 31)
  await until(() => library.has(md5(bytes)))
  // The look that found it is over when its details are kept.
  await library.refresh()
  const [entry, ...more] = library.entries()
  assert.deepEqual(more, [])
  assert.deepEqual([entry?.details?.width, entry?.details?.format], [31, 'jpeg'])
  assert.notEqual(entry?.details?.sha256, before?.sha256)
})

test('more images than are kept at once are all kept', async t => {
  const folder = await temporaryFolder(t)
  const [start, end] = [Buffer.from('P5\n3 2\n255\n'), Buffer.from('......')]
  for (let index = 0; index < 600; index += 1) {
    const number = Buffer.from(String(index).padStart(6, '0'))
    await writeFile(join(folder, `${index}.pgm`), Buffer.concat([start, number, end]))
  }
  const store = join(await temporaryFolder(t), 'library.sqlite')
  const { library, read } = await openLibrary(t, folder, store)
  assert.equal(read(), 600)
  const entries = library.entries()
  assert.equal(entries.length, 600)
  assert.ok(isComplete(entries))
})

test('a library of version 1 is shared first and not read; its details follow, and are told', async t => {
  const folder = await folderOfPictures(t, 40)
  const whole = await openLibrary(t, folder, ':memory:')
  const entries = whole.library.entries()
  await whole.stop()
  const store = await storeOfVersion1(t, folder, entries)

  const first = await openLibrary(t, folder, store)
  assert.deepEqual(
    first.library.entries(),
    entries.map(({ digest, name, details }) => ({
      ...{ digest, name },
      details: { bytes: details?.bytes, format: details?.format },
    })),
  )
  await until(() => isComplete(first.told.at(-1) ?? []))
  assert.deepEqual(first.told.at(-1), entries)
  assert.equal(first.read(), 0, 'no look read anything')
  await first.stop()

  const second = await openLibrary(t, folder, store)
  assert.deepEqual(second.library.entries(), entries)
  assert.equal(second.read(), 0)
  await second.stop()
})

test('changes of the folder are seen while details are completed', async t => {
  const folder = await folderOfPictures(t, 60)
  const whole = await openLibrary(t, folder, ':memory:')
  const entries = whole.library.entries()
  await whole.stop()
  const store = await storeOfVersion1(t, folder, entries)

  const { library, told } = await openLibrary(t, folder, store)
  await rm(join(folder, '030.png'))
  const changed = await writePicture(folder, '031.png', 1031)
  const added = await writePicture(folder, 'new.png', 1032)
  await until(() => library.imageCount === 60 && library.has(md5(changed)) && library.has(md5(added)))
  await until(() => isComplete(library.entries()))
  await until(() => told.some(isComplete))
  const names = library.entries().map(({ name }) => name)
  assert.deepEqual(names, (await readdir(folder)).sort())
})

test('a library that is stopped while its details are completed goes on with it at the next start', async t => {
  const folder = await folderOfPictures(t, 60)
  const whole = await openLibrary(t, folder, ':memory:')
  const entries = whole.library.entries()
  await whole.stop()
  const store = await storeOfVersion1(t, folder, entries)
  const first = await openLibrary(t, folder, store)
  await first.stop()
  assert.equal(first.told.length, 1, 'who stops is told nothing more')
  const second = await openLibrary(t, folder, store)
  await until(() => isComplete(second.library.entries()))
  assert.deepEqual(second.library.entries(), entries)
})
