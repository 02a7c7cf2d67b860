import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import fc from 'fast-check'
import { decodeHttpRequest, MAX_HEAD_BYTES } from '../../src/protocol/http-request.ts'
import { assertProperty } from '../support/property.ts'

interface Vectors {
  readonly read: readonly {
    readonly name: string
    readonly bytes: string
    readonly method: string
    readonly path: string
    readonly query: string
    readonly headers: Readonly<Record<string, string>>
    readonly isLast: boolean
  }[]
  readonly refused: readonly { readonly name: string; readonly bytes: string; readonly status: number }[]
}

const vectors: Vectors = JSON.parse(
  readFileSync(new URL('../vectors/share/http-requests.json', import.meta.url), 'utf8'),
)

for (const { name, bytes, headers, ...expected } of vectors.read) {
  test(`reads ${name}, and nothing before its last byte`, () => {
    const whole = Buffer.from(bytes, 'latin1')
    for (let length = 0; length < whole.length; length += 1)
      assert.equal(decodeHttpRequest(whole.subarray(0, length)), 'incomplete')
    const request = decodeHttpRequest(Buffer.concat([whole, Buffer.from('GET /next HTTP/1.1\r\n')]))
    assert.ok(typeof request === 'object')
    const { headers: read, headBytes, ...rest } = request
    assert.deepEqual({ ...rest }, expected)
    assert.deepEqual(Object.fromEntries(read), headers)
    assert.equal(headBytes, whole.length)
  })
}

for (const { name, bytes, status } of vectors.refused) {
  test(`refuses ${name}`, () => {
    assert.equal(decodeHttpRequest(Buffer.from(bytes, 'latin1')), status)
  })
}

test('a head that is too long is refused, whole or not', () => {
  const long = `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(MAX_HEAD_BYTES)}`
  assert.equal(decodeHttpRequest(Buffer.from(long)), 431)
  assert.equal(decodeHttpRequest(Buffer.from(`${long}\r\n\r\n`)), 431)
  const many = `GET / HTTP/1.1\r\nHost: a\r\n${'a: b\r\n'.repeat(100)}\r\n`
  assert.equal(decodeHttpRequest(Buffer.from(many)), 431)
})

test('any bytes are a request, none yet, or a fault', () => {
  const pieces = fc.array(
    fc.oneof(
      fc.constantFrom(
        'GET ',
        'HEAD ',
        '/images ',
        '/',
        ' ',
        'HTTP/1.1',
        '\r\n',
        '\r\n\r\n',
        'Host: a',
        ': ',
        '\n',
      ),
      fc.string({ unit: 'binary', maxLength: 8 }),
    ),
    { maxLength: 30 },
  )
  assertProperty(
    fc.property(pieces, list => {
      const bytes = Buffer.from(list.join(''), 'latin1')
      const read = decodeHttpRequest(bytes)
      if (typeof read === 'object') assert.ok(read.headBytes <= bytes.length && read.path.startsWith('/'))
      else assert.ok(read === 'incomplete' || (read >= 400 && read < 600))
    }),
  )
})
