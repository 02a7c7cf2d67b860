import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { toWireName } from '../../src/protocol/image-name.ts'
import {
  decodeIndexRequest,
  encodeEnd,
  encodeList,
  encodeRegistration,
  type IndexRequest,
  Word,
} from '../../src/protocol/index-request.ts'
import { FIELD_BUFFER_BYTES, MAX_DATAGRAM_BYTES } from '../../src/protocol/limits.ts'
import { entriesOf } from '../support/decoded-entries.ts'
import { assertProperty } from '../support/property.ts'
import {
  decodeReference,
  PYTHON_SPACES,
  type ReferenceRequest,
  stripEnd,
  stripStart,
} from '../support/reference-request.ts'
import {
  anyText,
  asDigest,
  digest,
  digestText,
  password,
  port,
  wireName,
} from '../support/wire-arbitraries.ts'
import { datagramOf, refusedRequests, transcripts, validRequests } from '../support/wire-vectors.ts'

const INVALID = 'ERR INVALID_MESSAGE_FORMAT'

/** What a decoded request says, as text. */
function textOf(request: IndexRequest): ReferenceRequest {
  const bytes = Buffer.from(request.bytes.buffer, request.bytes.byteOffset, request.bytes.byteLength)
  const entries = entriesOf(request)
  assert.equal(entries.length, request.entryCount)
  const { word, passwordStart, passwordEnd } = request
  return { word, password: bytes.toString('utf8', passwordStart, passwordEnd), port: request.port, entries }
}

function decodeText(datagram: Uint8Array, start?: number, end?: number): ReferenceRequest | undefined {
  const request = decodeIndexRequest(datagram, start, end)
  return request === undefined ? undefined : textOf(request)
}

/** The message that says what `request` does, in the shortest form. */
function messageOf({ word, password: secret, port: number, entries }: ReferenceRequest): string {
  if (word === 'LST') return word
  const head = `${word} ${secret} ${number}`
  return word === 'END' ? head : `${head} ${entries.map(entry => entry.join(',')).join(';')}`
}

/** A message without what may be written in several ways: white space around it, zeros before the port. */
function plain(datagram: Buffer): string {
  const message = stripEnd(stripStart(datagram.toString('utf8')))
  return message.replace(/^((?:REG|UPD|END) [^ ]+ )0+(?=[0-9])/, '$1')
}

const spaces = fc.string({ unit: fc.constantFrom(...PYTHON_SPACES), maxLength: 3 })
const entry = fc.tuple(digestText, wireName)
const valid: fc.Arbitrary<string> = fc
  .oneof(
    fc.constant('LST'),
    fc.tuple(password, port).map(([secret, number]) => `END ${secret} ${number}`),
    fc
      .tuple(fc.constantFrom('REG', 'UPD'), password, port, fc.array(entry, { minLength: 1, maxLength: 6 }))
      .map(([word, secret, number, entries]) => messageOf({ word, password: secret, port: number, entries })),
  )
  .chain(message => fc.tuple(spaces, fc.constant(message), spaces).map(parts => parts.join('')))

for (const vector of validRequests) {
  test(`takes ${vector.why}`, () => {
    const { word, password: secret = '', port: number = 0, entries, entryCount } = vector.request
    const request = decodeIndexRequest(datagramOf(vector))
    assert.ok(request !== undefined)
    const text = textOf(request)
    assert.deepEqual([text.word, text.password, text.port], [word, secret, number])
    assert.equal(text.entries.length, entryCount ?? entries?.length ?? 0)
    if (entries !== undefined) assert.deepEqual(text.entries, entries)
  })
}

for (const vector of refusedRequests) {
  test(`refuses ${vector.why}`, () => assert.equal(decodeIndexRequest(datagramOf(vector)), undefined))
}

test('takes and refuses what the reference server took and refused', () => {
  let refused = 0
  for (const { steps } of transcripts) {
    for (const { send, reply } of steps) {
      assert.equal(decodeIndexRequest(Buffer.from(send)) === undefined, reply === INVALID, send)
      refused += Number(reply === INVALID)
    }
  }
  assert.ok(refused >= 25)
})

test('the vectors that are refused hold each message the reference server refused', () => {
  const known = new Set(refusedRequests.map(vector => datagramOf(vector).toString('utf8')))
  for (const { steps } of transcripts) {
    for (const { send, reply } of steps) if (reply === INVALID) assert.ok(known.has(send), send)
  }
})

