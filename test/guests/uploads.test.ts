import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { Failure } from '../../src/base/failure.ts'
import { DEFAULT_GUEST_LIMITS, type UploadAllowance } from '../../src/guests/guest-limits.ts'
import { GuestServer } from '../../src/guests/guest-server.ts'
import { ask, bring, type Hosted, hostGuests } from '../support/guests.ts'
import { picture, writePicture } from '../support/pictures.ts'
import { until } from '../support/until.ts'

const nothing = async () => {}
const uploads = { isShared: false }

function allowing(changes: Partial<UploadAllowance>) {
  return { ...DEFAULT_GUEST_LIMITS, uploads: { ...DEFAULT_GUEST_LIMITS.uploads, ...changes } }
}

async function broughtTo({ directory }: Hosted): Promise<string[]> {
  return (await readdir(join(directory, 'guests'))).sort()
}

test('a picture that a guest brings lies in the guests’ folder byte for byte, and is not shared', async t => {
  const host = await hostGuests(t, nothing, { uploads })
  const bytes = await picture(1, 'jpeg', 300)
  const answer = await bring(host, 'Été 😀.jpg', bytes)
  assert.equal(answer.status, 201)
  assert.deepEqual(JSON.parse(answer.text), { kind: 'new', name: 'Été 😀.jpg' })
  assert.deepEqual(await readFile(join(host.directory, 'guests', 'Été 😀.jpg')), bytes)
  assert.deepEqual(JSON.parse((await bring(host, 'again.jpg', bytes)).text), { kind: 'known' })
  const other = await picture(2, 'jpeg')
  assert.equal(JSON.parse((await bring(host, 'Été 😀.jpg', other)).text).name, 'Été 😀_downloaded.jpg')
  assert.deepEqual(await broughtTo(host), ['Été 😀.jpg', 'Été 😀_downloaded.jpg'].sort())
  assert.equal(host.peer.imageCount, 0)
  assert.deepEqual(host.faults, [])
})

test('guests who bring the same picture at once bring it once', async t => {
  const host = await hostGuests(t, nothing, { uploads })
  const bytes = await picture(3, 'jpeg', 300)
  const names = Array.from({ length: 3 }, (_, guest) => `${guest}.jpg`)
  const answers = await Promise.all(names.map(name => bring(host, name, bytes)))
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 200, 201])
  assert.equal((await broughtTo(host)).length, 1)
})

test('where subfolders are shared, what guests bring is seen by all', async t => {
  const host = await hostGuests(t, nothing, { uploads: { isShared: true }, recursive: true })
  assert.equal((await bring(host, 'a.png', await picture(1))).status, 201)
  await until(() => host.peer.imageCount === 1)
  await until(async () => (await ask(host, host.base)).text.includes('a.png'))
})

test('what comes from another page, or from none, is refused', async t => {
  const host = await hostGuests(t, nothing, { uploads })
  const bytes = await picture(1)
  for (const Origin of [
    'http://evil.example',
    'null',
    `https://127.0.0.1:${host.port}`,
    'http://127.0.0.1',
    '',
  ])
    assert.equal((await bring(host, 'a.png', bytes, { Origin })).status, 403, Origin)
  const path = `${host.base}pictures?name=a.png`
  assert.equal((await ask(host, path, { method: 'POST', body: bytes })).status, 403)
  const wrong = { port: host.port, base: '/aaaaaaaaaa/' }
  assert.equal((await bring(wrong, 'a.png', bytes)).status, 404)
  assert.deepEqual(await broughtTo(host), [])
})

test('nothing is taken where nothing is to be brought', async t => {
  const host = await hostGuests(t, nothing)
  const { status, text } = await bring(host, 'a.png', await picture(1))
  assert.deepEqual([status, JSON.parse(text)], [403, { problem: 'uploadsOff' }])
  assert.deepEqual(await readdir(host.directory), [])
})

