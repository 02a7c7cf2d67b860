import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { isNameAcceptable, shortenName, toWireName } from '../../src/protocol/image-name.ts'
import { decodeIndexRequest, encodeRegistration } from '../../src/protocol/index-request.ts'
import { MAX_DATAGRAM_BYTES, MAX_NAME_BYTES } from '../../src/protocol/limits.ts'
import { entriesOf } from '../support/decoded-entries.ts'
import { assertProperty } from '../support/property.ts'
import { isReferenceName } from '../support/reference-request.ts'
import { anyText, asDigest, longText, wireName } from '../support/wire-arbitraries.ts'

const digest = asDigest('0cc175b9c0f1b6a831c399e269772661')
const text = fc.oneof(anyText, longText)

function isAcceptable(name: string): boolean {
  const bytes = Buffer.from(`;${name};1.2.3.4:80`)
  return isNameAcceptable(bytes, 1, 1 + Buffer.byteLength(name))
}

/** The names in a registration of `names`, as its receiver reads them. */
function namesThrough(names: readonly string[]): string[] {
  const entries = names.map(name => ({ digest, name }))
  const { datagram, sentCount } = encodeRegistration('REG', 'pw', 5001, entries, MAX_DATAGRAM_BYTES)
  assert.equal(sentCount, names.length)
  const request = decodeIndexRequest(datagram)
  assert.ok(request !== undefined, 'our own registration was refused')
  const read: string[] = []
  for (const [, name] of entriesOf(request)) read.push(name)
  return read
}

test('every string becomes a name that a list can carry', () => {
  assertProperty(
    fc.property(text, fileName => {
      const name = toWireName(fileName)
      assert.ok(name.isWellFormed())
      assert.ok(!name.includes(';'))
      assert.ok(Buffer.byteLength(name) <= MAX_NAME_BYTES)
      assert.ok(isAcceptable(name))
    }),
    4000,
  )
})

test('every string arrives as its name, alone, first, in the middle and last', () => {
  assertProperty(
    fc.property(text, text, text, (first, middle, last) => {
      const names = [first, middle, last].map(toWireName)
      assert.deepEqual(namesThrough([first, middle, last]), names)
      assert.deepEqual(namesThrough([last]), names.slice(2))
    }),
    2000,
  )
})

test('a name that a list can carry stays as it is', () => {
  assertProperty(
    fc.property(wireName, name => {
      fc.pre(!/[\0-\x1f\x7f-\x9f\u2028\u2029]|^\s|\s$/u.test(name))
      assert.equal(toWireName(name), name)
    }),
  )
})

test('making a name of a name changes nothing', () => {
  assertProperty(
    fc.property(text, fileName => assert.equal(toWireName(toWireName(fileName)), toWireName(fileName))),
    2000,
  )
})

const replaced: Record<string, string> = {
  'a;b.png': 'a_b.png',
  'a\r\nb.png': 'a__b.png',
  'a\0b\u001b[31m\u007f\u0085\u009bc.png': 'a_b_[31m___c.png',
  'a\u2028b\u2029c.png': 'a_b_c.png',
  ' a.png ': '_a.png_',
  '\u3000\ufeffa.png\u00a0\u2003': '__a.png__',
  '   ': '___',
  '': '_',
  'a\ud83d.png': 'a\ufffd.png',
  '\ude00\ud83d': '\ufffd\ufffd',
  'my dog, and cat.png': 'my dog, and cat.png',
  'praça ☀️ 😀.png': 'praça ☀️ 😀.png',
  '1.2.3.4:80': '1.2.3.4:80',
}
for (const [fileName, expected] of Object.entries(replaced)) {
  test(`${JSON.stringify(fileName)} goes out as ${JSON.stringify(expected)}`, () => {
    assert.equal(toWireName(fileName), expected)
  })
}

