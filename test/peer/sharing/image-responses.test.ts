import assert from 'node:assert/strict'
import { open, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { ShareServer } from '../../../src/peer/share-server.ts'
import { DEFAULT_REQUEST_LISTENER_LIMITS } from '../../../src/transport/request-listener.ts'
import { md5 } from '../../support/md5.ts'
import { picture } from '../../support/pictures.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const bytes = Buffer.concat([await picture(1), Buffer.alloc(600_000, 7)])
const digest = md5(bytes)

async function share(t: TestContext, unchanged = true): Promise<number> {
  const path = join(await temporaryFolder(t), 'á.png')
  await writeFile(path, bytes)
  const server = await ShareServer.start({
    host: '127.0.0.1',
    port: 0,
    limits: DEFAULT_REQUEST_LISTENER_LIMITS,
    library: {
      open: async asked =>
        asked === digest
          ? { file: await open(path), name: 'á.png', size: bytes.length, unchanged: async () => unchanged }
          : undefined,
    },
    observer: { onServed: () => {} },
  })
  t.after(() => server.stop())
  return server.endpoint.port
}

test('an image over HTTP: whole, by ranges, conditionally', async t => {
  const url = `http://127.0.0.1:${await share(t)}/images/${digest}`
  const whole = await fetch(url)
  assert.equal(whole.status, 200)
  assert.equal(whole.headers.get('etag'), `"${digest}"`)
  assert.equal(md5(Buffer.from(await whole.arrayBuffer())), digest)
  for (const [range, status, expected] of [
    ['bytes=10-19', 206, bytes.subarray(10, 20)],
    ['bytes=-5', 206, bytes.subarray(-5)],
    ['bytes=600000-', 206, bytes.subarray(600_000)],
    ['bytes=0-1,4-5', 200, bytes],
  ] as const) {
    const part = await fetch(url, { headers: { range } })
    assert.equal(part.status, status, range)
    assert.deepEqual(Buffer.from(await part.arrayBuffer()), expected, range)
  }
  const status = async (headers: Record<string, string>) => {
    const response = await fetch(url, { headers })
    await response.arrayBuffer()
    return response.status
  }
  assert.equal(await status({ range: `bytes=${bytes.length}-` }), 416)
  assert.equal(await status({ 'if-none-match': `"${digest}"` }), 304)
  assert.equal(await status({ 'if-match': '"other"' }), 412)
  assert.equal(await status({ range: 'bytes=0-1', 'if-range': '"other"' }), 200)
  const head = await fetch(url, { method: 'HEAD' })
  assert.equal(head.headers.get('content-length'), String(bytes.length))
  assert.equal((await fetch(url, { method: 'POST' })).status, 405)
  assert.equal((await fetch(url.replace(digest, 'f'.repeat(32)))).status, 404)
})

test('a changed file is cut over HTTP', async t => {
  const url = `http://127.0.0.1:${await share(t, false)}/images/${digest}`
  await assert.rejects(fetch(url).then(response => response.arrayBuffer()))
})

test('HTTP one byte at a time, its side ended right after', async t => {
  const socket = connect(await share(t), '127.0.0.1')
  socket.setNoDelay(true)
  for (const byte of `HEAD /images/${digest} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
    socket.write(byte)
  socket.end()
  let answer = ''
  for await (const chunk of socket) answer += chunk
  assert.match(answer, /^HTTP\/1.1 200 /)
})
