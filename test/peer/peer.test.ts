import assert from 'node:assert/strict'
import { mkdir, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Failure } from '../../src/base/failure.ts'
import { DEFAULT_PEER_CONFIG, type PeerConfig } from '../../src/peer/config.ts'
import { Peer } from '../../src/peer/peer.ts'
import type { RegistrationState } from '../../src/peer/registration.ts'
import type { IndexServer } from '../../src/server/index-server.ts'
import { startIndexServer as startServer } from '../support/index-servers.ts'
import { md5 } from '../support/md5.ts'
import { picture, writePicture } from '../support/pictures.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { UdpClient } from '../support/udp-client.ts'
import { until } from '../support/until.ts'

const never = new AbortController().signal

function startIndexServer(t: TestContext, port = 0): Promise<IndexServer> {
  return startServer(t, { host: '127.0.0.1', port })
}

async function startPeer(
  t: TestContext,
  serverPort: number,
  changes: Partial<PeerConfig> = {},
): Promise<{
  peer: Peer
  folder: string
  renewed: RegistrationState[]
  troubles: Failure[]
  served: string[]
}> {
  const folder = await temporaryFolder(t)
  const directory = join(folder, 'shared')
  await mkdir(directory)
  const renewed: RegistrationState[] = []
  const troubles: Failure[] = []
  const served: string[] = []
  const config: PeerConfig = {
    ...DEFAULT_PEER_CONFIG,
    ...{
      server: { host: '127.0.0.1', port: serverPort },
      directory,
      storePath: join(folder, 'library.sqlite'),
      settleMs: 50,
    },
    retryPlan: { attempts: 3, firstDelayMs: 100, growth: 1, maxDelayMs: 100, refusalsBelieved: 3 },
    ...changes,
  }
  const peer = await Peer.start(config, {
    onReading: () => {},
    onServed: name => served.push(name),
    onRenewed: state => renewed.push(state),
    onRetry: () => {},
    onLimit: () => {},
    onReachability: () => {},
    onStoreCondition: () => {},
    onTrouble: failure => troubles.push(failure),
  })
  t.after(() => peer.stop())
  return { peer, folder: directory, renewed, troubles, served }
}

test('an empty folder registers by itself once a picture arrives, and is taken off when the last one goes', async t => {
  const server = await startIndexServer(t)
  const outsider = await UdpClient.open(t, server.endpoint.port)
  const { peer, folder, renewed } = await startPeer(t, server.endpoint.port)
  assert.deepEqual(await peer.register(never), { kind: 'nothingToShare' })
  await writePicture(folder, 'a.png', 1)
  await until(() => renewed.length === 1)
  assert.deepEqual(renewed[0], { kind: 'registered', registered: 1, leftOut: 0 })
  assert.match(await outsider.ask('LST'), /a\.png/)
  await rm(join(folder, 'a.png'))
  await until(() => renewed.length === 2)
  assert.equal(await outsider.ask('LST'), 'ERR NO_IMAGES_AVAILABLE')
})

test('a server that was restarted knows the peer again after the next update', async t => {
  const first = await startIndexServer(t)
  const { port } = first.endpoint
  const { peer, folder } = await startPeer(t, port)
  await writePicture(folder, 'a.png', 1)
  await peer.update(never)
  await peer.register(never)
  await first.stop()
  await startIndexServer(t, port)
  const outsider = await UdpClient.open(t, port)
  assert.equal(await outsider.ask('LST'), 'ERR NO_IMAGES_AVAILABLE')
  assert.deepEqual(await peer.update(never), { kind: 'registered', registered: 1, leftOut: 0 })
  assert.match(await outsider.ask('LST'), /a\.png/)
})

test('a server that was restarted knows the peer again by itself, after the renewal', async t => {
  const first = await startIndexServer(t)
  const { port } = first.endpoint
  const { peer, folder } = await startPeer(t, port, { renewMs: 200 })
  await writePicture(folder, 'a.png', 1)
  await peer.update(never)
  await peer.register(never)
  await first.stop()
  await startIndexServer(t, port)
  const outsider = await UdpClient.open(t, port)
  await until(async () => /a\.png/.test(await outsider.ask('LST')))
})

test('an end that nobody answered can be asked for again, and a change that did not get through is told later', async t => {
  const first = await startIndexServer(t)
  const { port } = first.endpoint
  const { peer, folder, renewed, troubles } = await startPeer(t, port, { renewMs: 200 })
  await writePicture(folder, 'a.png', 1)
  await peer.update(never)
  await peer.register(never)
  await first.stop()
  await writePicture(folder, 'b.png', 2)
  await until(() => troubles.length > 0)
  assert.equal(renewed.length, 0)
  const second = await startIndexServer(t, port)
  await until(() => renewed.length > 0)
  assert.deepEqual(renewed, [{ kind: 'registered', registered: 2, leftOut: 0 }])
  await second.stop()
  await assert.rejects(peer.end(never))
  await startIndexServer(t, port)
  assert.deepEqual(await peer.end(never), { kind: 'ended', wasKnown: false })
  assert.deepEqual(await peer.end(never), { kind: 'notRegistered' })
})

