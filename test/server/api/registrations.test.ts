import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { MAX_LINE_BYTES, RegistrationState } from '../../../src/protocol/catalog-api.ts'
import type { Digest } from '../../../src/protocol/digest.ts'
import { checkOf } from '../../../src/protocol/shape.ts'
import type { ProblemCode } from '../../../src/server/api/problems.ts'
import { SLICE_ENTRIES } from '../../../src/server/api/read-list.ts'
import { InMemoryIndexState } from '../../support/in-memory-index-state.ts'
import { until } from '../../support/until.ts'
import { asDigest } from '../../support/wire-arbitraries.ts'
import { assertProblem, listHeaders, NDJSON_TYPE, ndjson, type Serving, serve } from './serving.ts'

const a = asDigest('0cc175b9c0f1b6a831c399e269772661')
const b = asDigest('92eb5ffee6ae2fec3ad71c777531578f')
const c = asDigest('4a8a08f09d37b73795649038408b5f33')
const A = { md5: a, name: 'a.png' }
const B = { md5: b, name: 'b.png' }
const C = { md5: c, name: 'c.png' }
const NOBODY = { loopbackAs: undefined }

function send(
  { ask }: Serving,
  method: 'PUT' | 'POST',
  path: string,
  body: string | Uint8Array<ArrayBuffer> | undefined,
  headers: Record<string, string> = listHeaders(),
): Promise<Response> {
  return ask(`/v1/registrations/${path}`, { method, headers, ...(body === undefined ? {} : { body }) })
}

async function assertStanding(response: Response, images: number): Promise<void> {
  assert.equal(response.status, 200)
  const standing: unknown = await response.json()
  assert.ok(checkOf(RegistrationState).accepts(standing), JSON.stringify(standing))
  assert.equal(standing.images, images)
}

function listed(state: InMemoryIndexState, ...digests: Digest[]): boolean[] {
  return digests.map(digest => state.image(digest, NOBODY) !== undefined)
}

test('a list registers, replaces, is added to and taken from, renewed and ended', async t => {
  const serving = await serve(t)
  const { ask, state } = serving
  await assertStanding(await send(serving, 'PUT', '5001/images', ndjson([A, B])), 2)
  assert.deepEqual(state.image(a, NOBODY)?.owners, ['127.0.0.1:5001'])

  await assertStanding(await send(serving, 'PUT', '5001/images', ndjson([B, C])), 2)
  assert.deepEqual(listed(state, a, b, c), [false, true, true])

  await assertStanding(await send(serving, 'POST', '5001/images', ndjson([A, B])), 3)
  await assertStanding(await send(serving, 'POST', '5001/removals', ndjson([{ md5: b }, { md5: b }])), 2)
  assert.deepEqual(listed(state, a, b, c), [true, false, true])

  const authorization = 'Bearer pw'
  const renewed = await ask('/v1/registrations/5001/lease', { method: 'PUT', headers: { authorization } })
  await assertStanding(renewed, 2)

  const ended = await ask('/v1/registrations/5001', { method: 'DELETE', headers: { authorization } })
  assert.deepEqual([ended.status, await ended.text()], [204, ''])
  assert.deepEqual(state.counts(), { images: 0, registrations: 0, holdings: 0 })
})

test('everything that is known of an image is registered with it', async t => {
  const serving = await serve(t)
  const details = {
    bytes: 5_000_000,
    width: 4000,
    height: 3000,
    format: 'jpeg',
    taken: 1_700_000_000,
    sha256: a + b,
    placeholder: 'AAAA',
    likeness: 'c0ffee0123456789',
  }
  await send(serving, 'PUT', '5001/images', ndjson([{ ...A, ...details }]))
  assert.deepEqual(serving.state.image(a, NOBODY), {
    ...A,
    owners: ['127.0.0.1:5001'],
    ownerCount: 1,
    ...details,
  })
})

test('an empty list registers nobody’s images, and replaces all of them', async t => {
  const serving = await serve(t)
  await assertStanding(await send(serving, 'PUT', '5001/images', ndjson([A])), 1)
  await assertStanding(await send(serving, 'PUT', '5001/images', ''), 0)
  await assertStanding(await send(serving, 'PUT', '5001/images', '\n\r\n'), 0)
  assert.equal(serving.state.counts().registrations, 1)
})