test('each vector says something of its own, and the longest are as long as they claim', () => {
  const all = [...validRequests, ...refusedRequests]
  assert.equal(new Set(all.map(vector => datagramOf(vector).toString('hex'))).size, all.length)
  assert.equal(new Set(all.map(({ why }) => why)).size, all.length)
  const longest = all.filter(({ why }) => why.startsWith('65,507 bytes'))
  assert.ok(longest.length >= 5)
  for (const vector of longest) assert.equal(datagramOf(vector).length, MAX_DATAGRAM_BYTES)
})

test('what is encoded is decoded as it was', () => {
  assert.deepEqual(decodeText(encodeList()), { word: Word.list, password: '', port: 0, entries: [] })
  assertProperty(
    fc.property(password, port, (secret, number) => {
      const expected = { word: Word.end, password: secret, port: number, entries: [] }
      assert.deepEqual(decodeText(encodeEnd(secret, number)), expected)
    }),
  )
  const images = fc.array(fc.record({ digest, name: fc.oneof(wireName, anyText) }), {
    minLength: 1,
    maxLength: 8,
  })
  assertProperty(
    fc.property(
      fc.constantFrom(Word.register, Word.update),
      password,
      port,
      images,
      (word, secret, number, list) => {
        const { datagram, sentCount } = encodeRegistration(word, secret, number, list, MAX_DATAGRAM_BYTES)
        assert.equal(sentCount, list.length)
        const entries = list.map(image => [image.digest, toWireName(image.name)] as const)
        assert.deepEqual(decodeText(datagram), { word, password: secret, port: number, entries })
      },
    ),
  )
})

test('a registration holds the entries that fit, from the first on, and no byte more', () => {
  const images = fc.array(fc.record({ digest, name: wireName }), { minLength: 1, maxLength: 12 })
  assertProperty(
    fc.property(password, port, images, fc.nat({ max: 700 }), (secret, number, list, maxBytes) => {
      const { datagram, sentCount } = encodeRegistration(Word.register, secret, number, list, maxBytes)
      if (sentCount === 0) return
      assert.ok(datagram.length <= maxBytes)
      const entries = list.slice(0, sentCount).map(image => [image.digest, toWireName(image.name)] as const)
      assert.deepEqual(decodeText(datagram)?.entries, entries)
      const next = list[sentCount]
      if (next === undefined) return
      const longer = datagram.length + 1 + 32 + 1 + Buffer.byteLength(toWireName(next.name))
      assert.ok(longer > maxBytes, 'one more would have fitted')
    }),
  )
})

test('a registration fills the buffer of the field to its last byte where it can', () => {
  const head = Buffer.byteLength(`REG pw 5001 ${'0'.repeat(32)},`)
  const one = { digest: asDigest('0'.repeat(32)), name: 'n'.repeat(1000) }
  for (const [room, sentCount] of [
    [head + 1000, 1],
    [head + 999, 0],
    [head + 1000 + 1 + 33 + 999, 1],
    [head + 1000 + 1 + 33 + 1000, 2],
    [FIELD_BUFFER_BYTES, 3],
  ] as const) {
    const encoded = encodeRegistration(Word.register, 'pw', 5001, [one, one, one, one], room)
    assert.equal(encoded.sentCount, sentCount)
    if (sentCount > 0) assert.equal(decodeIndexRequest(encoded.datagram)?.entryCount, sentCount)
  }
  assert.equal(encodeRegistration(Word.register, 'pw', 5001, [], MAX_DATAGRAM_BYTES).sentCount, 0)
})

test('a message inside a larger buffer is read within its bounds only', () => {
  // What stands around it would change every reading that goes too far.
  const texts = ['', ' ', '0', 'LST', ' 5001 ', ';', ',', '\u3000', `;${'a'.repeat(32)},x`, 'é']
  const around = fc.oneof(
    fc.constantFrom(...texts).map(text => Buffer.from(text)),
    // Not UTF-8: what stands around a message is none of its business.
    fc.constantFrom('ff', 'c3', '80', 'e180').map(hex => Buffer.from(hex, 'hex')),
  )
  const message = fc.oneof(
    valid,
    fc.constantFrom('REG', 'REG p', 'REG p 50', 'END', 'END p', 'END p 50', 'LS', 'L', ''),
  )
  assertProperty(
    fc.property(around, message, around, (before, inside, after) => {
      const bytes = Buffer.concat([before, Buffer.from(inside), after])
      const start = before.length
      const end = start + Buffer.byteLength(inside)
      assert.deepEqual(decodeText(bytes, start, end), decodeText(Buffer.from(inside)))
    }),
    5000,
  )
})

test('a valid message says what the reference reads in it, and nothing is lost', () => {
  assertProperty(
    fc.property(valid, message => {
      const datagram = Buffer.from(message)
      const request = decodeText(datagram)
      assert.ok(request !== undefined)
      assert.deepEqual(request, decodeReference(datagram))
      assert.equal(messageOf(request), plain(datagram))
    }),
    3000,
  )
})