for (const fileName of [
  'a,1.2.3.4:80',
  ',1.2.3.4:80',
  'a,[::1]:80',
  'a,1.2.3.4:80,5.6.7.8:90',
  'a,1.2.3.4:80\n',
]) {
  test(`${JSON.stringify(fileName)} does not go out with an address for its tail`, () => {
    const name = toWireName(fileName)
    assert.ok(isReferenceName(name), name)
    assert.deepEqual(namesThrough([fileName]), [name])
  })
}

test('an over-long name is cut so that neither white space nor an address ends it', () => {
  for (const tail of [' ', '\u3000', ',1.2.3.4:80', ',[::1]:80']) {
    // Each of these is cut right behind the tail.
    const fileName = `${'n'.repeat(MAX_NAME_BYTES - Buffer.byteLength(tail))}${tail}${'x'.repeat(40)}`
    const name = toWireName(fileName)
    assert.ok(Buffer.byteLength(name) <= MAX_NAME_BYTES)
    assert.ok(isReferenceName(name), JSON.stringify(name.slice(-20)))
    assert.deepEqual(namesThrough([fileName]), [name])
  }
})

test('an over-long name does not get an address for its tail by keeping its extension', () => {
  const fileName = `${'n'.repeat(MAX_NAME_BYTES - 12)},1.2.3${'x'.repeat(40)}.4:80`
  assert.ok(isReferenceName(fileName.slice(-500)))
  assert.ok(isReferenceName(toWireName(fileName)))
  assert.deepEqual(namesThrough([fileName]), [toWireName(fileName)])
})

test('a name may end in an address only where nothing stands before it', () => {
  const tail = fc.constantFrom(
    ...[
      '1.2.3.4:80',
      '[::1]:80',
      '1.2.3.4:0',
      '1.2.3.4:65536',
      '256.1.1.1:80',
      '1.2.3.4',
      ' 1.2.3.4:80',
      '٣',
      '9',
    ],
  )
  const name = fc.oneof(
    fc.tuple(anyText, tail).map(([head, end]) => `${head.toWellFormed().replaceAll(/[;\0]/g, '')},${end}`),
    anyText.map(value => value.toWellFormed().replaceAll(';', '')),
    tail,
  )
  assertProperty(
    fc.property(name, value => assert.equal(isAcceptable(value), isReferenceName(value))),
    2000,
  )
})

test('a name may not end in an address, whatever its last digit', () => {
  for (let port = 1; port <= 30; port += 1) assert.equal(isAcceptable(`a,1.2.3.4:${port}`), false)
})

test('a name has 1 to 1,024 bytes', () => {
  assert.equal(isAcceptable(''), false)
  assert.equal(isAcceptable('a'.repeat(1024)), true)
  assert.equal(isAcceptable('a'.repeat(1025)), false)
  assert.equal(isAcceptable('é'.repeat(512)), true)
  assert.equal(isAcceptable('é'.repeat(513)), false)
})

test('a shortened name keeps its extension and whole characters', () => {
  assert.equal(shortenName('photograph.jpeg', 9), 'phot.jpeg')
  assert.equal(shortenName('😀😀😀.png', 11), '😀.png')
  assert.equal(shortenName('😀😀😀.png', 12), '😀😀.png')
  assert.equal(shortenName('no extension here', 5), 'no ex')
  assert.equal(shortenName('fits.png', 8), 'fits.png')
  assert.equal(shortenName('x. not an extension', 4), 'x. n')
})

test('a shortened name never has more bytes than it may', () => {
  assertProperty(
    fc.property(anyText, fc.integer({ min: 1, max: 100 }), (value, maxBytes) => {
      const name = value.toWellFormed()
      const short = shortenName(name, maxBytes)
      assert.ok(Buffer.byteLength(short) <= maxBytes, `${Buffer.byteLength(short)} of ${maxBytes}`)
      assert.ok(short.isWellFormed())
      if (Buffer.byteLength(name) <= maxBytes) assert.equal(short, name)
    }),
    2000,
  )
})
