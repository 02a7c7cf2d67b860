import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readdir, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { LibraryStore } from '../../../src/peer/library/library-store.ts'
import { md5 } from '../../support/md5.ts'
import { picture, writePicture } from '../../support/pictures.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { until } from '../../support/until.ts'
import { type OpenedLibrary, openLibrary } from './library-under-test.ts'

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

async function open(
  t: TestContext,
  options: {
    folder?: string
    store?: string
    recursive?: boolean
    prepare?: (folder: string) => Promise<void>
  } = {},
): Promise<OpenedLibrary & { folder: string }> {
  const folder = options.folder ?? (await temporaryFolder(t))
  await options.prepare?.(folder)
  const { recursive = false } = options
  return { ...(await openLibrary(t, folder, options.store, { recursive, foreseesTrouble: true })), folder }
}

test('images are known by their content: hidden files, links, text and pipes are not shared', async t => {
  const outside = await temporaryFolder(t)
  const secret = await writePicture(outside, 'secret.png', 1)
  let shown: Buffer = Buffer.alloc(0)
  const { library } = await open(t, {
    prepare: async folder => {
      shown = await writePicture(folder, 'no extension at all', 2, 'webp')
      await writePicture(folder, '.hidden.png', 3)
      await writeFile(join(folder, 'text.png'), 'not a picture')
      await writeFile(join(folder, 'empty.png'), '')
      await symlink(join(outside, 'secret.png'), join(folder, 'link.png'))
      await mkdir(join(folder, 'sub'))
      await writePicture(join(folder, 'sub'), 'deep.png', 4)
      if (process.platform !== 'win32') execFileSync('mkfifo', [join(folder, 'pipe.png')])
    },
  })
  assert.deepEqual(library.entries(), [
    {
      digest: md5(shown),
      name: 'no extension at all',
      details: { bytes: shown.length, format: 'webp', width: 48, height: 48, sha256: sha256(shown) },
    },
  ])
  assert.equal(library.open(md5(secret)), undefined)
})

test('subfolders are shared when asked, by their files’ own names', async t => {
  const { library } = await open(t, {
    recursive: true,
    prepare: async folder => {
      await mkdir(join(folder, 'a', 'b'), { recursive: true })
      await mkdir(join(folder, '.git'))
      await writePicture(join(folder, 'a', 'b'), 'deep.png', 1)
      await writePicture(join(folder, '.git'), 'hidden.png', 2)
      await writePicture(folder, 'top.png', 3)
    },
  })
  assert.deepEqual(
    library.entries().map(({ name }) => name),
    ['deep.png', 'top.png'],
  )
})

test('a file is read once, and again only when it changed', async t => {
  const data = await temporaryFolder(t)
  const store = join(data, 'library.sqlite')
  const folder = await temporaryFolder(t)
  const old = new Date(Date.now() - 60_000)
  for (let seed = 0; seed < 40; seed += 1) {
    await writePicture(folder, `${seed}.png`, seed)
    await utimes(join(folder, `${seed}.png`), old, old)
  }
  await writeFile(join(folder, 'text'), 'text')
  await utimes(join(folder, 'text'), old, old)
  const first = await open(t, { folder, store })
  assert.equal(first.read(), 41)
  const entries = first.library.entries()
  assert.equal(entries.length, 40)
  await first.stop()

  const second = await open(t, { folder, store })
  assert.equal(second.read(), 0)
  assert.deepEqual(second.library.entries(), entries)
  await second.stop()

  await writePicture(folder, '7.png', 1000)
  await rename(join(folder, '8.png'), join(folder, 'eight.png'))
  await rm(join(folder, '9.png'))
  const third = await open(t, { folder, store })
  assert.equal(third.read(), 2)
  assert.equal(third.library.entries().length, 39)
  await third.stop()
  assert.equal((await stat(store)).mode & 0o077, 0, 'nobody else reads the password')
})

test('a file younger than a coarse clock’s step is read again at the next start', async t => {
  const store = join(await temporaryFolder(t), 'library.sqlite')
  const folder = await temporaryFolder(t)
  const young = await writePicture(folder, 'young.png', 1)
  const first = await open(t, { folder, store })
  assert.equal(
    first.library.entries()[0]?.details?.sha256,
    sha256(young),
    'and its details are known at once',
  )
  await first.stop()
  const second = await open(t, { folder, store })
  assert.equal(second.read(), 1)
})

test('pictures that come, change, are renamed or go are seen by themselves', async t => {
  const { library, folder, told } = await open(t)
  assert.equal(told.length, 0)
  const one = await writePicture(folder, 'one.png', 1)
  await until(() => library.has(md5(one)))
  assert.ok(told.length > 0)
  const two = await writePicture(folder, 'one.png', 2)
  await until(() => library.has(md5(two)) && !library.has(md5(one)))
  const before = told.length
  await rename(join(folder, 'one.png'), join(folder, 'renamed.png'))
  await until(() => library.entries()[0]?.name === 'renamed.png')
  assert.ok(told.length > before, 'a new name is a change to tell')
  await writeFile(join(folder, 'copy.png'), two)
  await rm(join(folder, 'renamed.png'))
  await until(() => library.entries()[0]?.name === 'copy.png')
  await rm(join(folder, 'copy.png'))
  await until(() => library.imageCount === 0)
})