test('what is acknowledged was committed before', async t => {
  let committedAt = 0
  class Counting extends InMemoryIndexState {
    changes = 0
    override addImages(...given: Parameters<InMemoryIndexState['addImages']>) {
      this.changes += 1
      return super.addImages(...given)
    }
    override commit(): void {
      committedAt = this.changes
      super.commit()
    }
  }
  const state = new Counting()
  const serving = await serve(t, { state })
  await send(serving, 'PUT', '5001/images', '')
  const entries = Array.from({ length: SLICE_ENTRIES * 3 }, (_, number) => ({
    md5: number.toString(16).padStart(32, '0'),
    name: `${number}.png`,
  }))
  const before = state.commits
  await assertStanding(await send(serving, 'POST', '5001/images', ndjson(entries)), entries.length)
  assert.deepEqual([state.changes, committedAt], [3, 3])
  assert.ok(state.commits >= before + 3, 'once for each slice')
})

test('200,000 images are registered, replaced and taken off, one request each', async t => {
  const serving = await serve(t)
  const count = 200_000
  const lines = (from: number, line: (md5: string, number: number) => string): ReadableStream<Uint8Array> => {
    let number = from
    return new ReadableStream({
      pull: controller => {
        let text = ''
        for (let end = number + 1000; number < end; number += 1) {
          text += line(number.toString(16).padStart(32, '0'), number)
        }
        controller.enqueue(Buffer.from(text))
        if (number === from + count) controller.close()
      },
    })
  }
  const entryLine = (md5: string, number: number) => `{"md5":"${md5}","name":"IMG_${number}.jpg"}\n`
  const stream = (method: string, path: string, body: ReadableStream<Uint8Array>) =>
    serving.ask(`/v1/registrations/5001/${path}`, {
      method,
      headers: listHeaders(),
      body,
      duplex: 'half',
    } as RequestInit)
  await assertStanding(await stream('PUT', 'images', lines(0, entryLine)), count)
  await assertStanding(await stream('PUT', 'images', lines(count / 2, entryLine)), count)
  const removals = lines(count / 2, md5 => `{"md5":"${md5}"}\n`)
  await assertStanding(await stream('POST', 'removals', removals), 0)
  assert.equal(serving.state.counts().images, 0)
})

test('a list is taken a byte at a time, however it is cut', async t => {
  const { open, state } = await serve(t)
  const connection = await open()
  const body = Buffer.from(`${JSON.stringify({ ...A, name: 'ä.png' })}\r\n\r\n${JSON.stringify(B)}`)
  connection.write(
    `PUT /v1/registrations/5001/images HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer pw\r\nContent-Type: application/x-ndjson\r\nContent-Length: ${body.length}\r\n\r\n`,
  )
  for (const byte of body) {
    connection.write(Buffer.of(byte))
    await turn()
  }
  await connection.until('{"images":2,"leaseSeconds":120}')
  assert.equal(state.image(a, NOBODY)?.name, 'ä.png')
})

test('who asks before sending a long list is told to go on', async t => {
  const { open } = await serve(t)
  const connection = await open()
  const body = ndjson([A])
  connection.write(
    `PUT /v1/registrations/5001/images HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nAuthorization: Bearer pw\r\nContent-Type: application/x-ndjson\r\nContent-Length: ${body.length}\r\n\r\n`,
  )
  await connection.until('HTTP/1.1 100 Continue\r\n\r\n')
  connection.write(body)
  await connection.until('{"images":1,"leaseSeconds":120}')
})

