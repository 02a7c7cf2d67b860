import assert from 'node:assert/strict'
import * as fileSystem from 'node:fs/promises'
import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, it } from 'node:test'
import fc from 'fast-check'
import { numberedName, type SafeFileName, safeFileName } from '../../src/peer/file-name.ts'
import {
  ENTRIES_REMEMBERED_MS,
  type FileCalls,
  FilePlacer,
  MAX_ENTRIES_COMPARED,
  MAX_NAME_ATTEMPTS,
  NoFreeNameError,
} from '../../src/peer/place-file.ts'

const CODES_WITHOUT_LINKS = [
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'EISDIR',
  'EACCES',
  'ENOSYS',
  'EXDEV',
  'EMLINK',
]

function failure(code: string): Error {
  return Object.assign(new Error(`${code}: as asked`), { code })
}

function safe(name: string): SafeFileName {
  const judged = safeFileName(name)
  assert.ok(judged.kind === 'safe')
  return judged.name
}

/** The real file system, where `link` answers as one without hard links does. */
function withoutLinks(code: string, calls: Partial<FileCalls> = {}): FileCalls {
  return { ...fileSystem, link: () => Promise.reject(failure(code)), ...calls }
}

let root: string
/** A fresh folder for each test, and a file beside it that nothing may touch. */
let folder: string
let outside: string
let made = 0

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'place-file-'))
})
after(() => rm(root, { recursive: true }))
beforeEach(async () => {
  made += 1
  folder = join(root, `folder-${made}`)
  outside = join(root, `outside-${made}`)
  await mkdir(folder)
  await writeFile(outside, 'outside')
})

let temporaries = 0
async function temporary(content: string): Promise<string> {
  temporaries += 1
  const path = join(folder, `.imagep2p-${temporaries}`)
  await writeFile(path, content)
  return path
}

async function place(placer: Pick<FilePlacer, 'place'>, name: string, content: string): Promise<string> {
  return placer.place({ temporaryPath: await temporary(content), directory: folder, name: safe(name) })
}

async function contents(): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort()
  const pairs = await Promise.all(
    names.map(async name => [name, await readFile(join(folder, name), 'utf8')] as const),
  )
  return Object.fromEntries(pairs)
}

const ways: readonly (readonly [string, () => FilePlacer])[] = [
  ['by a hard link', () => new FilePlacer()],
  ...CODES_WITHOUT_LINKS.map(
    code => [`where a hard link is ${code}`, () => new FilePlacer(withoutLinks(code))] as const,
  ),
]

