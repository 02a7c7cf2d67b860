import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Failure } from '../../../src/base/failure.ts'
import { imageFromListing } from '../../../src/peer/catalog-image.ts'
import { removeAbandonedDownloads } from '../../../src/peer/download/abandoned-downloads.ts'
import type { DownloadedImage, FailedAttempt } from '../../../src/peer/download/download-request.ts'
import type { FetchLimits } from '../../../src/peer/download/fetch-limits.ts'
import { ImageDownloader } from '../../../src/peer/download/image-downloader.ts'
import { type Endpoint, formatEndpoint } from '../../../src/protocol/endpoint.ts'
import { md5 } from '../../support/md5.ts'
import { closedPort, faultyOwners, startOwner } from '../../support/owners.ts'
import { picture } from '../../support/pictures.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const limits: FetchLimits = {
  connectMs: 2000,
  firstByteMs: 300,
  progressMs: 300,
  progressBytes: 1024,
  imageBytes: 8 * 1024 ** 2,
}

const downloader = new ImageDownloader()
after(() => downloader.stop())

function download(
  image: Buffer,
  name: string,
  owners: readonly Endpoint[],
  directory: string,
  options: { signal?: AbortSignal; attempts?: FailedAttempt[]; wrong?: Endpoint[] } = {},
): Promise<DownloadedImage> {
  return downloader.download({
    image: imageFromListing({ digest: md5(image), name, owners }),
    directory,
    limits,
    signal: options.signal ?? new AbortController().signal,
    observer: { onBytes: () => {}, onFailedAttempt: attempt => void options.attempts?.push(attempt) },
    onWrongContent: owner => void options.wrong?.push(owner),
  })
}

async function isCode(promise: Promise<unknown>, code: string): Promise<Failure> {
  try {
    await promise
  } catch (error) {
    assert.ok(error instanceof Failure, String(error))
    assert.equal(error.code, code)
    return error
  }
  throw new assert.AssertionError({ message: `did not fail with ${code}` })
}

test('an image arrives byte for byte, whatever the pieces it comes in', async t => {
  const directory = await temporaryFolder(t)
  const image = await picture(1, 'png', 200)
  const whole = await startOwner(t, (socket, request) => {
    if (request.startsWith('GET /')) return void socket.end()
    assert.equal(request, `GET ${md5(image)}`)
    socket.end(image)
  })
  const pieces = await startOwner(t, socket => {
    let at = 0
    const next = () => {
      if (at >= image.length) return void socket.end()
      const piece = image.subarray(at, at + 1 + (at % 997))
      at += piece.length
      socket.write(piece, () => setImmediate(next))
    }
    next()
  })
  const one = await download(image, 'a.png', [whole], directory)
  assert.deepEqual(
    { ...one, path: '' },
    {
      ...{ digest: md5(image), fileName: 'a.png', path: '', bytes: image.length },
      ...{ owner: formatEndpoint(whole), failed: [], resumedFrom: 0 },
    },
  )
  const two = await download(image, 'a.png', [pieces], directory)
  assert.equal(two.fileName, 'a_downloaded.png')
  const three = await download(image, 'a.png', [pieces], directory)
  assert.equal(three.fileName, 'a_downloaded_2.png')
  for (const { path } of [one, two, three]) assert.deepEqual(await readFile(path), image)
  assert.equal((await readdir(directory)).length, 3)
})

test('an owner that fails: the next one is used; with no other owner the directory is as it was', async t => {
  const image = await picture(2, 'png', 120)
  const good = await startOwner(t, socket => socket.end(image))
  const expected: Record<string, string> = {
    nothing: 'nothing',
    'an error text': 'errorText',
    'half and a reset': 'cut',
    'endless bytes': 'tooLarge',
    'a byte now and then': 'stalled',
    silence: 'stalled',
  }
  for (const [name, behaviour] of Object.entries(faultyOwners)) {
    await t.test(name, async t => {
      const directory = await temporaryFolder(t)
      await writeFile(join(directory, 'a.png'), 'was here before')
      const bad = await startOwner(t, behaviour(image))
      const reason = expected[name] ?? 'wrongContent'

      const failure = await isCode(download(image, 'a.png', [bad], directory), 'allOwnersFailed')
      const { attempts } = failure.details as { attempts: FailedAttempt[] }
      assert.deepEqual(
        attempts.map(({ owner, reason }) => ({ owner, reason })),
        [{ owner: formatEndpoint(bad), reason }],
      )
      assert.deepEqual(await readdir(directory), ['a.png'])
      assert.equal(await readFile(join(directory, 'a.png'), 'utf8'), 'was here before')

      const said: FailedAttempt[] = []
      const wrong: Endpoint[] = []
      const saved = await download(image, 'a.png', [bad, good], directory, { attempts: said, wrong })
      assert.equal(saved.owner, formatEndpoint(good))
      assert.equal(saved.fileName, 'a_downloaded.png')
      assert.deepEqual(await readFile(saved.path), image)
      assert.equal(said.length, 1)
      assert.equal(wrong.length, reason === 'wrongContent' ? 1 : 0)
      assert.equal((await readdir(directory)).length, 2)
    })
  }
})