test('a list that breaks off takes nothing off, and what came of it stays', async t => {
  const serving = await serve(t)
  const { state } = serving
  await send(serving, 'PUT', '5001/images', ndjson([A]))
  const entries = Array.from({ length: SLICE_ENTRIES }, (_, number) => ({
    md5: number.toString(16).padStart(32, '0'),
    name: `${number}.png`,
  }))
  const body = ndjson(entries)
  const connection = await serving.open()
  connection.write(
    `PUT /v1/registrations/5001/images HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer pw\r\nContent-Type: application/x-ndjson\r\nContent-Length: ${body.length + 10}\r\n\r\n${body}`,
  )
  await until(() => state.counts().images === entries.length + 1)
  connection.socket.destroy()
  await connection.closed
  // The same port is answered on, so the server has seen the end of the other.
  await assertStanding(await send(serving, 'POST', '5001/images', ''), entries.length + 1)
  assert.deepEqual(listed(state, a), [true])
})

test('a chunked list without its last chunk takes nothing off either', async t => {
  const serving = await serve(t)
  await send(serving, 'PUT', '5001/images', ndjson([A]))
  const connection = await serving.open()
  const line = ndjson([B])
  connection.write(
    `PUT /v1/registrations/5001/images HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer pw\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n${line.length.toString(16)}\r\n${line}\r\n`,
  )
  connection.socket.end()
  await connection.closed
  assert.deepEqual(listed(serving.state, a), [true])
})

test('a line that is wrong is named; what came before it was taken, and nothing is taken off', async t => {
  const serving = await serve(t)
  const { state } = serving
  await send(serving, 'PUT', '5001/images', ndjson([A]))
  for (const [method, path] of [
    ['PUT', '5001/images'],
    ['POST', '5001/images'],
  ] as const) {
    const response = await send(serving, method, path, `${ndjson([B])}\n{"md5":"${c}","name":"c;png"}\n`)
    const problem = await assertProblem(response, 'badLine')
    assert.equal(problem.line, 3)
    assert.match(problem.detail, /“name” holds a semicolon/)
    assert.deepEqual(listed(state, a, b, c), [true, true, false])
    await send(serving, 'POST', '5001/removals', ndjson([{ md5: b }]))
  }
  const response = await send(serving, 'POST', '5001/removals', `${ndjson([{ md5: a }])}x`)
  assert.equal((await assertProblem(response, 'badLine')).line, 2)
  assert.deepEqual(listed(state, a), [false])
})

test('an answer comes although the rest of the list is still on its way, and the connection goes on', async t => {
  const { open, state } = await serve(t)
  const connection = await open()
  connection.write(
    'POST /v1/registrations/5001/images HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer pw\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n',
  )
  await connection.until('urn:imagep2p:problem:refusedPassword')
  for (let chunks = 0; chunks < 20; chunks += 1) connection.write('5\r\nhello\r\n')
  connection.write('0\r\n\r\nGET /v1/counts HTTP/1.1\r\nHost: x\r\n\r\n')
  await connection.until('{"images":0,"registrations":0,"holdings":0}')
  assert.equal(state.counts().registrations, 0)
})

test('who goes on sending what nobody wants is cut', async t => {
  const { open } = await serve(t, { limits: { lingerMs: 30 } })
  const connection = await open()
  connection.write(
    'POST /v1/registrations/5001/images HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer pw\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n',
  )
  await connection.until('urn:imagep2p:problem:refusedPassword')
  const sending = setInterval(() => connection.write('5\r\nhello\r\n'), 1)
  t.after(() => clearInterval(sending))
  await connection.closed
})