test('a port that somebody else registered on this address is left to them', async t => {
  const server = await startIndexServer(t)
  const outsider = await UdpClient.open(t, server.endpoint.port)
  const { peer, folder } = await startPeer(t, server.endpoint.port)
  await writePicture(folder, 'a.png', 1)
  await peer.update(never)
  const taken = peer.endpoint.port
  await outsider.ask(`REG theirs ${taken} ${'0'.repeat(32)},theirs.png`)
  assert.equal((await peer.register(never)).kind, 'registered')
  assert.notEqual(peer.endpoint.port, taken)
  const listing = await outsider.ask('LST')
  assert.match(
    listing,
    new RegExp(`theirs\\.png,127\\.0\\.0\\.1:${taken};.*a\\.png,127\\.0\\.0\\.1:${peer.endpoint.port}$`),
  )
})

test('peers fetch from each other, from an owner that has it rather than from themselves', async t => {
  const server = await startIndexServer(t)
  const one = await startPeer(t, server.endpoint.port)
  const two = await startPeer(t, server.endpoint.port)
  const image = await writePicture(one.folder, 'a.png', 1)
  await writePicture(two.folder, 'b.png', 2)
  for (const { peer } of [one, two]) {
    await peer.update(never)
    await peer.register(never)
  }
  const observer = { onBytes: () => {}, onFailedAttempt: () => {} }
  const a = (await two.peer.page({}, never)).images.find(({ name }) => name === 'a.png')
  assert.ok(a !== undefined)
  const saved = await two.peer.transfers.fetch(a, observer, never)
  assert.equal(saved.digest, md5(image))
  await until(() => two.renewed.length > 0)
  // Now both own it; two is asked for its own copy only when nobody else has it.
  const again = (await one.peer.page({}, never)).images.find(({ name }) => name === 'a.png')
  assert.equal(again?.owners.length, 2)
  assert.ok(again !== undefined)
  assert.equal(
    (await one.peer.transfers.fetch(again, observer, never)).owner,
    `127.0.0.1:${two.peer.endpoint.port}`,
  )
  await until(() => one.served.length === 1 && two.served.length === 1)
})

test('200 askers at once, slow ones among them, all get the image', async t => {
  const server = await startIndexServer(t)
  const { peer, folder } = await startPeer(t, server.endpoint.port)
  const image = await writePicture(folder, 'a.png', 1, 'png', 300)
  await peer.update(never)
  const ask = (slow: boolean) =>
    new Promise<Buffer>((resolve, reject) => {
      const chunks: Buffer[] = []
      const socket = connect(peer.endpoint.port, '127.0.0.1')
      socket.on('data', chunk => {
        chunks.push(chunk)
        if (slow) {
          socket.pause()
          setTimeout(() => socket.resume(), 5)
        }
      })
      socket.on('error', reject)
      socket.on('end', () => resolve(Buffer.concat(chunks)))
      socket.write(`GET ${md5(image)}\r\n`)
    })
  const answers = await Promise.all(Array.from({ length: 200 }, (_, index) => ask(index % 5 === 0)))
  for (const answer of answers) assert.ok(answer.equals(image))
})

test('nothing but the shared images is given', async t => {
  const server = await startIndexServer(t)
  const { peer, folder } = await startPeer(t, server.endpoint.port)
  await writePicture(folder, 'a.png', 1)
  const unknown = await picture(99)
  await peer.update(never)
  for (const request of [`GET ${md5(unknown)}`, 'GET ../a.png', 'GET a.png', 'HELLO', '']) {
    const answer = await new Promise<number>(resolve => {
      let bytes = 0
      const socket = connect(peer.endpoint.port, '127.0.0.1')
      socket.on('data', chunk => {
        bytes += chunk.length
      })
      socket.on('error', () => {})
      socket.on('close', () => resolve(bytes))
      socket.end(request)
    })
    assert.equal(answer, 0, request)
  }
  for (const path of [
    '/',
    '/a.png',
    '/images/a.png',
    '/images/../a.png',
    '/%2e%2e/a.png',
    `/images/${md5(unknown)}`,
  ]) {
    const { status, headers } = await fetch(`http://127.0.0.1:${peer.endpoint.port}${path}`)
    assert.equal(status, 404, path)
    assert.equal(headers.get('content-type'), 'application/problem+json', path)
  }
})

test('a peer gives previews of its pictures, and the index server is told their placeholders and likenesses', async t => {
  const server = await startIndexServer(t)
  const { peer, folder } = await startPeer(t, server.endpoint.port)
  const image = await writePicture(folder, 'a.jpg', 1, 'jpeg', 200)
  await peer.update(never)
  await peer.register(never)
  const preview = await peer.preview(md5(image), 64, never)
  assert.ok(preview.kind === 'image')
  assert.equal(preview.bytes.toString('latin1', 8, 12), 'WEBP')
  await until(async () => (await peer.image(md5(image), never))?.details?.placeholder !== undefined)
  const like = await peer.likenessOfFile(join(folder, 'a.jpg'), never)
  assert.ok(like.kind === 'known')
  assert.equal((await peer.image(md5(image), never))?.details.likeness, like.likeness)
})
