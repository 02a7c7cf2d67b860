import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import {
  decodeTransferRequest,
  encodeTransferRequest,
  TRANSFER_REQUEST_BYTES,
} from '../../src/protocol/transfer-request.ts'
import { assertProperty } from '../support/property.ts'
import { anyText, asDigest, digest, digestText } from '../support/wire-arbitraries.ts'

const wanted = asDigest('0cc175b9c0f1b6a831c399e269772661')
const request = encodeTransferRequest(wanted)

test('is the request of the field', () => {
  assert.equal(request.toString(), 'GET 0cc175b9c0f1b6a831c399e269772661')
  assert.equal(request.length, TRANSFER_REQUEST_BYTES)
})

test('what is encoded is decoded as it was', () => {
  assertProperty(
    fc.property(digest, value => assert.equal(decodeTransferRequest(encodeTransferRequest(value)), value)),
  )
})

test('every shorter part of it is incomplete', () => {
  assertProperty(
    fc.property(digestText, hex => {
      const bytes = Buffer.from(`GET ${hex}`)
      for (let length = 0; length < bytes.length; length += 1) {
        assert.equal(decodeTransferRequest(bytes.subarray(0, length)), 'incomplete')
      }
      assert.equal(decodeTransferRequest(bytes), hex.toLowerCase())
    }),
    100,
  )
})

test('what follows the 36th byte is ignored', () => {
  for (const rest of ['\n', '\r\n', ' HTTP/1.1\r\n\r\n', '0', 'GET ', '\0', 'x'.repeat(100_000)]) {
    assert.equal(decodeTransferRequest(Buffer.concat([request, Buffer.from(rest)])), wanted)
  }
  assertProperty(
    fc.property(fc.uint8Array({ maxLength: 50 }), rest => {
      assert.equal(decodeTransferRequest(Buffer.concat([request, rest])), wanted)
    }),
  )
})

test('is malformed with the first byte from which none can come', () => {
  assertProperty(
    fc.property(fc.nat({ max: TRANSFER_REQUEST_BYTES - 1 }), fc.integer({ min: 0, max: 255 }), (at, byte) => {
      const bytes = Buffer.from(request)
      bytes[at] = byte
      const isFine = at < 4 ? byte === request[at] : /[0-9a-fA-F]/.test(String.fromCharCode(byte))
      assert.equal(decodeTransferRequest(bytes.subarray(0, at)), 'incomplete')
      const next = decodeTransferRequest(bytes.subarray(0, at + 1))
      if (!isFine) assert.equal(next, 'malformed')
      else assert.equal(next, at === 35 ? bytes.toString('latin1', 4).toLowerCase() : 'incomplete')
    }),
    3000,
  )
})

const malformed = [
  ...[
    '\n',
    ' ',
    'get ',
    'GE ',
    'GET  ',
    'GET\t',
    'GET\r\n',
    'GET /',
    'GET g',
    'POST',
    'REG pw 5001 ',
    '\u0016\u0003\u0001',
  ],
  ...[
    `GET ${wanted.slice(1)} `,
    `GET ${wanted.slice(1)}\n`,
    `GET ${wanted.slice(1)}g`,
    `\ufeffGET ${wanted}`,
  ],
]
for (const text of malformed) {
  test(`${JSON.stringify(text)} is malformed`, () => {
    assert.equal(decodeTransferRequest(Buffer.from(text)), 'malformed')
  })
}

test('a byte is a byte: no character beyond ASCII is taken for a digit', () => {
  assert.equal(decodeTransferRequest(Buffer.from(`GET ${wanted.slice(1)}０`)), 'malformed')
  assert.equal(decodeTransferRequest(Buffer.concat([Buffer.from('GET '), Buffer.from([0xb0])])), 'malformed')
})

test('reads only the bytes it is given', () => {
  const bytes = Buffer.from(`xx${request.toString()}yy`)
  assert.equal(decodeTransferRequest(bytes.subarray(2)), wanted)
  assert.equal(decodeTransferRequest(new Uint8Array(bytes.buffer, bytes.byteOffset + 2, 35)), 'incomplete')
})

test('agrees with a regular expression, however it comes', () => {
  const near = fc.tuple(fc.constantFrom('GET ', 'GET', 'GE', 'G', '', 'get '), fc.oneof(digestText, anyText))
  assertProperty(
    fc.property(
      fc.oneof(
        near.map(parts => parts.join('')).map(text => Buffer.from(text)),
        fc.uint8Array(),
      ),
      bytes => {
        const head = Buffer.from(bytes).toString('latin1').slice(0, 36)
        const digits = /^GET ([0-9a-fA-F]{32})/.exec(head)?.[1]
        const isPrefix = 'GET '.startsWith(head) || /^GET [0-9a-fA-F]{0,31}$/.test(head)
        assert.equal(
          decodeTransferRequest(bytes),
          digits?.toLowerCase() ?? (isPrefix ? 'incomplete' : 'malformed'),
        )
      },
    ),
    5000,
  )
})
