import assert from 'node:assert/strict'
import { open, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { OpenedImage } from '../../src/peer/library/opened-image.ts'
import { ShareServer } from '../../src/peer/share-server.ts'
import { DEFAULT_REQUEST_LISTENER_LIMITS } from '../../src/transport/request-listener.ts'
import { md5 } from '../support/md5.ts'
import { picture } from '../support/pictures.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** A share server over one file, of which the library claims `size` bytes, and that it is `unchanged` at the end. */
async function shareFile(
  t: TestContext,
  bytes: Buffer,
  claims: { size: number; unchanged: boolean },
): Promise<{ port: number; served: string[] }> {
  const path = join(await temporaryFolder(t), 'a.png')
  await writeFile(path, bytes)
  const served: string[] = []
  const server = await ShareServer.start({
    host: '127.0.0.1',
    port: 0,
    limits: DEFAULT_REQUEST_LISTENER_LIMITS,
    library: {
      async open(): Promise<OpenedImage> {
        return {
          file: await open(path),
          name: 'a.png',
          size: claims.size,
          unchanged: async () => claims.unchanged,
        }
      },
    },
    observer: { onServed: name => served.push(name) },
  })
  t.after(() => server.stop())
  return { port: server.endpoint.port, served }
}

/** What one request gets, and whether the connection was reset. */
function request(port: number, digest: string): Promise<{ bytes: Buffer; wasReset: boolean }> {
  return new Promise(resolve => {
    const chunks: Buffer[] = []
    let wasReset = false
    const socket = connect(port, '127.0.0.1')
    socket.on('data', chunk => chunks.push(chunk))
    socket.on('error', () => {
      wasReset = true
    })
    socket.on('close', () => resolve({ bytes: Buffer.concat(chunks), wasReset }))
    socket.write(`GET ${digest}`)
  })
}

test('an image goes out whole, and is told of', async t => {
  const image = await picture(1, 'png', 400)
  const { port, served } = await shareFile(t, image, { size: image.length, unchanged: true })
  const { bytes, wasReset } = await request(port, md5(image))
  assert.ok(bytes.equals(image))
  assert.equal(wasReset, false)
  assert.deepEqual(served, ['a.png'])
})

test('an image that changes while it is sent is cut off, never ended as if it were whole', async t => {
  const image = await picture(2, 'png', 400)
  for (const claims of [
    { size: image.length, unchanged: false },
    { size: image.length + 1, unchanged: true },
  ]) {
    const { port, served } = await shareFile(t, image, claims)
    const { wasReset } = await request(port, md5(image))
    assert.ok(wasReset)
    assert.deepEqual(served, [])
  }
})

test('no more is sent than was hashed', async t => {
  const image = await picture(3, 'png', 400)
  const { port } = await shareFile(t, image, { size: 1000, unchanged: true })
  assert.ok((await request(port, md5(image))).bytes.equals(image.subarray(0, 1000)))
})