type Mutation = (bytes: Uint8Array) => Uint8Array
const where = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(where, fc.integer({ min: 1, max: 255 })).map(
    ([at, bits]): Mutation =>
      bytes => {
        const changed = Buffer.from(bytes)
        const index = Math.floor(at * bytes.length)
        changed[index] = (changed[index] ?? 0) ^ bits
        return changed
      },
  ),
  where.map(
    (at): Mutation =>
      bytes =>
        bytes.subarray(0, Math.floor(at * bytes.length)),
  ),
  where.map(
    (at): Mutation =>
      bytes =>
        bytes.subarray(Math.floor(at * bytes.length)),
  ),
  fc.tuple(where, where).map(
    ([at, length]): Mutation =>
      bytes => {
        const from = Math.floor(at * bytes.length)
        return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + Math.ceil(length * 4))])
      },
  ),
  fc
    .tuple(
      where,
      fc.oneof(
        fc.constantFrom(' ', ';', ',', '0', '\0', '\u3000', '1.2.3.4:80').map(Buffer.from),
        fc.uint8Array({ maxLength: 4 }),
      ),
    )
    .map(
      ([at, inserted]): Mutation =>
        bytes => {
          const from = Math.floor(at * (bytes.length + 1))
          return Buffer.concat([bytes.subarray(0, from), inserted, bytes.subarray(from)])
        },
    ),
)

test('a mutated message is refused, or read as the message it has become', () => {
  let taken = 0
  assertProperty(
    fc.property(valid, fc.array(mutation, { minLength: 1, maxLength: 3 }), (message, mutations) => {
      const datagram = Buffer.from(
        mutations.reduce<Uint8Array>((bytes, mutate) => mutate(bytes), Buffer.from(message)),
      )
      const request = decodeText(datagram)
      assert.deepEqual(request, decodeReference(datagram))
      if (request === undefined) return
      taken += 1
      assert.equal(messageOf(request), plain(datagram))
    }),
    5000,
  )
  // Both outcomes are exercised, or the property says nothing.
  assert.ok(taken > 500 && taken < 4500, `${taken} of 5,000 were taken`)
})

test('near misses are read as the reference reads them', () => {
  const word = fc.constantFrom(
    'REG',
    'UPD',
    'END',
    'REG',
    'UPD',
    'END',
    'LST',
    'reg',
    'GET',
    'RE',
    'REGS',
    '',
  )
  const secret = fc.oneof(
    password,
    fc.constantFrom('', 'p', 'p'.repeat(256), 'p'.repeat(257), 'é'.repeat(129)),
  )
  const number = fc.oneof(
    port.map(String),
    fc.constantFrom('', '0', '00080', '65536', '+5001', '٥٠٠١', '5001\t'),
  )
  const nearEntry = fc.oneof(
    entry,
    entry,
    entry,
    fc.tuple(fc.oneof(digestText, anyText), fc.oneof(wireName, anyText)),
  )
  const list = fc
    .array(nearEntry, { maxLength: 3 })
    .map(entries => entries.map(parts => parts.join(',')).join(';'))
  const nearMiss = fc
    .tuple(word, secret, number, list, fc.constantFrom(' ', ' ', ' ', '  ', '\t', ''))
    .map(([first, second, third, last, gap]) => {
      const head = [first, second, third].join(' ')
      return first === 'END' ? head + gap.slice(1) : head + gap + last
    })
  let taken = 0
  assertProperty(
    fc.property(spaces, nearMiss, spaces, (before, message, after) => {
      const datagram = Buffer.from(before + message + after)
      const request = decodeText(datagram)
      taken += Number(request !== undefined)
      assert.deepEqual(request, decodeReference(datagram))
    }),
    5000,
  )
  assert.ok(taken > 500 && taken < 4500, `${taken} of 5,000 were taken`)
})

test('arbitrary bytes are never thrown over', () => {
  assertProperty(
    fc.property(fc.uint8Array({ maxLength: 400 }), bytes =>
      assert.deepEqual(decodeText(bytes), decodeReference(bytes)),
    ),
    5000,
  )
  const words = fc.constantFrom('REG', 'UPD', 'END', 'LST').map(Buffer.from)
  assertProperty(
    fc.property(words, fc.uint8Array({ maxLength: 400 }), (word, bytes) => {
      const datagram = Buffer.concat([word, bytes])
      assert.deepEqual(decodeText(datagram), decodeReference(datagram))
    }),
    5000,
  )
})