const passwords: Record<string, readonly [authorization: string | undefined, code: ProblemCode]> = {
  'none at all': [undefined, 'missingPassword'],
  'another scheme': ['Basic cHc6cHc=', 'malformedPassword'],
  nothing: ['Bearer', 'malformedPassword'],
  'an empty one': ['Bearer ', 'malformedPassword'],
  'two words': ['Bearer a b', 'malformedPassword'],
  'encoded white space': ['Bearer a%20b', 'malformedPassword'],
  'a wrong escape': ['Bearer a%2', 'malformedPassword'],
  'escapes that are no UTF-8': ['Bearer %ff', 'malformedPassword'],
  'one that is too long': [`Bearer ${'x'.repeat(257)}`, 'malformedPassword'],
  'another than the registration’s': ['Bearer other', 'refusedPassword'],
}
for (const [what, [authorization, code]] of Object.entries(passwords)) {
  test(`a password is not taken: ${what}`, async t => {
    const serving = await serve(t)
    await send(serving, 'PUT', '5001/images', ndjson([A]))
    const headers = { ...NDJSON_TYPE, ...(authorization === undefined ? {} : { authorization }) }
    const answers = [
      await send(serving, 'PUT', '5001/images', ndjson([B]), headers),
      await send(serving, 'POST', '5001/images', ndjson([B]), headers),
      await send(serving, 'POST', '5001/removals', ndjson([{ md5: a }]), headers),
      await serving.ask('/v1/registrations/5001/lease', {
        method: 'PUT',
        headers: authorization === undefined ? {} : { authorization },
      }),
      await serving.ask('/v1/registrations/5001', {
        method: 'DELETE',
        headers: authorization === undefined ? {} : { authorization },
      }),
    ]
    for (const answer of answers) {
      await assertProblem(answer, code)
      assert.equal(answer.headers.has('www-authenticate'), answer.status === 401)
    }
    assert.deepEqual(listed(serving.state, a, b), [true, false])
  })
}

test('a password may hold whatever a datagram may carry', async t => {
  const serving = await serve(t)
  for (const password of ['p%w', 'pä🔑', 'x'.repeat(256), 'a;b,c\'d"', '\u0000']) {
    await assertStanding(await send(serving, 'PUT', '5001/images', '', listHeaders(password)), 0)
    const headers = { authorization: `bEARER  ${encodeURIComponent(password)}` }
    const ended = await serving.ask('/v1/registrations/5001', { method: 'DELETE', headers })
    assert.equal(ended.status, 204)
  }
})

test('who is not registered can neither add, nor take off, nor renew, nor end', async t => {
  const serving = await serve(t)
  await assertProblem(await send(serving, 'POST', '5001/images', ndjson([A])), 'refusedPassword')
  await assertProblem(await send(serving, 'POST', '5001/removals', ndjson([{ md5: a }])), 'refusedPassword')
  const headers = { authorization: 'Bearer pw' }
  const lease = await serving.ask('/v1/registrations/5001/lease', { method: 'PUT', headers })
  await assertProblem(lease, 'refusedPassword')
  const end = await serving.ask('/v1/registrations/5001', { method: 'DELETE', headers })
  await assertProblem(end, 'refusedPassword')
  assert.deepEqual(serving.state.counts(), { images: 0, registrations: 0, holdings: 0 })
})

for (const port of ['0', '65536', '-1', '5001.5', '05001', '5e3', '0x50', '%20', 'abc', '99999']) {
  test(`a registration has a port from 1 to 65535, not ${port}`, async t => {
    const serving = await serve(t)
    await assertProblem(await send(serving, 'PUT', `${port}/images`, ndjson([A])), 'badParameter')
    assert.equal(serving.state.counts().registrations, 0)
  })
}

test('registrations are told apart by their port, and 1 and 65535 are ports', async t => {
  const serving = await serve(t)
  for (const port of [1, 65_535]) {
    await assertStanding(
      await send(serving, 'PUT', `${port}/images`, ndjson([A]), listHeaders(`pw${port}`)),
      1,
    )
  }
  assert.deepEqual(serving.state.image(a, NOBODY)?.owners, ['127.0.0.1:1', '127.0.0.1:65535'])
})

test('a body that is no list is not taken for an empty one', async t => {
  const serving = await serve(t)
  await send(serving, 'PUT', '5001/images', ndjson([A]))
  const { 'content-type': _, ...untyped } = listHeaders()
  for (const [body, headers] of [
    [undefined, untyped],
    [Buffer.from(ndjson([B])), untyped],
    [ndjson([B]), { ...untyped, 'content-type': 'application/json' }],
    [ndjson([B]), { ...untyped, 'content-type': 'text/plain' }],
    [ndjson([B]), { ...untyped, 'content-type': 'nonsense' }],
  ] as const) {
    await assertProblem(await send(serving, 'PUT', '5001/images', body, headers), 'unsupportedMediaType')
  }
  const zipped = { ...listHeaders(), 'content-encoding': 'gzip' }
  await assertProblem(
    await send(serving, 'PUT', '5001/images', ndjson([B]), zipped),
    'unsupportedContentEncoding',
  )
  assert.deepEqual(listed(serving.state, a, b), [true, false])
  const typed = { ...untyped, 'content-type': 'Application/X-NDJSON; charset=utf-8' }
  await assertStanding(await send(serving, 'PUT', '5001/images', ndjson([B]), typed), 1)
})

