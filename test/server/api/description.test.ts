import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { FastifyPluginAsync } from 'fastify'
import { Problem } from '../../../src/protocol/catalog-api.ts'
import { checkOf } from '../../../src/protocol/shape.ts'
import { NO_OPERATION } from '../../../src/server/api/operation.ts'
import { PROBLEM_MEDIA_TYPE, PROBLEMS, type ProblemCode } from '../../../src/server/api/problems.ts'
import { InMemoryIndexState } from '../../support/in-memory-index-state.ts'
import { OpenApiDocument, type Operation, operationsOf, referencesIn } from '../../support/openapi-shape.ts'
import { assertProblem, listHeaders, ndjson, type Serving, serve } from './serving.ts'

async function descriptionOf({ ask }: Serving): Promise<OpenApiDocument> {
  const response = await ask('/openapi.json')
  assert.equal(response.status, 200)
  assert.match(response.headers.get('content-type') ?? '', /^application\/json/)
  const document: unknown = await response.json()
  const check = checkOf(OpenApiDocument)
  assert.ok(check.accepts(document), JSON.stringify(check.faults(document)))
  return document
}

/** The routes that are served, as `METHOD /path/{parameter}`, and a plugin that collects them. */
function routeCollector(): { routes: Set<string>; plugin: FastifyPluginAsync } {
  const routes = new Set<string>()
  const plugin: FastifyPluginAsync = async app => {
    app.addHook('onRoute', ({ method, url }) => {
      for (const one of [method].flat()) routes.add(`${one} ${url.replace(/:([a-z0-9]+)/g, '{$1}')}`)
    })
  }
  Object.assign(plugin, { [Symbol.for('skip-override')]: true })
  return { routes, plugin }
}

test('the description is one of OpenAPI 3.1', async t => {
  const document = await descriptionOf(await serve(t))
  const ids = operationsOf(document).map(({ operation }) => operation.operationId)
  assert.deepEqual(new Set(ids).size, ids.length)
  const tags = document.tags.map(({ name }) => name)
  const schemes = Object.keys(document.components.securitySchemes)
  for (const { path, method, operation } of operationsOf(document)) {
    const { parameters = [], security = [] } = operation
    const inPath = parameters.filter(parameter => parameter.in === 'path').map(({ name }) => name)
    assert.deepEqual(
      inPath.toSorted(),
      [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name).toSorted(),
      `${method} ${path}`,
    )
    for (const { in: place, required } of parameters) if (place === 'path') assert.equal(required, true)
    for (const tag of operation.tags) assert.ok(tags.includes(tag))
    for (const requirement of security) {
      for (const name of Object.keys(requirement)) assert.ok(schemes.includes(name))
    }
  }
  for (const reference of referencesIn(document)) {
    const name = /^#\/components\/schemas\/(.+)$/.exec(reference)?.[1] ?? ''
    assert.ok(name in document.components.schemas, reference)
  }
})

test('every route is described, and nothing that is no route', async t => {
  const { routes, plugin } = routeCollector()
  const document = await descriptionOf(await serve(t, { plugins: [plugin] }))
  const described = operationsOf(document).map(({ path, method }) => `${method} ${path}`)
  const isOurs = (route: string) => route.includes(' /v1/') && !route.startsWith('HEAD ')
  assert.deepEqual([...routes].filter(isOurs).toSorted(), described.toSorted())
  assert.deepEqual(
    [...routes].filter(route => !route.includes(' /v1/') && !/ \/docs(\/|$)/.test(route)).toSorted(),
    ['GET /openapi.json', 'HEAD /openapi.json'],
  )
})