for (const [way, placerOf] of ways) {
  describe(`a file is placed ${way}`, () => {
    it('under its name, and its temporary name goes', async () => {
      assert.equal(await place(placerOf(), 'a.png', 'new'), 'a.png')
      assert.deepEqual(await contents(), { 'a.png': 'new' })
    })

    it('beside a file of its name', async () => {
      await writeFile(join(folder, 'a.png'), 'old')
      await writeFile(join(folder, 'a_downloaded.png'), 'older')
      assert.equal(await place(placerOf(), 'a.png', 'new'), 'a_downloaded_2.png')
      assert.deepEqual(await contents(), {
        'a.png': 'old',
        'a_downloaded.png': 'older',
        'a_downloaded_2.png': 'new',
      })
    })

    it('beside a folder, an empty file and symbolic links, to nothing and to the outside', async () => {
      await mkdir(join(folder, 'a.png'))
      await writeFile(join(folder, 'a_downloaded.png'), '')
      await symlink(join(root, 'nothing'), join(folder, 'a_downloaded_2.png'))
      await symlink(outside, join(folder, 'a_downloaded_3.png'))
      await symlink(root, join(folder, 'a_downloaded_4.png'))
      await symlink('a_downloaded_5.png', join(folder, 'a_downloaded_5.png'))
      assert.equal(await place(placerOf(), 'a.png', 'new'), 'a_downloaded_6.png')
      assert.ok((await lstat(join(folder, 'a_downloaded_6.png'))).isFile())
      assert.deepEqual(await readdir(join(folder, 'a.png')), [])
      assert.equal(await readFile(join(folder, 'a_downloaded.png'), 'utf8'), '')
      assert.equal(await readlink(join(folder, 'a_downloaded_2.png')), join(root, 'nothing'))
      assert.equal(await readlink(join(folder, 'a_downloaded_3.png')), outside)
      assert.equal(await readlink(join(folder, 'a_downloaded_4.png')), root)
      assert.equal(await readFile(outside, 'utf8'), 'outside')
      await assert.rejects(lstat(join(root, 'nothing')), { code: 'ENOENT' })
    })

    it('beside what came to stand there after the directory was read', async () => {
      const placer = placerOf()
      await place(placer, 'first.png', 'first')
      await writeFile(join(folder, 'a.png'), 'old')
      await mkdir(join(folder, 'a_downloaded.png'))
      await symlink(join(root, 'nothing'), join(folder, 'a_downloaded_2.png'))
      await symlink(outside, join(folder, 'a_downloaded_3.png'))
      assert.equal(await place(placer, 'a.png', 'new'), 'a_downloaded_4.png')
      assert.equal(await readFile(join(folder, 'a.png'), 'utf8'), 'old')
      assert.equal(await readFile(outside, 'utf8'), 'outside')
      await assert.rejects(lstat(join(root, 'nothing')), { code: 'ENOENT' })
    })

    it('apart from names that differ only in case or normal form', async () => {
      await writeFile(join(folder, 'cafe\u0301.png'), 'decomposed')
      await writeFile(join(folder, 'PHOTO.JPG'), 'upper')
      await writeFile(join(folder, 'Photo_Downloaded.jpg'), 'mixed')
      const placer = placerOf()
      assert.equal(await place(placer, 'café.png', 'new'), 'café_downloaded.png')
      assert.equal(await place(placer, 'photo.jpg', 'new'), 'photo_downloaded_2.jpg')
      assert.equal(await place(placer, 'pHOTO.jpg', 'newer'), 'pHOTO_downloaded_3.jpg')
    })

    it('fifty at once under one name in its cases, each under a name of its own', async () => {
      const placer = placerOf()
      const names = await Promise.all(
        Array.from({ length: 50 }, (_, index) => place(placer, index % 2 ? 'a.png' : 'A.PNG', `${index}`)),
      )
      assert.equal(new Set(names.map(name => name.toLowerCase())).size, 50)
      const found = await contents()
      assert.deepEqual(
        names.map(name => found[name]),
        names.map((_, index) => `${index}`),
      )
      assert.equal(Object.keys(found).length, 50)
    })

    it('by several that do not know of each other, fifty at once', async () => {
      const placers = Array.from({ length: 10 }, placerOf)
      const names = await Promise.all(
        Array.from({ length: 5 }, (_, round) =>
          Promise.all(placers.map((placer, index) => place(placer, 'a.png', `${round} ${index}`))),
        ),
      )
      const found = await contents()
      assert.equal(new Set(names.flat()).size, 50)
      assert.deepEqual(Object.keys(found).sort(), names.flat().sort())
      assert.equal(new Set(Object.values(found)).size, 50)
    })
  })
}

