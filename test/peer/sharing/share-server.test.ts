import assert from 'node:assert/strict'
import { appendFile, open, stat, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { EditedFile } from '../../../src/peer/library/edited-file.ts'
import { fingerprintOf } from '../../../src/peer/library/image-file.ts'
import { type OpenedImage, openImage } from '../../../src/peer/library/opened-image.ts'
import { applyEdits, type Edit } from '../../../src/peer/private-metadata/edits.ts'
import { ShareServer } from '../../../src/peer/sharing/share-server.ts'
import { DEFAULT_UPLOAD_LIMITS } from '../../../src/peer/sharing/upload-limits.ts'
import { DEFAULT_REQUEST_LISTENER_LIMITS } from '../../../src/transport/request-listener.ts'
import { md5 } from '../../support/md5.ts'
import { picture } from '../../support/pictures.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { until } from '../../support/until.ts'

/** A share server over one file, with what happens between its opening and its sending. */
async function shareFile(
  t: TestContext,
  bytes: Buffer,
  afterOpening: (opened: OpenedImage, path: string) => Promise<void> | void = () => {},
  edits: readonly Edit[] = [],
  isShared: () => boolean = () => true,
): Promise<{ port: number; path: string; served: string[]; opened: () => number; server: ShareServer }> {
  const path = join(await temporaryFolder(t), 'a.png')
  await writeFile(path, bytes)
  const fingerprint = fingerprintOf(await stat(path, { bigint: true }))
  const served: string[] = []
  const shared = Buffer.from(bytes)
  applyEdits(shared, 0, edits)
  let openings = 0
  const server = await ShareServer.start({
    host: '127.0.0.1',
    port: 0,
    limits: DEFAULT_REQUEST_LISTENER_LIMITS,
    uploadLimits: DEFAULT_UPLOAD_LIMITS,
    library: {
      open() {
        if (!isShared()) return undefined
        const opened = openImage(path, fingerprint, {
          ...{ mediaType: 'image/png', sha256: () => undefined },
          changes: new EditedFile(edits),
        })
        openings += 1
        if (opened !== undefined) void afterOpening(opened, path)
        return opened
      },
      has: digest => digest === md5(shared) && isShared(),
      page: () => [],
    },
    previews: { preview: async () => ({ kind: 'none' }) },
    observer: { onServed: name => served.push(name) },
  })
  t.after(() => server.stop())
  return { port: server.endpoint.port, path, served, opened: () => openings, server }
}

/** What came until the connection was closed, and whether it was reset. */
function talk(port: number, text: string): Promise<{ bytes: Buffer; wasReset: boolean }> {
  return new Promise(resolve => {
    const chunks: Buffer[] = []
    let wasReset = false
    const socket = connect(port, '127.0.0.1')
    socket.on('data', chunk => chunks.push(chunk))
    socket.on('error', () => {
      wasReset = true
    })
    socket.on('close', () => resolve({ bytes: Buffer.concat(chunks), wasReset }))
    socket.write(text)
  })
}

function httpGet(digest: string, more = ''): string {
  return `GET /images/${digest} HTTP/1.1\r\nHost: a\r\n${more}\r\n`
}

/** The bodies of answers that have a Content-Length, one behind the other. */
function bodiesOf(bytes: Buffer): Buffer[] {
  const bodies: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf('\r\n\r\n', at) + 4
    const length = Number(/Content-Length: (\d+)/.exec(bytes.toString('latin1', at, end))?.[1])
    bodies.push(bytes.subarray(end, end + length))
    at = end + length
  }
  return bodies
}

/** Below and above what goes out in one piece. */
const IMAGES = [await picture(1, 'png', 100), Buffer.concat([await picture(1), Buffer.alloc(9_000_000, 7)])]