test('every problem is described, where it can come up', async t => {
  const document = await descriptionOf(await serve(t))
  const described = new Set<string>()
  for (const { operation } of operationsOf(document)) {
    for (const [status, { content = {} }] of Object.entries(operation.responses)) {
      if (Number(status) < 400) continue
      assert.deepEqual(Object.keys(content), [PROBLEM_MEDIA_TYPE])
      const { schema, examples = {} } = content[PROBLEM_MEDIA_TYPE] ?? {}
      assert.deepEqual(schema, { $ref: '#/components/schemas/Problem' })
      for (const [code, { value }] of Object.entries(examples)) {
        assert.ok(checkOf(Problem).accepts(value))
        assert.deepEqual([value.type, value.status], [`urn:imagep2p:problem:${code}`, Number(status)])
        described.add(code)
      }
    }
  }
  const codes = Object.keys(PROBLEMS) as ProblemCode[]
  assert.deepEqual([...described, ...NO_OPERATION].toSorted(), codes.toSorted())
  for (const code of codes) {
    const row = `| ${PROBLEMS[code].status} | \`${code}\` | ${PROBLEMS[code].title} |`
    assert.ok(document.info.description.includes(row), code)
  }
})

/** Asks for everything there is, and for much that there is not. */
async function* answersOf(serving: Serving): AsyncGenerator<{ operationId: string; response: Response }> {
  const md5 = '0cc175b9c0f1b6a831c399e269772661'
  const details = {
    bytes: 1,
    width: 2,
    height: 3,
    format: 'png',
    taken: 4,
    placeholder: 'AAAA',
    likeness: 'c0ffee0123456789',
  }
  const entry = { md5, name: 'a.png', sha256: 'a'.repeat(64), ...details }
  const list = (password: string, ...entries: object[]) => ({
    headers: listHeaders(password),
    body: ndjson(entries),
  })
  const authorization = 'Bearer pw'
  const path = '/v1/registrations/5001'
  const asked: readonly (readonly [operationId: string, path: string, init?: RequestInit])[] = [
    ['getCounts', '/v1/counts'],
    ['listImages', '/v1/images'],
    ['getImage', `/v1/images/${md5}`],
    ['replaceImages', `${path}/images`, { method: 'PUT', ...list('pw', entry) }],
    ['replaceImages', `${path}/images`, { method: 'PUT', ...list('wrong', entry) }],
    ['replaceImages', `${path}/images`, { method: 'PUT', ...list('pw', entry, {}) }],
    ['replaceImages', `${path}/images`, { method: 'PUT', headers: { authorization }, body: 'text' }],
    ['replaceImages', `${path}/images`, { method: 'PUT' }],
    [
      'replaceImages',
      '/v1/registrations/5002/images',
      { method: 'PUT', ...list('pw', { ...entry, sha256: 'b'.repeat(64) }) },
    ],
    ['replaceImages', '/v1/registrations/5003/images', { method: 'PUT', ...list('pw', entry) }],
    ['addImages', `${path}/images`, { method: 'POST', ...list('pw', { ...entry, md5: 'b'.repeat(32) }) }],
    ['addImages', `${path}/images`, { method: 'POST', ...list('pw', { ...entry, md5: 'c'.repeat(32) }) }],
    ['addImages', '/v1/registrations/0/images', { method: 'POST', ...list('pw', entry) }],
    ['removeImages', `${path}/removals`, { method: 'POST', ...list('pw', { md5: 'b'.repeat(32) }) }],
    ['removeImages', `${path}/removals`, { method: 'POST', ...list('pw', entry) }],
    ['renewLease', `${path}/lease`, { method: 'PUT', headers: { authorization } }],
    ['renewLease', `${path}/lease`, { method: 'PUT', headers: { authorization: 'Bearer' } }],
    ['getCounts', '/v1/counts'],
    ['getCounts', '/v1/counts', { headers: { accept: 'image/png' } }],
    ['getCounts', '/v1/counts', { headers: { 'if-none-match': '*' } }],
    ['listImages', '/v1/images?sort=size&limit=1'],
    ['listImages', '/v1/images?search=nothing'],
    ['listImages', '/v1/images?limit=0'],
    ['listImages', '/v1/images?cursor=x'],
    ['getImage', `/v1/images/${md5}`],
    ['getImage', '/v1/images/x'],
    ['watchChanges', '/v1/changes?after=x'],
    ['watchChanges', '/v1/changes'],
    ['endRegistration', path, { method: 'DELETE', headers: { authorization } }],
    ['endRegistration', path, { method: 'DELETE', headers: { authorization } }],
    ['endRegistration', path, { method: 'DELETE' }],
  ]
  for (const [operationId, path, init] of asked) {
    yield { operationId, response: await serving.ask(path, init) }
  }
}