test('a picture is seen while others keep coming', async t => {
  const { library, folder } = await open(t)
  const one = await writePicture(folder, 'one.png', 1)
  let written = 0
  const stream = setInterval(() => {
    written += 1
    writeFile(join(folder, `more ${written}.txt`), 'x').catch(() => {})
  }, 20)
  t.after(() => clearInterval(stream))
  await until(() => library.has(md5(one)))
  clearInterval(stream)
})

test('a file that changed since it was hashed is not opened under the old digest', async t => {
  const image = await picture(1, 'png', 64)
  const other = await picture(2, 'png', 64)
  for (const [name, change] of Object.entries<(path: string) => Promise<void>>({
    'other content of the same length': async path => writeFile(path, Buffer.from(image).reverse()),
    'another file moved over it': async path => {
      await writeFile(`${path}.new`, other)
      await rename(`${path}.new`, path)
    },
    'a link in its place': async path => {
      await writeFile(`${path}.target`, image)
      await rm(path)
      await symlink(`${path}.target`, path)
    },
    'no file any more': path => rm(path),
  })) {
    await t.test(name, async t => {
      const folder = await temporaryFolder(t)
      const path = join(folder, 'a.png')
      await writeFile(path, image)
      const { library } = await open(t, { folder })
      const opened = library.open(md5(image))
      assert.equal(opened?.size, image.length)
      assert.ok(opened?.unchanged())
      opened?.close()
      await change(path)
      assert.equal(library.open(md5(image)), undefined)
    })
  }
})

test('a change while a file is open is noticed', async t => {
  const { library, folder } = await open(t, {
    prepare: folder => writePicture(folder, 'a.png', 1).then(() => {}),
  })
  const digest = library.entries()[0]?.digest
  assert.ok(digest !== undefined)
  const opened = library.open(digest)
  assert.ok(opened !== undefined)
  await writeFile(join(folder, 'a.png'), 'x', { flag: 'a' })
  assert.equal(opened.unchanged(), false)
  opened.close()
})

test('the same image twice is shared once, and stays when one of the files goes', async t => {
  const { library, folder } = await open(t, {
    prepare: async folder => {
      await writePicture(folder, 'a.png', 1)
      await writePicture(folder, 'b.png', 1)
    },
  })
  const [entry, ...more] = library.entries()
  assert.ok(entry !== undefined)
  assert.deepEqual(more, [])
  await rm(join(folder, 'a.png'))
  const opened = library.open(entry.digest)
  assert.equal(opened?.name, 'b.png')
  opened?.close()
})

test('a folder that is gone counts as empty, is said once, and comes back', async t => {
  const { library, folder, troubles } = await open(t, {
    prepare: folder => writePicture(folder, 'a.png', 1).then(() => {}),
  })
  await rename(folder, `${folder}-away`)
  t.after(() => rm(`${folder}-away`, { recursive: true, force: true }))
  await library.refresh()
  await library.refresh()
  assert.equal(library.imageCount, 0)
  assert.deepEqual(
    troubles.map(({ code }) => code),
    ['directoryUnreadable'],
  )
  await rename(`${folder}-away`, folder)
  await library.refresh()
  assert.equal(library.imageCount, 1)
})

test('a store that is damaged, foreign or of the future is set aside, never deleted', async t => {
  const data = await temporaryFolder(t)
  const path = join(data, 'library.sqlite')
  await writeFile(path, 'this is no database, but it may be dear to somebody '.repeat(100))
  const damaged = LibraryStore.open(path)
  assert.equal(damaged.condition.kind, 'setAside')
  const { password } = damaged.identity()
  assert.match(password, /^[A-Za-z0-9]{16}$/)
  damaged.keepIdentity({ password, port: 4711 })
  damaged.close()

  const again = LibraryStore.open(path)
  assert.equal(again.condition.kind, 'fine')
  assert.deepEqual(again.identity(), { password, port: 4711 })
  again.close()

  const { DatabaseSync } = await import('node:sqlite')
  const future = new DatabaseSync(path)
  future.exec('PRAGMA user_version = 99')
  future.close()
  const older = LibraryStore.open(path)
  assert.equal(older.condition.kind, 'setAside')
  older.close()
  assert.equal((await readdir(data)).filter(name => name.includes('.set-aside-')).length, 2)
})

test('a store that cannot be written leaves everything working', async t => {
  const data = await temporaryFolder(t)
  await writeFile(join(data, 'file'), '')
  const store = LibraryStore.open(join(data, 'file', 'library.sqlite'))
  t.after(() => store.close())
  assert.equal(store.condition.kind, 'memoryOnly')
  assert.equal(store.identity().password, store.identity().password)
})

test('what is no picture is no news, also when it is written again; a picture’s new time is', async t => {
  const { library, folder, told } = await open(t, {
    prepare: async folder => void (await writePicture(folder, 'a.png', 1)),
  })
  const before = told.length
  await writeFile(join(folder, 'log.txt'), 'one')
  await library.refresh()
  await writeFile(join(folder, 'log.txt'), 'one and two')
  await library.refresh()
  assert.equal(told.length, before)
  await utimes(join(folder, 'a.png'), 1_700_000_000, 1_700_000_000)
  await library.refresh()
  assert.equal(told.length, before + 1, 'others are told it as Last-Modified')
})