for (const image of IMAGES) {
  const digest = md5(image)

  test(`an image of ${image.length} bytes goes out whole by the old request, and is told of`, async t => {
    const { port, served } = await shareFile(t, image)
    const { bytes, wasReset } = await talk(port, `GET ${digest}`)
    assert.ok(bytes.equals(image))
    assert.equal(wasReset, false)
    assert.deepEqual(served, ['a.png'])
  })

  test(`an image of ${image.length} bytes goes out whole over HTTP, as often as it is asked for`, async t => {
    const { port, served } = await shareFile(t, image)
    const { bytes, wasReset } = await talk(
      port,
      httpGet(digest) + httpGet(digest) + httpGet(digest, 'Range: bytes=-100000\r\nConnection: close\r\n'),
    )
    const bodies = bodiesOf(bytes)
    assert.deepEqual(
      bodies.map(body => md5(body)),
      [digest, digest, md5(image.subarray(-100_000))],
    )
    assert.equal(wasReset, false)
    assert.deepEqual(served, ['a.png', 'a.png', 'a.png'])
  })

  test(`an image of ${image.length} bytes that changes meanwhile is cut off, never ended as if it were whole`, async t => {
    for (const text of [`GET ${digest}`, httpGet(digest, 'Connection: close\r\n')]) {
      const change = (_opened: OpenedImage, path: string) => appendFile(path, 'more')
      const { port, served } = await shareFile(t, image, change)
      // The change comes while the bytes go out, or before the first: there is nothing to wait for.
      const { bytes, wasReset } = await talk(port, text)
      if (text.startsWith('GET /') && bytes.toString('latin1', 0, 12) === 'HTTP/1.1 404') continue
      if (served.length > 0) continue
      assert.ok(wasReset || bytes.length < image.length)
    }
  })
}

test('a small image is read once, and goes out of memory for as long as it is shared', async t => {
  const image = await picture(2, 'png', 32)
  const digest = md5(image)
  let isShared = true
  const { port, path, served, opened, server } = await shareFile(t, image, undefined, [], () => isShared)
  const whole = httpGet(digest)
  const asked = [
    whole,
    whole,
    httpGet(digest, 'Range: bytes=1-9\r\n'),
    httpGet(digest, 'Connection: close\r\n'),
  ]
  const { bytes } = await talk(port, asked.join(''))
  assert.deepEqual(
    bodiesOf(bytes).map(body => md5(body)),
    [digest, digest, md5(image.subarray(1, 10)), digest],
  )
  const heads = bytes.toString('latin1').split('HTTP/1.1 ').slice(1)
  const headOf = (head = '') => head.slice(0, head.indexOf('\r\n\r\n')).replace(/Date: .*/, 'Date')
  assert.equal(headOf(heads[0]), headOf(heads[1]))
  assert.match(
    heads[1] ?? '',
    /^200 OK\r\nDate: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\nContent-Type: image\/png\r\n/,
  )
  assert.equal(headOf(heads[3]), `${headOf(heads[0])}\r\nConnection: close`)
  assert.equal(opened(), 2, 'a plain request is answered out of memory')
  assert.ok((await talk(port, `GET ${digest}`)).bytes.equals(image))
  assert.deepEqual([opened(), served.length], [2, 4], 'a range is not the whole')
  assert.equal(server.bytesSent, 4 * image.length + 9)

  // What is there still has the content that the digest names, whatever the file holds by now.
  await appendFile(path, 'more')
  assert.ok((await talk(port, `GET ${digest}`)).bytes.equals(image))
  server.noteChange()
  assert.equal((await talk(port, `GET ${digest}`)).bytes.length, 0)
  await writeFile(path, image)
  isShared = false
  assert.equal((await talk(port, `GET ${digest}`)).bytes.length, 0)
})

test('what was read of a small image goes no further when its sharing is stopped', async t => {
  const image = await picture(2, 'png', 32)
  let isShared = true
  const { port } = await shareFile(t, image, undefined, [], () => isShared)
  assert.ok((await talk(port, `GET ${md5(image)}`)).bytes.equals(image))
  isShared = false
  const { bytes } = await talk(port, httpGet(md5(image), 'Connection: close\r\n'))
  assert.equal(bytes.includes(image.subarray(8, 40)), false)
})