async function assertDescribed(
  document: OpenApiDocument,
  operation: Operation,
  response: Response,
): Promise<void> {
  const { operationId, responses } = operation
  const answer = responses[response.status]
  assert.ok(answer !== undefined, `${operationId} is not described to answer ${response.status}`)
  const mediaType = response.headers.get('content-type')?.split(';')[0]
  for (const name of Object.keys(answer.headers ?? {})) assert.ok(response.headers.has(name), name)
  if (answer.content === undefined) {
    assert.deepEqual([mediaType, await response.text()], [undefined, ''])
    return
  }
  assert.deepEqual(Object.keys(answer.content), [mediaType])
  if (mediaType === 'text/event-stream') return response.body?.cancel()
  const { schema } = answer.content[mediaType ?? ''] ?? {}
  const validator = new Ajv2020({ keywords: ['components'] })
  const isValid = validator.validate(
    { $ref: schema?.['$ref'], components: document.components },
    await response.clone().json(),
  )
  assert.ok(isValid, `${operationId} ${response.status} ${validator.errorsText()} ${await response.text()}`)
}

async function assertAnswers(t: TestContext, serving: Serving): Promise<void> {
  const document = await descriptionOf(serving)
  const operations = new Map(
    operationsOf(document).map(({ operation }) => [operation.operationId, operation]),
  )
  const seen = new Set<string>()
  for await (const { operationId, response } of answersOf(serving)) {
    const operation = operations.get(operationId)
    assert.ok(operation !== undefined)
    await assertDescribed(document, operation, response)
    seen.add(`${operationId} ${response.status}`)
  }
  t.diagnostic([...seen].join(', '))
  const answered = new Set([...seen].map(each => each.split(' ')[0]))
  assert.deepEqual(answered, new Set(operations.keys()))
}

test('each answer is as it is described', async t => {
  const state = new InMemoryIndexState({ registrations: 2, images: 2 })
  await assertAnswers(t, await serve(t, { state }))
})

test('an answer that is not as it is described is found', async t => {
  const serving = await serve(t)
  const document = await descriptionOf(serving)
  const [counts] = operationsOf(document).filter(({ operation }) => operation.operationId === 'getCounts')
  assert.ok(counts !== undefined)
  const json = { 'content-type': 'application/json', etag: '"x"' }
  const faulty = [
    new Response('{"images":-1,"registrations":0,"holdings":0}', { headers: json }),
    new Response('{"images":1}', { headers: json }),
    new Response('{}', { headers: json, status: 201 }),
    new Response('{"images":1,"registrations":0,"holdings":0}', { headers: { etag: '"x"' } }),
  ]
  for (const response of faulty) {
    await assert.rejects(assertDescribed(document, counts.operation, response), assert.AssertionError)
  }
})

test('the page for people asks this server only, and everything that it asks for is there', async t => {
  const { ask } = await serve(t)
  const page = await ask('/docs')
  const html = await page.text()
  const policy = page.headers.get('content-security-policy') ?? ''
  assert.doesNotMatch(policy, /unsafe|https?:|\*/)
  assert.doesNotMatch(html, /<script(?![^>]*\ssrc=)|\son[a-z]+=|\sstyle=/)
  const asked = [...html.matchAll(/\s(?:src|href)="([^"]+)"/g)].map(([, url = '']) => url)
  assert.ok(asked.length >= 4)
  for (const url of [...asked, '/docs/json']) {
    assert.match(url, /^\/docs\//)
    const response = await ask(url)
    assert.equal(response.status, 200, url)
    assert.ok((await response.text()).length > 0, url)
  }
  assert.deepEqual(await (await ask('/docs/json')).json(), await (await ask('/openapi.json')).json())
  for (const path of ['/docs/static/../../package.json', '/docs/static/%2e%2e%2findex.js', '/docs/nothing']) {
    await assertProblem(await ask(path), 'noSuchPath')
  }
})
