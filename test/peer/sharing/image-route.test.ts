import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import type { OpenedImage } from '../../../src/peer/library/opened-image.ts'
import { answerImage } from '../../../src/peer/sharing/image-route.ts'
import type { ShareRequest, ShareResponse } from '../../../src/peer/sharing/share-message.ts'
import { parseDigest } from '../../../src/protocol/digest.ts'
import { assertProperty } from '../../support/property.ts'

interface Vectors {
  readonly digest: string
  readonly size: number
  readonly modified: string
  readonly requests: readonly {
    readonly name: string
    readonly method?: 'GET' | 'HEAD'
    readonly headers: Readonly<Record<string, string>>
    readonly status: number
    readonly range?: readonly [number, number]
  }[]
}

const vectors: Vectors = JSON.parse(
  readFileSync(new URL('../../vectors/share/conditional-requests.json', import.meta.url), 'utf8'),
)
const digest = parseDigest(vectors.digest) ?? assert.fail()
const modifiedMs = Date.parse(vectors.modified)
const nowMs = Date.parse('2026-01-01')

interface Asked {
  readonly method?: 'GET' | 'HEAD' | undefined
  readonly headers?: Readonly<Record<string, string>>
  readonly image?: Partial<OpenedImage>
}

/** The answer, and how often the image was closed by the one who made it. */
function ask({ method = 'GET', headers = {}, image = {} }: Asked): {
  response: ShareResponse
  closed: number
} {
  let closed = 0
  const opened: OpenedImage = {
    ...{ name: 'a.png', size: vectors.size, mediaType: 'image/png', modifiedMs: modifiedMs + 123.4 },
    sha256: undefined,
    part: (start, end) => ({ fd: -1, start, end }),
    read: () => 0,
    unchanged: () => true,
    close: () => {
      closed += 1
    },
    ...image,
  }
  const request: ShareRequest = {
    ...{ method, path: `/images/${digest}`, query: '', address: '127.0.0.1' },
    headers: new Map(Object.entries(headers)),
  }
  const response = answerImage(request, digest, { open: () => opened }, nowMs)
  return { response, closed }
}

for (const { name, method, headers, status, range } of vectors.requests) {
  test(`conditions and ranges: ${name}`, () => {
    const { response, closed } = ask({ method, headers })
    assert.equal(response.status, status)
    const { body } = response
    if (body === undefined || Buffer.isBuffer(body)) {
      assert.ok([304, 412, 416].includes(status))
      assert.equal(closed, 1)
    } else {
      assert.deepEqual([body.start, body.end], range ?? [0, vectors.size])
      assert.equal(closed, 0, 'whoever sends it closes it')
    }
    const [start, end] = range ?? []
    const contentRange =
      status === 416
        ? 'bytes */1000'
        : start === undefined
          ? undefined
          : `bytes ${start}-${Number(end) - 1}/1000`
    assert.equal(response.headers['Content-Range'], contentRange)
    const isCacheable = [200, 206, 304].includes(status)
    assert.equal(response.headers['ETag'], isCacheable ? `"${digest}"` : undefined)
    const caching = isCacheable ? 'public, max-age=31536000, immutable' : 'no-store'
    assert.equal(response.headers['Cache-Control'], caching)
  })
}

test('an image is described by its headers', () => {
  const sha256 = 'ab'.repeat(32)
  const { response } = ask({ image: { sha256, name: 'é "x"; (1)*.png' } })
  assert.deepEqual(response.headers, {
    'Content-Type': 'image/png',
    ETag: `"${digest}"`,
    'Cache-Control': 'public, max-age=31536000, immutable',
    'Accept-Ranges': 'bytes',
    'Last-Modified': vectors.modified,
    'Repr-Digest': `sha-256=:${Buffer.alloc(32, 0xab).toString('base64')}:`,
    'Content-Disposition': "inline; filename*=UTF-8''%C3%A9%20%22x%22%3B%20%281%29%2A.png",
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'Cross-Origin-Resource-Policy': 'cross-origin',
  })
  assert.equal(ask({}).response.headers['Repr-Digest'], undefined)
})

test('a time that lies ahead, or is none, is not told and meets no condition', () => {
  for (const modifiedMs of [nowMs + 60_000, Number.NEGATIVE_INFINITY, -1e15, 1e18]) {
    const image = { modifiedMs }
    assert.equal(ask({ image }).response.headers['Last-Modified'], undefined)
    const later = new Date(nowMs + 120_000).toUTCString()
    assert.equal(ask({ image, headers: { 'if-modified-since': later } }).response.status, 200)
    assert.equal(ask({ image, headers: { 'if-unmodified-since': vectors.modified } }).response.status, 200)
    assert.equal(ask({ image, headers: { range: 'bytes=0-1', 'if-range': later } }).response.status, 200)
  }
})

test('whatever a name and the headers hold, no header of the answer breaks out of its line', () => {
  const text = fc.string({ unit: 'binary', maxLength: 40 })
  const names = ['range', 'if-range', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since']
  const headers = fc.dictionary(fc.constantFrom(...names), text)
  assertProperty(
    fc.property(text, headers, (name, headers) => {
      const { response } = ask({ image: { name }, headers })
      for (const value of Object.values(response.headers)) assert.match(value, /^[\x20-\x7e]*$/)
    }),
    200,
  )
})