test('the content says what is a picture, not the name', async t => {
  const host = await hostGuests(t, nothing, { uploads })
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
  for (const [name, bytes] of [
    ['a.png', svg],
    ['a.jpg', Buffer.from('<!doctype html><script>alert(1)</script>')],
    ['a.png', Buffer.alloc(0)],
    ['a.png', Buffer.alloc(100_000)],
  ] as const) {
    const { status, text } = await bring(host, name, bytes)
    assert.deepEqual([status, JSON.parse(text)], [415, { problem: 'noPicture' }])
  }
  assert.equal(JSON.parse((await bring(host, 'evil.html', await picture(1))).text).name, 'evil.html.png')
  assert.deepEqual(await broughtTo(host), ['evil.html.png'])
})

test('a name that leaves the folder is refused, and an odd one made safe', async t => {
  const host = await hostGuests(t, nothing, { uploads })
  const bytes = await picture(1)
  for (const name of ['../a.png', '..', 'a/b.png', 'a\\b.png', 'C:a.png', 'a\0.png', '', ' ', '/etc/passwd'])
    assert.deepEqual(JSON.parse((await bring(host, name, bytes)).text), { problem: 'badName' }, name)
  assert.equal(JSON.parse((await bring(host, '.hidden:\u202epng', bytes)).text).name, '_hidden__png')
  assert.deepEqual(await broughtTo(host), ['_hidden__png'])
})

test('what is too large, without a length, or cut off leaves nothing behind', async t => {
  const bytes = await picture(1, 'png', 200)
  const host = await hostGuests(t, nothing, { uploads, limits: allowing({ fileBytes: bytes.length - 1 }) })
  assert.equal((await bring(host, 'a.png', bytes)).status, 413)
  const chunked = { 'Transfer-Encoding': 'chunked' }
  const Origin = `http://127.0.0.1:${host.port}`
  const path = `${host.base}pictures?name=a.png`
  assert.equal(
    (await ask(host, path, { method: 'POST', headers: { Origin, ...chunked }, body: bytes })).status,
    411,
  )
  const socket = connect(host.port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${host.port}\r\nOrigin: ${Origin}\r\nContent-Length: 20000\r\n\r\n`,
  )
  socket.write(bytes.subarray(0, 9000))
  await until(async () => (await broughtTo(host)).length === 1)
  socket.destroy()
  await until(async () => (await broughtTo(host)).length === 0)
})

test('one guest brings only so much, and all together', async t => {
  const pictures = await Promise.all([1, 2, 3].map(seed => picture(seed)))
  const host = await hostGuests(t, nothing, { uploads, limits: allowing({ filesPerAddress: 2 }) })
  const statuses: number[] = []
  for (const bytes of pictures) statuses.push((await bring(host, 'a.png', bytes)).status)
  assert.deepEqual(statuses, [201, 201, 429])
  const small = await hostGuests(t, nothing, { uploads, limits: allowing({ bytes: 10 }) })
  assert.equal((await bring(small, 'a.png', pictures[0] ?? Buffer.alloc(0))).status, 429)
})

test('a full disk is said to be full', async t => {
  const space = {
    take: async () => {
      throw new Failure('diskFull', { directory: '', freeBytes: 0 })
    },
  }
  const host = await hostGuests(t, nothing, { uploads, space })
  const { status, text } = await bring(host, 'a.png', await picture(1))
  assert.deepEqual([status, JSON.parse(text)], [507, { problem: 'diskFull' }])
  assert.deepEqual(await broughtTo(host), [])
})

test('what a kill left is gone after the next start, and a stop leaves nothing', async t => {
  const host = await hostGuests(t, nothing, { uploads })
  await writeFile(join(host.directory, 'guests', '.imagep2p-guest-1.part'), 'left')
  await writePicture(join(host.directory, 'guests'), 'kept.png', 1)
  const next = await GuestServer.start({
    ...{ peer: host.peer, host: '127.0.0.1', port: 0, uploads },
    onFault: fault => assert.fail(String(fault)),
  })
  t.after(() => next.stop())
  assert.deepEqual(await broughtTo(host), ['kept.png'])
  const port = next.endpoint.port
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  const base = new URL(next.addresses[0] ?? '').pathname
  socket.write(
    `POST ${base}pictures?name=b.png HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: http://127.0.0.1:${port}\r\nContent-Length: 90000\r\n\r\n`,
  )
  socket.write((await picture(2)).subarray(0, 5000))
  await until(async () => (await broughtTo(host)).length === 2)
  await next.stop()
  assert.deepEqual(await broughtTo(host), ['kept.png'])
})