test('of a picture with edits no range holds anything else, whatever it begins or ends at', async t => {
  const image = await picture(1, 'png', 500)
  assert.ok(image.length > 700_000)
  const edits: Edit[] = [
    { at: 100, length: 5 },
    { at: 140, length: 3, bytes: Uint8Array.of(1, 2, 3) },
    // Across what is held back until the end, of which the last bytes go out.
    { at: image.length - 4100, length: 10, bytes: new Uint8Array(10).fill(0x20) },
    { at: image.length - 2, length: 2 },
  ]
  const shared = Buffer.from(image)
  applyEdits(shared, 0, edits)
  const { port } = await shareFile(t, image, undefined, edits)
  const whole = await talk(port, `GET ${md5(shared)}`)
  assert.ok(whole.bytes.equals(shared), 'the old request')
  const ranges = [{ start: 0, end: image.length }]
  for (const { at, length } of edits) {
    for (let place = at - 3; place <= Math.min(at + length + 3, image.length - 1); place += 1) {
      for (const bytes of [1, 4, 90_000])
        ranges.push({ start: place, end: Math.min(place + bytes, image.length) })
      ranges.push({ start: Math.max(0, place - 80_000), end: place + 1 })
    }
  }
  const { bytes } = await talk(
    port,
    ranges
      .map(({ start, end }, index) => {
        const last = index === ranges.length - 1 ? 'Connection: close\r\n' : ''
        return httpGet(md5(shared), `Range: bytes=${start}-${end - 1}\r\n${last}`)
      })
      .join(''),
  )
  const bodies = bodiesOf(bytes)
  assert.equal(bodies.length, ranges.length)
  for (const [index, { start, end }] of ranges.entries())
    assert.ok(bodies[index]?.equals(shared.subarray(start, end)), `${start} to ${end}`)
})

test('nothing is asked after a request that ends in the middle', async t => {
  const [image = Buffer.alloc(0)] = IMAGES
  const { port } = await shareFile(t, image)
  const socket = connect(port, '127.0.0.1')
  socket.end(httpGet(md5(image)).slice(0, -3))
  let answer = ''
  for await (const chunk of socket) answer += chunk
  assert.equal(answer, '')
})

test('a limit holds an upload back until it is lifted, and small answers go ahead of it', async t => {
  const image = Buffer.concat([await picture(4), Buffer.alloc(9_000_000, 7)])
  const { port, server } = await shareFile(t, image)
  server.setUploadLimits({ ...DEFAULT_UPLOAD_LIMITS, bytesPerSecond: 1000 })
  let isOver = false
  const upload = talk(port, `GET ${md5(image)}`).then(result => {
    isOver = true
    return result
  })
  const head = await talk(port, `HEAD /images/${md5(image)} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
  assert.match(head.bytes.toString('latin1'), /^HTTP\/1\.1 200 OK\r\n/)
  assert.equal(isOver, false)
  server.setUploadLimits(DEFAULT_UPLOAD_LIMITS)
  assert.equal(md5((await upload).bytes), md5(image))
})

test('a picture with edits that is written over meanwhile gives nothing out of what it holds then', async t => {
  const image = await picture(6, 'png', 900)
  const edits: Edit[] = [{ at: 100, length: 5 }]
  const secret = Buffer.from('GPS -23.55, -46.63; ')
  const shared = Buffer.from(image)
  applyEdits(shared, 0, edits)
  for (const text of [`GET ${md5(shared)}`, httpGet(md5(shared), 'Connection: close\r\n')]) {
    const { port, path, server } = await shareFile(t, image, undefined, edits)
    server.setUploadLimits({ ...DEFAULT_UPLOAD_LIMITS, bytesPerSecond: 1000 })
    const upload = talk(port, text)
    await until(() => server.bytesSent > 0)
    const file = await open(path, 'r+')
    await file.write(Buffer.alloc(200_000, secret), 0, 200_000, image.length - 300_000)
    await file.close()
    server.setUploadLimits(DEFAULT_UPLOAD_LIMITS)
    const { bytes } = await upload
    assert.ok(bytes.length < image.length)
    assert.equal(bytes.includes(secret), false)
    await server.stop()
  }
})

test('with one slot a second large answer waits for the first, and gets it whole', async t => {
  const image = Buffer.concat([await picture(5), Buffer.alloc(9_000_000, 7)])
  const { port, server } = await shareFile(t, image)
  server.setUploadLimits({ slots: 1, bytesPerSecond: 1000, bytesPerSecondEach: 0 })
  const both = [talk(port, `GET ${md5(image)}`), talk(port, `GET ${md5(image)}`)]
  server.setUploadLimits({ ...DEFAULT_UPLOAD_LIMITS, slots: 1 })
  for (const { bytes } of await Promise.all(both)) assert.equal(md5(bytes), md5(image))
})

test('what went out is counted to the byte, by either request', async t => {
  for (const image of IMAGES) {
    const digest = md5(image)
    for (const text of [`GET ${digest}`, httpGet(digest, 'Connection: close\r\n')]) {
      const { port, server } = await shareFile(t, image)
      await talk(port, text)
      assert.equal(server.bytesSent, image.length, text)
    }
  }
})
