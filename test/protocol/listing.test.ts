import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { formatEndpoint } from '../../src/protocol/endpoint.ts'
import { decodeListing, encodeListedImage, type ListedImage } from '../../src/protocol/listing.ts'
import { assertProperty } from '../support/property.ts'
import { isReferenceName } from '../support/reference-request.ts'
import {
  anyText,
  asDigest,
  digest,
  digestText,
  endpoint,
  ipv4,
  wireName,
} from '../support/wire-arbitraries.ts'
import { listingVectors, transcripts } from '../support/wire-vectors.ts'

const image: fc.Arbitrary<ListedImage> = fc.record(
  { digest, name: wireName, owners: fc.array(endpoint, { minLength: 1, maxLength: 5 }) },
  { noNullPrototype: true },
)

function encode(images: readonly ListedImage[]): string {
  return images.map(encodeListedImage).join(';')
}

for (const { why, text, images, unreadable } of listingVectors) {
  test(`reads ${why}`, () => assert.deepEqual(decodeListing(text), { images, unreadable }))
}

test('an image stands on the wire as its digest, name and owners', () => {
  const owners = [
    { address: '127.0.0.1', port: 5001 },
    { address: '2001:db8::7', port: 80 },
  ]
  assert.equal(
    encodeListedImage({ digest: asDigest('0cc175b9c0f1b6a831c399e269772661'), name: 'a, b.png', owners }),
    '0cc175b9c0f1b6a831c399e269772661,a, b.png,127.0.0.1:5001,[2001:db8::7]:80',
  )
})

test('what is encoded is decoded as it was, whatever name a server takes', () => {
  assertProperty(
    fc.property(fc.array(image, { maxLength: 6 }), images => {
      assert.deepEqual(decodeListing(encode(images)), { images, unreadable: 0 })
    }),
    3000,
  )
})

test('no name that a server takes is read as an owner', () => {
  // Names from the middle of a list may have white space at their ends too.
  const tail = fc.tuple(
    fc.constantFrom('', ' ', '\t', '\u00a0', 'x'),
    ipv4,
    fc.constantFrom('', ' ', '\n', '\u3000', '0'),
  )
  const name = fc
    .tuple(anyText, tail, fc.integer({ min: 0, max: 70_000 }))
    .map(([head, [before, address, after], port]) =>
      `${head},${before}${address}:${port}${after}`.replaceAll(';', ''),
    )
    .filter(text => text.isWellFormed() && isReferenceName(text))
  assertProperty(
    fc.property(name, digest, fc.array(endpoint, { minLength: 1, maxLength: 3 }), (text, hex, owners) => {
      const listed = { digest: hex, name: text, owners }
      assert.deepEqual(decodeListing(encodeListedImage(listed)), { images: [listed], unreadable: 0 })
    }),
    2000,
  )
})

test('a separator at the end changes nothing', () => {
  assertProperty(
    fc.property(
      fc.array(image, { maxLength: 4 }),
      fc.constantFrom(';', ';;', ';\n', ' ; '),
      (images, end) => {
        assert.deepEqual(decodeListing(encode(images) + end), { images, unreadable: 0 })
      },
    ),
  )
})

test('the recorded listings are read whole', () => {
  let read = 0
  for (const { steps } of transcripts) {
    for (const { reply } of steps) {
      if (!/^[0-9a-f]{32},/.test(reply)) continue
      const listing = decodeListing(reply)
      assert.equal(listing.unreadable, 0)
      assert.equal(encode(listing.images), reply)
      read += listing.images.length
    }
  }
  assert.ok(read > 50)
})

test('a hostile listing is never thrown over, and what it gives is usable', () => {
  const owner = endpoint.map(formatEndpoint)
  const token = fc.oneof(
    digestText,
    owner,
    fc.constantFrom(',', ';', ' ', '\n', ',,', '\0', '[', ':', '127.0.0.1:0', '127.0.0.1:99999', '::1:80'),
    anyText,
  )
  const nearEntry = fc
    .tuple(digestText, fc.array(token, { maxLength: 4 }), owner)
    .map(parts => parts.flat().join(','))
  const text = fc.oneof(
    fc.array(nearEntry, { maxLength: 4 }).map(entries => entries.join(';')),
    fc.array(token, { maxLength: 20 }).map(tokens => tokens.join('')),
    fc.array(token, { maxLength: 20 }).map(tokens => tokens.join(',')),
    anyText,
  )
  let images = 0
  assertProperty(
    fc.property(text, hostile => {
      const listing = decodeListing(hostile)
      const parts = hostile.split(';').filter(part => part.trim() !== '').length
      assert.equal(listing.images.length + listing.unreadable, parts)
      for (const listed of listing.images) {
        images += 1
        assert.match(listed.digest, /^[0-9a-f]{32}$/)
        assert.ok(listed.name !== '' && !listed.name.includes(';'))
        assert.ok(listed.owners.length >= 1)
        for (const { port } of listed.owners) assert.ok(port >= 1 && port <= 65_535)
      }
      assert.deepEqual(decodeListing(encode(listing.images)).images, listing.images)
    }),
    4000,
  )
  assert.ok(images > 1000, `${images} images in 4,000 listings`)
})

test('the longest listings are read in order', () => {
  const owners = Array.from({ length: 4000 }, (_, index) => ({ address: '10.0.0.1', port: index + 1 }))
  const listed = { digest: asDigest('0cc175b9c0f1b6a831c399e269772661'), name: 'a.png', owners }
  assert.deepEqual(decodeListing(encodeListedImage(listed)).images, [listed])
  assert.equal(decodeListing(','.repeat(65_507)).unreadable, 1)
  assert.deepEqual(decodeListing(';'.repeat(65_507)), { images: [], unreadable: 0 })
})