describe('a placement that fails', () => {
  it('for another reason of the file system is told, and leaves the temporary file alone', async () => {
    const placer = new FilePlacer({ ...fileSystem, link: () => Promise.reject(failure('EIO')) })
    const temporaryPath = await temporary('new')
    await assert.rejects(placer.place({ temporaryPath, directory: folder, name: safe('a.png') }), {
      code: 'EIO',
    })
    assert.deepEqual(Object.values(await contents()), ['new'])
  })

  it('for want of its temporary file or directory is told, and the next one is placed', async () => {
    const placer = new FilePlacer()
    const missing = { temporaryPath: join(folder, 'missing'), directory: folder, name: safe('a.png') }
    const nowhere = { ...missing, directory: join(folder, 'nowhere') }
    const failing = [placer.place(missing), placer.place(nowhere)]
    const next = place(placer, 'a.png', 'new')
    for (const placement of failing) await assert.rejects(placement, { code: 'ENOENT' })
    assert.equal(await next, 'a.png')
    assert.deepEqual(await contents(), { 'a.png': 'new' })
  })

  it('without hard links and at the rename takes its reservation back', async () => {
    const placer = new FilePlacer(withoutLinks('EPERM', { rename: () => Promise.reject(failure('EIO')) }))
    const temporaryPath = await temporary('new')
    await assert.rejects(placer.place({ temporaryPath, directory: folder, name: safe('a.png') }), {
      code: 'EIO',
    })
    assert.deepEqual(Object.values(await contents()), ['new'])
  })

  it('and whose reservation somebody has written into meanwhile leaves that alone', async () => {
    const rename = async (_: string, path: string): Promise<void> => {
      await writeFile(path, "somebody's")
      throw failure('EIO')
    }
    const placer = new FilePlacer(withoutLinks('EPERM', { rename }))
    const temporaryPath = await temporary('new')
    await assert.rejects(placer.place({ temporaryPath, directory: folder, name: safe('a.png') }), {
      code: 'EIO',
    })
    assert.equal((await contents())['a.png'], "somebody's")
  })

  it('without hard links and for want of permission says so', async () => {
    const placer = new FilePlacer(withoutLinks('EACCES', { open: () => Promise.reject(failure('EACCES')) }))
    const temporaryPath = await temporary('new')
    await assert.rejects(placer.place({ temporaryPath, directory: folder, name: safe('a.png') }), {
      code: 'EACCES',
    })
    assert.deepEqual(Object.values(await contents()), ['new'])
  })

  it('for want of a free name gives up at its bound', async () => {
    let tries = 0
    const link = (): Promise<void> => {
      tries += 1
      return Promise.reject(failure('EEXIST'))
    }
    const temporaryPath = await temporary('new')
    const placement = { temporaryPath, directory: folder, name: safe('a.png') }
    await assert.rejects(new FilePlacer({ ...fileSystem, link }).place(placement), NoFreeNameError)
    assert.equal(tries, MAX_NAME_ATTEMPTS)
    assert.deepEqual(Object.values(await contents()), ['new'])
  })

  it('only to remove the temporary name has succeeded', async () => {
    const placer = new FilePlacer({ ...fileSystem, unlink: () => Promise.reject(failure('EBUSY')) })
    assert.equal(await place(placer, 'a.png', 'new'), 'a.png')
    assert.equal((await contents())['a.png'], 'new')
  })

  it('because it was cancelled while it waited leaves everything as it is', async () => {
    const placer = new FilePlacer()
    const reason = new Error('no longer wanted')
    const controller = new AbortController()
    const first = place(placer, 'a.png', 'first')
    const temporaryPath = await temporary('second')
    const second = placer.place({
      temporaryPath,
      directory: folder,
      name: safe('a.png'),
      signal: controller.signal,
    })
    controller.abort(reason)
    await assert.rejects(second, reason)
    assert.equal(await first, 'a.png')
    assert.equal(await readFile(temporaryPath, 'utf8'), 'second')
    assert.deepEqual(Object.values(await contents()).sort(), ['first', 'second'])
  })
})

