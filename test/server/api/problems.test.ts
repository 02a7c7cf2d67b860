import assert from 'node:assert/strict'
import { STATUS_CODES } from 'node:http'
import { test } from 'node:test'
import type { FastifyPluginAsync } from 'fastify'
import { Problem } from '../../../src/protocol/catalog-api.ts'
import { checkOf } from '../../../src/protocol/shape.ts'
import { PROBLEMS, type ProblemCode, problemHeaders, problemOf } from '../../../src/server/api/problems.ts'
import { InMemoryIndexState } from '../../support/in-memory-index-state.ts'
import { assertProblem, serve } from './serving.ts'

const codes = Object.keys(PROBLEMS) as ProblemCode[]

for (const code of codes) {
  test(`a problem says what happened and what can be done: ${code}`, () => {
    const problem = problemOf(code)
    assert.ok(checkOf(Problem).accepts(problem))
    assert.equal(problem.type, `urn:imagep2p:problem:${code}`)
    assert.ok(problem.status >= 400 && STATUS_CODES[problem.status] !== undefined)
    assert.doesNotMatch(problem.title, /\.$/)
    assert.match(problem.detail ?? '', /\.$/)
    const headers = problemHeaders(code)
    assert.equal('www-authenticate' in headers, problem.status === 401)
    assert.equal('retry-after' in headers, problem.status === 429 || problem.status === 503)
  })
}

test('what is particular to a problem comes before what can be done', () => {
  const { detail, line } = problemOf('badLine', { reason: 'The line is not JSON.', line: 3 })
  assert.equal(line, 3)
  assert.equal(detail, `The line is not JSON. ${PROBLEMS.badLine.detail}`)
})

const requests: Record<
  string,
  readonly [method: string, path: string, code: ProblemCode, init?: RequestInit]
> = {
  'a path that is none of ours': ['GET', '/nowhere', 'noSuchPath'],
  'a version that is none of ours': ['GET', '/v2/images', 'noSuchPath'],
  'a path that ends with a slash': ['GET', '/v1/images/', 'badParameter'],
  'a body for a path that is none of ours': ['POST', '/nowhere', 'noSuchPath', { body: '{}' }],
  'escapes that are wrong': ['GET', '/v1/images/%zz', 'badUrl'],
  'a part that is too long': ['GET', `/v1/images/${'a'.repeat(101)}`, 'pathTooLong'],
  'a method that the path does not know': ['DELETE', '/v1/images', 'methodNotAllowed'],
  'a body for a path that takes none': ['POST', '/v1/counts', 'methodNotAllowed', { body: '{}' }],
  'the question what others may do': ['OPTIONS', '/v1/registrations/1/images', 'methodNotAllowed'],
  'an answer in another form': ['GET', '/v1/counts', 'notAcceptable', { headers: { accept: 'text/html' } }],
  'a lease with a body': [
    'PUT',
    '/v1/registrations/1/lease',
    'unsupportedMediaType',
    { body: '{}', headers: { 'content-type': 'application/json', authorization: 'Bearer pw' } },
  ],
}
for (const [what, [method, path, code, init]] of Object.entries(requests)) {
  test(`is answered with ${code}: ${what}`, async t => {
    const { ask } = await serve(t)
    await assertProblem(await ask(path, { method, ...init }), code)
  })
}

test('a path says which methods it knows', async t => {
  const { ask } = await serve(t)
  for (const [path, allow] of [
    ['/v1/images?limit=1', 'GET, HEAD'],
    ['/v1/registrations/5001/images', 'PUT, POST'],
    ['/v1/registrations/5001/removals', 'POST'],
    ['/v1/registrations/5001/lease', 'PUT'],
    ['/v1/registrations/5001', 'DELETE'],
  ] as const) {
    const response = await ask(path, { method: 'PATCH' })
    assert.equal(response.headers.get('allow'), allow)
    await assertProblem(response, 'methodNotAllowed')
  }
})

test('a HEAD of what is not there has no body', async t => {
  const { ask } = await serve(t)
  const response = await ask('/nowhere', { method: 'HEAD' })
  assert.deepEqual([response.status, await response.text()], [404, ''])
})

