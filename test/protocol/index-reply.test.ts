import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { decodeIndexReply, formatRegistered, formatUpdated, Reply } from '../../src/protocol/index-reply.ts'
import { decodeIndexRequest, Word } from '../../src/protocol/index-request.ts'
import { encodeListedImage } from '../../src/protocol/listing.ts'
import { assertProperty } from '../support/property.ts'
import { digest, endpoint, wireName } from '../support/wire-arbitraries.ts'
import { transcripts } from '../support/wire-vectors.ts'

test('each fixed reply is the one in the field, and is read as what it is', () => {
  const [ok, ...errors] = Object.values(Reply)
  assert.equal(ok, 'OK CLIENT_FINISHED')
  assert.deepEqual(decodeIndexReply(Buffer.from(ok)), { kind: 'ok', count: undefined })
  for (const reply of errors) {
    assert.match(reply, /^ERR [A-Z_]+$/)
    assert.deepEqual(decodeIndexReply(Buffer.from(reply)), { kind: 'error', reason: reply.slice(4) })
  }
})

test('the recorded replies are ours, word for word', () => {
  const known = new Set<string>(Object.values(Reply))
  for (const { steps } of transcripts) {
    for (const { send, reply } of steps) {
      const request = decodeIndexRequest(Buffer.from(send))
      const count = request?.entryCount ?? 0
      const expected = request?.word === Word.update ? formatUpdated(count) : formatRegistered(count)
      const isListing = /^[0-9a-f]{32},/.test(reply)
      assert.ok(known.has(reply) || reply === expected || isListing, reply)
      const kind = isListing ? 'listing' : reply.startsWith('OK') ? 'ok' : 'error'
      assert.equal(decodeIndexReply(Buffer.from(reply))?.kind, kind)
    }
  }
})

test('the count of a registration is read back, from either answer', () => {
  assertProperty(
    fc.property(fc.nat({ max: 999_999_999 }), count => {
      for (const reply of [formatRegistered(count), formatUpdated(count)]) {
        assert.deepEqual(decodeIndexReply(Buffer.from(reply)), { kind: 'ok', count })
      }
    }),
  )
})

const replies: Record<string, ReturnType<typeof decodeIndexReply>> = {
  // Variants of other implementations
  OK: { kind: 'ok', count: undefined },
  'OK 3': { kind: 'ok', count: 3 },
  ' OK 3_REGISTERED_IMAGES\r\n': { kind: 'ok', count: 3 },
  'OK\n': { kind: 'ok', count: undefined },
  'OK\nmore': { kind: 'ok', count: undefined },
  'ERR\nBUSY': { kind: 'error', reason: 'BUSY' },
  'OK three': { kind: 'ok', count: undefined },
  'OK -3_REGISTERED_IMAGES': { kind: 'ok', count: undefined },
  'OK 1234567890_REGISTERED_IMAGES': { kind: 'ok', count: undefined },
  'OK ٣_REGISTERED_IMAGES': { kind: 'ok', count: undefined },
  ERR: { kind: 'error', reason: '' },
  'ERR  BUSY ': { kind: 'error', reason: 'BUSY' },
  'ERR two words\n': { kind: 'error', reason: 'two words' },
  // Neither
  OKAY: { kind: 'listing', text: 'OKAY' },
  ERROR: { kind: 'listing', text: 'ERROR' },
  'ok 3': { kind: 'listing', text: 'ok 3' },
  // Nothing
  '': undefined,
  ' \r\n': undefined,
}
for (const [text, expected] of Object.entries(replies)) {
  test(`${JSON.stringify(text)} is ${expected?.kind ?? 'no reply'}`, () => {
    assert.deepEqual(decodeIndexReply(Buffer.from(text)), expected)
  })
}

test('a listing is handed on as text', () => {
  const image = fc.record({
    digest,
    name: wireName,
    owners: fc.array(endpoint, { minLength: 1, maxLength: 3 }),
  })
  assertProperty(
    fc.property(fc.array(image, { minLength: 1, maxLength: 4 }), images => {
      const text = images.map(encodeListedImage).join(';')
      assert.deepEqual(decodeIndexReply(Buffer.from(text)), { kind: 'listing', text })
    }),
  )
})

test('bytes that are not UTF-8 are no reply', () => {
  for (const hex of ['4f4b20ff', 'ff', 'c3', '45525220eda080']) {
    assert.equal(decodeIndexReply(Buffer.from(hex, 'hex')), undefined)
  }
})

test('reads only the bytes it is given', () => {
  const bytes = Buffer.from('xxOK 3_REGISTERED_FILESyy')
  assert.deepEqual(decodeIndexReply(bytes.subarray(2, -2)), { kind: 'ok', count: 3 })
  assert.deepEqual(decodeIndexReply(new Uint8Array(bytes.buffer, bytes.byteOffset + 2, 3)), {
    kind: 'ok',
    count: undefined,
  })
})

test('arbitrary bytes are never thrown over', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc
      .tuple(fc.constantFrom('OK', 'OK ', 'ERR', 'ERR '), fc.uint8Array({ maxLength: 40 }))
      .map(([word, rest]) => Uint8Array.from([...Buffer.from(word), ...rest])),
  )
  assertProperty(
    fc.property(bytes, datagram => {
      const reply = decodeIndexReply(datagram)
      if (reply?.kind === 'ok') assert.ok(reply.count === undefined || Number.isSafeInteger(reply.count))
      if (reply?.kind === 'listing') assert.notEqual(reply.text, '')
    }),
    5000,
  )
})