test('what has no room is a problem of its own, and changes nothing', async t => {
  const state = new InMemoryIndexState({ registrations: 1, images: 2 })
  const serving = await serve(t, { state })
  await assertStanding(await send(serving, 'PUT', '5001/images', ndjson([A, B])), 2)
  await assertProblem(await send(serving, 'PUT', '5002/images', ndjson([A])), 'tooManyRegistrations')
  await assertProblem(await send(serving, 'POST', '5001/images', ndjson([C])), 'tooManyImages')
  await assertProblem(await send(serving, 'PUT', '5001/images', ndjson([C])), 'tooManyImages')
  assert.deepEqual(listed(state, a, b, c), [true, true, false])
})

test('a list that is too long for one request is taken as far as it may be', async t => {
  const serving = await serve(t, { limits: { entriesPerRequest: 2, linesPerRequest: 4 } })
  const tooMany = await send(serving, 'PUT', '5001/images', ndjson([A, B, C]))
  assert.equal((await assertProblem(tooMany, 'tooManyEntries')).line, 3)
  assert.deepEqual(listed(serving.state, a, b, c), [true, true, false])
  await assertStanding(await send(serving, 'POST', '5001/images', ndjson([C])), 3)
  const tooManyLines = await send(serving, 'POST', '5001/images', '\n\n\n\n\n')
  assert.equal((await assertProblem(tooManyLines, 'tooManyLines')).line, 5)
})

test('a line that is too long is refused when it is, not when it ends', async t => {
  const { open } = await serve(t)
  const connection = await open()
  connection.write(
    `PUT /v1/registrations/5001/images HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer pw\r\nContent-Type: application/x-ndjson\r\nContent-Length: 1000000\r\n\r\n${'x'.repeat(MAX_LINE_BYTES + 1)}`,
  )
  await connection.until('"line":1}')
})

test('a registration that ends while its list is being sent takes no more', async t => {
  const serving = await serve(t)
  const { state } = serving
  await send(serving, 'PUT', '5001/images', '')
  const connection = await serving.open()
  const entries = Array.from({ length: SLICE_ENTRIES }, (_, number) => ({
    md5: number.toString(16).padStart(32, '0'),
    name: `${number}.png`,
  }))
  const first = ndjson(entries)
  const second = ndjson([A])
  connection.write(
    `PUT /v1/registrations/5001/images HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer pw\r\nContent-Type: application/x-ndjson\r\nContent-Length: ${first.length + second.length}\r\n\r\n${first}`,
  )
  await until(() => state.counts().images === entries.length)
  const headers = { authorization: 'Bearer pw' }
  assert.equal((await serving.ask('/v1/registrations/5001', { method: 'DELETE', headers })).status, 204)
  connection.write(second)
  await connection.until('urn:imagep2p:problem:refusedPassword')
  assert.deepEqual(state.counts(), { images: 0, registrations: 0, holdings: 0 })
})

test('lists of one address that are sent at once are bounded, and a place is free again afterwards', async t => {
  const serving = await serve(t, { limits: { listsPerAddress: 1 } })
  const connection = await serving.open()
  const body = ndjson([A])
  connection.write(
    `PUT /v1/registrations/5001/images HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer pw\r\nContent-Type: application/x-ndjson\r\nContent-Length: ${body.length}\r\n\r\n`,
  )
  await until(() => serving.state.counts().registrations === 1)
  const refused = await send(serving, 'PUT', '5002/images', body)
  assert.equal(refused.headers.get('retry-after'), '2')
  await assertProblem(refused, 'tooManyListsOfAddress')
  connection.write(body)
  await connection.until('{"images":1')
  await assertStanding(await send(serving, 'PUT', '5002/images', body), 1)
})
