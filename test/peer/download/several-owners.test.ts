import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { after, test } from 'node:test'
import { Failure } from '../../../src/base/failure.ts'
import { imageFromListing } from '../../../src/peer/catalog-image.ts'
import type { DownloadedImage } from '../../../src/peer/download/download-request.ts'
import type { FetchLimits } from '../../../src/peer/download/fetch-limits.ts'
import { ImageDownloader } from '../../../src/peer/download/image-downloader.ts'
import { type Endpoint, formatEndpoint } from '../../../src/protocol/endpoint.ts'
import type { ImageDetails } from '../../../src/protocol/image-details.ts'
import { answerRange, headOf, startHttpOwner } from '../../support/http-owner.ts'
import { md5 } from '../../support/md5.ts'
import { picture } from '../../support/pictures.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const limits: FetchLimits = {
  connectMs: 2000,
  firstByteMs: 1000,
  progressMs: 500,
  progressBytes: 1024,
  imageBytes: 64 * 1024 ** 2,
}

/** Large enough to be fetched by ranges from several owners at once. */
const image = Buffer.concat([await picture(1), randomBytes(40 * 1024 ** 2)])
const digest = md5(image)
const downloader = new ImageDownloader()
after(() => downloader.stop())

function download(
  owners: readonly Endpoint[],
  directory: string,
  { wrong, details = {}, signal }: { wrong?: string[]; details?: ImageDetails; signal?: AbortSignal } = {},
): Promise<DownloadedImage> {
  return downloader.download({
    image: { ...imageFromListing({ digest, name: 'a.png', owners }), details },
    directory,
    limits,
    signal: signal ?? new AbortController().signal,
    observer: { onBytes: () => {}, onFailedAttempt: () => {} },
    onWrongContent: owner => void wrong?.push(formatEndpoint(owner)),
  })
}

async function isWhole(directory: string): Promise<void> {
  assert.deepEqual(await readdir(directory), ['a.png'])
  assert.equal(md5(await readFile(`${directory}/a.png`)), digest)
}

test('a large image comes from all of its owners, and keeps their file’s time', async t => {
  const directory = await temporaryFolder(t)
  const owners = await Promise.all([1, 2, 3].map(() => startHttpOwner(t, image)))
  const saved = await download(owners, directory)
  await isWhole(directory)
  assert.equal(saved.bytes, image.length)
  assert.equal((await stat(saved.path)).mtime.toISOString(), '2020-07-04T10:00:00.000Z')
  for (const { asked } of owners) assert.ok(asked.length > 0)
})

test('an owner that disappears in the middle costs nothing but its block', async t => {
  const directory = await temporaryFolder(t)
  const gone = await startHttpOwner(t, image, (response, range) => {
    headOf(response, image.length, range)
    response.write(image.subarray(range.start, range.start + 100_000), () => response.destroy())
    return true
  })
  const others = await Promise.all([1, 2, 3].map(() => startHttpOwner(t, image)))
  await download([gone, ...others], directory)
  await isWhole(directory)
})

test('an owner that stalls in the middle is left for others', async t => {
  const directory = await temporaryFolder(t)
  const stalled = await startHttpOwner(t, image, (response, range) => {
    headOf(response, image.length, range)
    response.write(image.subarray(range.start, range.start + 100_000))
    return true
  })
  await download([stalled, await startHttpOwner(t, image)], directory)
  await isWhole(directory)
})

for (const honest of [1, 3]) {
  test(`wrong bytes in the middle, with ${honest} honest owners: what the liar gave is fetched again, and it is dropped`, async t => {
    const directory = await temporaryFolder(t)
    const forged = Buffer.from(image)
    for (let at = 1000; at < forged.length; at += 1_000_000) forged[at] = (forged[at] ?? 0) ^ 1
    const liar = await startHttpOwner(t, forged)
    const others = await Promise.all(Array.from({ length: honest }, () => startHttpOwner(t, image)))
    const wrong: string[] = []
    await download([liar, ...others], directory, { wrong })
    await isWhole(directory)
    assert.deepEqual(wrong, [formatEndpoint(liar)])
  })
}

test('owners that cut at every tenth are asked on from there', async t => {
  const directory = await temporaryFolder(t)
  const step = Math.ceil(image.length / 10)
  const cutting = await startHttpOwner(t, image, (response, range) => {
    headOf(response, image.length, range)
    const end = Math.min(range.end, range.start + step)
    response.write(image.subarray(range.start, end), () => setImmediate(() => response.destroy()))
    return true
  })
  await download([cutting], directory)
  await isWhole(directory)
  assert.ok(cutting.asked.length > 1)
})

test('what was there before is not fetched again, and what is wrong of it is', async t => {
  const directory = await temporaryFolder(t)
  const stopping = new AbortController()
  const half = image.length >> 1
  const first = await startHttpOwner(t, image, (response, range) => {
    headOf(response, image.length, range)
    response.write(image.subarray(range.start, half), () => setTimeout(() => stopping.abort(), 200))
    return true
  })
  await assert.rejects(
    download([first], directory, { signal: stopping.signal }),
    error => error instanceof Failure && error.code === 'cancelled',
  )
  const [part = ''] = await readdir(directory)
  assert.ok((await stat(`${directory}/${part}`)).size > 0)
  const second = await startHttpOwner(t, image)
  const saved = await download([second], directory)
  await isWhole(directory)
  assert.ok(saved.resumedFrom > 0)
  assert.equal(second.asked[0]?.start, saved.resumedFrom)
})

test('content of the right MD5 and another SHA-256 gets no name', async t => {
  const directory = await temporaryFolder(t)
  await assert.rejects(
    download([await startHttpOwner(t, image)], directory, { details: { sha256: '0'.repeat(64) } }),
    error => error instanceof Failure && error.code === 'sha256Mismatch',
  )
  assert.ok(!(await readdir(directory)).includes('a.png'))
})

test('answers that are not what was asked for give no wrong file', async t => {
  const answers: Parameters<typeof startHttpOwner>[2][] = [
    response => Boolean(response.writeHead(200, { 'Content-Length': image.length }).end(image)),
    (response, range) => {
      answerRange(response, image, { start: 0, end: range.end })
      return true
    },
    (response, range) => {
      headOf(response, image.length + 5, range)
      response.end(image.subarray(range.start, range.end))
      return true
    },
    response => Boolean(response.socket?.end(`HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(10_000)}\r\n`)),
    response => Boolean(response.socket?.end('HTTP/1.1 \0\xff\r\n\r\n')),
    response => Boolean(response.writeHead(404).end('no')),
    response => Boolean(response.writeHead(503, { 'Retry-After': '1' }).end()),
  ]
  for (const behave of answers) {
    const directory = await temporaryFolder(t)
    await download([await startHttpOwner(t, image, behave), await startHttpOwner(t, image)], directory)
    await isWhole(directory)
  }
})
