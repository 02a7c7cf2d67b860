import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { truncate, writeFile } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { type FileChanges, FileSender, type Pace } from '../../src/transport/file-sender.ts'
import { loadSendFile } from '../../src/transport/linux-send-file.ts'
import { RequestConnection } from '../../src/transport/request-connection.ts'
import { md5 } from '../support/md5.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const NO_LIMIT: Pace = { isLimited: false, take: () => undefined }
const CONTENT = randomBytes(12_345_678)

interface Pair {
  readonly connection: RequestConnection
  readonly reader: Socket
}

async function socketPair(t: TestContext): Promise<Pair> {
  const server = createServer({ allowHalfOpen: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  assert.ok(bound !== null && typeof bound === 'object')
  const reader = connect(bound.port, '127.0.0.1')
  const [socket] = (await once(server, 'connection')) as [Socket]
  socket.on('error', () => {})
  reader.on('error', () => {})
  t.after(() => {
    socket.destroy()
    reader.destroy()
    server.close()
  })
  return { connection: new RequestConnection(socket, 0), reader }
}

async function openContent(t: TestContext): Promise<{ fd: number; path: string }> {
  const path = join(await temporaryFolder(t), 'content')
  await writeFile(path, CONTENT)
  const fd = openSync(path, 'r')
  t.after(() => closeSync(fd))
  return { fd, path }
}

async function read(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const sendFile = await loadSendFile()
const ways = [
  { name: 'in pieces', sender: new FileSender(undefined) },
  ...(sendFile === undefined ? [] : [{ name: 'by sendfile', sender: new FileSender(sendFile) }]),
]

for (const { name, sender } of ways) {
  test(`every range arrives as it is, ${name}`, async t => {
    const { fd } = await openContent(t)
    for (const [start, end] of [
      [0, CONTENT.length],
      [0, 0],
      [0, 1],
      [CONTENT.length - 1, CONTENT.length],
      [5_000_001, 5_100_003],
    ] as const) {
      const { connection, reader } = await socketPair(t)
      const arrived = read(reader)
      connection.socket.write('head')
      assert.ok(await sender.send(connection, { fd, start, end }, NO_LIMIT))
      connection.end()
      const bytes = await arrived
      assert.equal(bytes.toString('latin1', 0, 4), 'head')
      assert.equal(md5(bytes.subarray(4)), md5(CONTENT.subarray(start, end)))
    }
  })

  test(`what is changed never goes out as it stands in the file, ${name}`, async t => {
    const { fd } = await openContent(t)
    // A stretch in one piece, one over several pieces, and one at the very end.
    const stretches = [
      { start: 70_000, end: 70_007 },
      { start: 3_000_000, end: 3_200_001 },
      { start: CONTENT.length - 1, end: CONTENT.length },
    ]
    const changes: FileChanges = {
      next: at => stretches.find(({ end }) => end > at),
      apply(bytes, at) {
        for (const { start, end } of stretches)
          bytes.subarray(Math.max(0, start - at), Math.max(0, end - at)).fill(0)
      },
    }
    const changed = Buffer.from(CONTENT)
    changes.apply(changed, 0)
    const around = stretches.flatMap(({ start, end }) => [start, end])
    const places = around.flatMap(place => [-9, -8, -2, -1, 0, 1, 2].map(by => place + by))
    const ranges = [0, ...places.filter(place => place <= CONTENT.length)].flatMap(start =>
      [1, 8, 9, 80_000].map(length => ({ start, end: Math.min(start + length, CONTENT.length) })),
    )
    const { connection, reader } = await socketPair(t)
    const arrived = read(reader)
    const wanted: Buffer[] = []
    for (const { start, end } of [...ranges, { start: 0, end: CONTENT.length }]) {
      wanted.push(changed.subarray(start, end))
      assert.ok(await sender.send(connection, { fd, start, end, changes }, NO_LIMIT))
    }
    connection.end()
    const bytes = await arrived
    for (let at = 0; wanted.length > 0; ) {
      const range = wanted.shift() ?? assert.fail()
      assert.ok(range.equals(bytes.subarray(at, at + range.length)))
      at += range.length
    }
  })

  test(`a reader who stops for a while gets everything, ${name}`, async t => {
    const { fd } = await openContent(t)
    const { connection, reader } = await socketPair(t)
    const sending = sender.send(connection, { fd, start: 0, end: CONTENT.length }, NO_LIMIT)
    await wait(30)
    const arrived = read(reader)
    assert.ok(await sending)
    connection.end()
    assert.equal(md5(await arrived), md5(CONTENT))
  })

  test(`a file that became shorter is told, ${name}`, async t => {
    const { fd, path } = await openContent(t)
    const { connection, reader } = await socketPair(t)
    reader.resume()
    await truncate(path, 100)
    assert.equal(await sender.send(connection, { fd, start: 0, end: CONTENT.length }, NO_LIMIT), false)
  })

  test(`a reader who leaves ends it, ${name}`, async t => {
    const { fd } = await openContent(t)
    const { connection, reader } = await socketPair(t)
    const sending = sender.send(connection, { fd, start: 0, end: CONTENT.length }, NO_LIMIT)
    reader.resetAndDestroy()
    assert.equal(await sending.catch(() => false), false)
  })

  test(`a pace holds it back between small pieces, ${name}`, async t => {
    const { fd } = await openContent(t)
    const { connection, reader } = await socketPair(t)
    const arrived = read(reader)
    let taken = 0
    let isWaiting = false
    const pace: Pace = {
      isLimited: true,
      take(bytes) {
        assert.equal(isWaiting, false)
        assert.ok(bytes > 0 && bytes <= 65_536)
        taken += bytes
        isWaiting = true
        return Promise.resolve().then(() => {
          isWaiting = false
        })
      },
    }
    assert.ok(await sender.send(connection, { fd, start: 10, end: 1_000_010 }, pace))
    connection.end()
    assert.equal(taken, 1_000_000)
    assert.equal(md5(await arrived), md5(CONTENT.subarray(10, 1_000_010)))
  })
}

test('where there is no sendfile, there is none', async () => {
  assert.equal(await loadSendFile({ platform: 'darwin', arch: 'x64' }), undefined)
  assert.equal(await loadSendFile({ platform: 'linux', arch: 'ia32' }), undefined)
  assert.equal(await loadSendFile(process, () => Promise.reject(new Error('not installed'))), undefined)
})