describe('the directory', () => {
  function counting(): { readonly files: FileCalls; reads: number } {
    const counter = {
      reads: 0,
      files: {
        ...fileSystem,
        opendir: (path: string, options: { bufferSize: number }) => {
          counter.reads += 1
          return fileSystem.opendir(path, options)
        },
      },
    }
    return counter
  }

  it('is read once for many placements, and again when what is remembered is old', async () => {
    let now = 0
    const counter = counting()
    const placer = new FilePlacer(counter.files, () => now)
    for (let index = 0; index < 20; index += 1) await place(placer, `${index}.png`, 'new')
    await Promise.all(Array.from({ length: 20 }, () => place(placer, 'a.png', 'new')))
    assert.equal(counter.reads, 1)

    await writeFile(join(folder, 'B.PNG'), 'old')
    now += ENTRIES_REMEMBERED_MS
    assert.equal(await place(placer, 'b.png', 'new'), 'b_downloaded.png')
    assert.equal(counter.reads, 2)
  })

  it('is read for each that is not the last one', async () => {
    const counter = counting()
    const placer = new FilePlacer(counter.files)
    const other = join(root, `other-${made}`)
    await mkdir(other)
    await writeFile(join(other, 'A.PNG'), 'old')
    assert.equal(await place(placer, 'a.png', 'new'), 'a.png')
    const placement = { temporaryPath: await temporary('new'), directory: other, name: safe('a.png') }
    assert.equal(await placer.place(placement), 'a_downloaded.png')
    assert.equal(counter.reads, 2)
  })

  it('gives a name again whose file was deleted meanwhile', async () => {
    const placer = new FilePlacer()
    await place(placer, 'a.png', 'first')
    await rm(join(folder, 'a.png'))
    assert.equal(await place(placer, 'a.png', 'second'), 'a.png')
    assert.deepEqual(await contents(), { 'a.png': 'second' })
  })

  it('is compared up to a bound, beyond which still nothing is replaced', async () => {
    await writeFile(join(folder, 'a.png'), 'old')
    let read = 0
    async function* endless(): AsyncGenerator<{ name: string }> {
      for (;;) {
        read += 1
        yield { name: `entry ${read}` }
      }
    }
    const placer = new FilePlacer({ ...fileSystem, opendir: async () => endless() })
    assert.equal(await place(placer, 'a.png', 'new'), 'a_downloaded.png')
    assert.equal(read, MAX_ENTRIES_COMPARED + 1)
    assert.deepEqual(await contents(), { 'a.png': 'old', 'a_downloaded.png': 'new' })
  })

  it('may be written in any way: the same one is the same one', async () => {
    const placer = new FilePlacer()
    const names = await Promise.all(
      [folder, `${folder}/`, join(folder, '.'), `${folder}/../${folder.split('/').at(-1)}`].map(
        async (directory, index) =>
          placer.place({
            temporaryPath: await temporary('new'),
            directory,
            name: safe(index % 2 ? 'a.png' : 'A.png'),
          }),
      ),
    )
    assert.equal(new Set(names.map(name => name.toLowerCase())).size, 4)
  })
})

describe('whatever the name', () => {
  it('the file lands in its directory, under the name that is returned, and nowhere else', async () => {
    const part = fc.oneof(
      fc.constantFrom(
        '..',
        '/',
        '\\',
        '.',
        ' ',
        'CON',
        'C:',
        '\u202e',
        'e\u0301',
        'a'.repeat(150),
        '写'.repeat(60),
      ),
      fc.string({ unit: 'binary', maxLength: 6 }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 4 }), async parts => {
        const judged = safeFileName(parts.join(''))
        if (judged.kind === 'refused') return
        const expected = [judged.name, numberedName(judged.name, 1)]
        const placer = new FilePlacer()
        const placed = [await place(placer, judged.name, 'first'), await place(placer, judged.name, 'second')]
        assert.deepEqual(placed, expected)
        assert.deepEqual(await contents(), { [expected[0] ?? '']: 'first', [expected[1] ?? '']: 'second' })
        for (const name of placed) await rm(join(folder, name))
      }),
      { seed: 13377, numRuns: 200 },
    )
    assert.equal(await readFile(outside, 'utf8'), 'outside')
  })
})