const malformed: Record<string, readonly [request: string, code: ProblemCode]> = {
  nonsense: ['nonsense\r\n\r\n', 'malformedHttp'],
  'a TLS hello': ['\u0016\u0003\u0001\u0000', 'malformedHttp'],
  'the index protocol': ['REG pw 5001 0cc175b9c0f1b6a831c399e269772661,a.png', 'malformedHttp'],
  'two lengths': [
    'PUT /v1/registrations/1/images HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
    'malformedHttp',
  ],
  'a length and chunks': [
    'PUT /v1/registrations/1/images HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    'malformedHttp',
  ],
  'headers that are too large': [
    `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
    'headersTooLarge',
  ],
}
for (const [what, [request, code]] of Object.entries(malformed)) {
  test(`what is no request is answered with a problem, and the connection closed: ${what}`, async t => {
    const { open, ask } = await serve(t)
    const connection = await open()
    connection.write(request)
    await connection.closed
    const [head = '', body = ''] = connection.received.split('\r\n\r\n')
    const { status } = PROBLEMS[code]
    assert.ok(head.startsWith(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n`), head)
    assert.match(head, /\r\ncontent-type: application\/problem\+json\r\n/)
    assert.match(head, /\r\nx-content-type-options: nosniff\r\n/)
    assert.match(head, /\r\nconnection: close(\r\n|$)/)
    assert.deepEqual(JSON.parse(body), problemOf(code))
    assert.equal((await ask('/v1/counts')).status, 200)
  })
}

test('bytes that are no request do not get into an answer that is being given', async t => {
  const { open, state } = await serve(t)
  const connection = await open()
  connection.write('GET /v1/changes HTTP/1.1\r\nHost: x\r\n\r\n')
  await connection.until('retry:')
  connection.write('nonsense\r\n\r\n')
  await connection.closed
  assert.doesNotMatch(connection.received, /HTTP\/1\.1|problem/)
  assert.equal(state.watcherCount, 0)
})

test('a body that is not as long as it says is one that breaks off, and the next request is answered', async t => {
  const { open } = await serve(t)
  const connection = await open()
  connection.write(
    'PUT /v1/registrations/1/images HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer pw\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
  )
  await connection.closed
})

test('a mistake of ours is told to us, and nothing of it to the asker', async t => {
  class Failing extends InMemoryIndexState {
    override counts(): never {
      throw new Error('secret of the server')
    }
    override page(): Promise<never> {
      return Promise.reject(Object.assign(new Error('another secret'), { statusCode: 503 }))
    }
    override image(): never {
      throw 'a thing that is no error'
    }
  }
  const { ask, faults } = await serve(t, { state: new Failing() })
  for (const path of ['/v1/counts', '/v1/images', '/v1/images/0cc175b9c0f1b6a831c399e269772661']) {
    const response = await ask(path)
    const text = await response.clone().text()
    assert.doesNotMatch(text, /secret|thing/)
    await assertProblem(response, 'internalError')
  }
  assert.deepEqual(
    faults.splice(0).map(({ message }) => message),
    ['secret of the server', 'another secret', 'something was thrown that is no Error'],
  )
})

test('what others add to the port answers with problems too, and has the same headers', async t => {
  const plugin: FastifyPluginAsync = async app => {
    app.get('/healthz', { schema: { hide: true } }, async () => ({ status: 'ok' }))
    app.get('/broken', { schema: { hide: true } }, async () => {
      throw new Error('secret of the plugin')
    })
    app.get('/teapot', { schema: { hide: true } }, async () => {
      throw Object.assign(new Error('short and stout'), { statusCode: 418 })
    })
  }
  const { ask, faults } = await serve(t, { plugins: [plugin] })
  const health = await ask('/healthz')
  assert.deepEqual(
    [health.headers.get('x-content-type-options'), await health.json()],
    ['nosniff', { status: 'ok' }],
  )
  await assertProblem(await ask('/broken'), 'internalError')
  await assertProblem(await ask('/teapot'), 'badRequest')
  await assertProblem(await ask('/healthz', { method: 'DELETE' }), 'methodNotAllowed')
  assert.deepEqual(
    faults.splice(0).map(({ message }) => message),
    ['secret of the plugin'],
  )
})

test('a plugin that is marked so sees every request and its operation', async t => {
  const operations: unknown[] = []
  const plugin: FastifyPluginAsync = async app => {
    app.addHook('onResponse', async (request, reply) => {
      const { operationId } = (request.routeOptions.schema ?? {}) as { operationId?: string }
      operations.push([operationId, reply.statusCode])
    })
  }
  Object.assign(plugin, { [Symbol.for('skip-override')]: true })
  const { ask } = await serve(t, { plugins: [plugin] })
  await (await ask('/v1/counts')).text()
  await (await ask('/nowhere')).text()
  await (await ask('/v1/registrations/1', { method: 'DELETE' })).text()
  assert.deepEqual(operations, [
    ['getCounts', 200],
    [undefined, 404],
    ['endRegistration', 401],
  ])
})