test('when all fail the message says what each did', async t => {
  const directory = await temporaryFolder(t)
  const image = await picture(3)
  const gone = await closedPort()
  const empty = await startOwner(t, socket => socket.end())
  const error = await startOwner(t, socket => socket.end('ERR \u001b[31mGO_AWAY\n'))
  const { details } = await isCode(
    download(image, 'x.png', [gone, empty, error], directory),
    'allOwnersFailed',
  )
  assert.deepEqual(details, {
    name: 'x.png',
    attempts: [
      { owner: formatEndpoint(gone), reason: 'unreachable', detail: 'ECONNREFUSED' },
      { owner: formatEndpoint(empty), reason: 'nothing', detail: '' },
      { owner: formatEndpoint(error), reason: 'errorText', detail: 'ERR \u001b[31mGO_AWAY' },
    ],
  })
  assert.deepEqual(await readdir(directory), [])
})

test('cancelling leaves nothing behind', async t => {
  const directory = await temporaryFolder(t)
  const image = await picture(4, 'png', 300)
  const stopping = new AbortController()
  const owner = await startOwner(t, socket => {
    socket.write(image.subarray(0, 1000), () => setTimeout(() => stopping.abort(), 20))
  })
  await isCode(download(image, 'x.png', [owner], directory, { signal: stopping.signal }), 'cancelled')
  assert.deepEqual(await readdir(directory), [])
  await isCode(download(image, 'x.png', [owner], directory, { signal: stopping.signal }), 'cancelled')
  assert.deepEqual(await readdir(directory), [])
})

test('what cannot be saved is said, and loses nothing', async t => {
  const folder = await temporaryFolder(t)
  const image = await picture(5)
  const owner = await startOwner(t, socket => socket.end(image))
  await writeFile(join(folder, 'file'), 'a file where a folder should be')
  await isCode(download(image, 'x.png', [owner], join(folder, 'file')), 'cannotSave')
  assert.equal(await readFile(join(folder, 'file'), 'utf8'), 'a file where a folder should be')
})

test('no hostile name writes outside the directory or over anything', async t => {
  const folder = await temporaryFolder(t)
  const directory = join(folder, 'photos')
  await mkdir(directory)
  const outside = join(folder, 'outside.png')
  await writeFile(outside, 'precious')
  await symlink(outside, join(directory, 'link.png'))
  const image = await picture(6)
  const owner = await startOwner(t, socket => socket.end(image))
  const names = JSON.parse(
    await readFile(new URL('../../vectors/hostile-names.json', import.meta.url), 'utf8'),
  ) as readonly { name: string }[]
  assert.ok(names.length >= 40)
  const absolute = [
    join(folder, 'outside.png'),
    join(folder, 'new.png'),
    '../outside.png',
    '../new.png',
    'link.png',
  ]
  let saved = 0
  for (const name of [...names.map(vector => vector.name), ...absolute]) {
    const before = new Map(await contentsOf(directory))
    try {
      const { path } = await download(image, name, [owner], directory)
      assert.equal(join(path, '..'), directory, JSON.stringify(name))
      assert.deepEqual(await readFile(path), image)
      saved += 1
    } catch (error) {
      assert.ok(error instanceof Failure && error.code === 'nameRefused', `${JSON.stringify(name)}: ${error}`)
      assert.notEqual((error.details as { reason: string }).reason, '')
    }
    for (const [file, content] of before)
      assert.equal(await readFile(join(directory, file), 'latin1'), content, file)
    assert.deepEqual((await readdir(folder)).sort(), ['outside.png', 'photos'], JSON.stringify(name))
    assert.equal(await readFile(outside, 'utf8'), 'precious')
  }
  assert.ok(saved > 20, `${saved} were saved under a safe name`)
})

test('a program is not saved under a program’s name', async t => {
  const directory = await temporaryFolder(t)
  const image = await picture(7)
  const program = Buffer.from('#!/bin/sh\necho hello\n')
  const owner = await startOwner(t, (socket, request) => {
    socket.end(request.endsWith(md5(image)) ? image : program)
  })
  assert.equal((await download(image, 'holiday.exe', [owner], directory)).fileName, 'holiday.exe.png')
  await isCode(download(program, 'holiday.sh', [owner], directory), 'nameRefused')
  assert.deepEqual(await readdir(directory), ['holiday.exe.png'])
})

test('what a killed download left is removed, what is being fetched is not', async t => {
  const directory = await temporaryFolder(t)
  const { utimes } = await import('node:fs/promises')
  const old = join(directory, `.imagep2p-${'0'.repeat(32)}-00000000.part`)
  const fresh = join(directory, `.imagep2p-${'1'.repeat(32)}-00000000.part`)
  for (const path of [old, fresh, join(directory, 'a.part')]) await writeFile(path, 'half')
  await utimes(old, new Date(0), new Date(0))
  await removeAbandonedDownloads(directory)
  assert.deepEqual((await readdir(directory)).sort(), [fresh.slice(directory.length + 1), 'a.part'])
})

async function contentsOf(directory: string): Promise<[string, string][]> {
  const files = await readdir(directory)
  return Promise.all(
    files.map(async file => [file, await readFile(join(directory, file), 'latin1')] as [string, string]),
  )
}
