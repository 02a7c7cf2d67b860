import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { ByteReader } from '../../../src/server/journal/byte-reader.ts'
import { ByteWriter } from '../../../src/server/journal/byte-writer.ts'
import {
  beginPart,
  beginRecord,
  type RecordedImage,
  type RecordedStanding,
  readPart,
  readRecordedImages,
  readStanding,
  writeRecordedImage,
} from '../../../src/server/journal/registration-record.ts'
import { recordedImages, standing } from '../../support/journal-arbitraries.ts'
import { assertProperty } from '../../support/property.ts'

function recordOf(how: RecordedStanding, images: readonly RecordedImage[]): Uint8Array {
  const writer = new ByteWriter(1_000_000)
  beginRecord(writer, how)
  for (const image of images) writeRecordedImage(writer, image)
  return new Uint8Array(writer.written)
}

suite('a registration’s record', () => {
  test('gives back what was written', () => {
    assertProperty(
      fc.property(standing, recordedImages, (how, images) => {
        const reader = new ByteReader(recordOf(how, images))
        assert.deepEqual(readStanding(reader), how)
        assert.deepEqual([...readRecordedImages(reader)], images)
        assert.equal(reader.fault, undefined)
      }),
    )
  })

  test('gives back the images of a part', () => {
    assertProperty(
      fc.property(recordedImages, images => {
        const writer = new ByteWriter(1_000_000)
        beginPart(writer)
        for (const image of images) writeRecordedImage(writer, image)
        const reader = readPart(writer.written)
        assert.deepEqual([...readRecordedImages(reader)], images)
        assert.equal(reader.fault, undefined)
      }),
    )
  })

  test('cut anywhere gives the images before the cut, and says so unless it is between two', () => {
    assertProperty(
      fc.property(standing, recordedImages, fc.nat(), (how, images, seed) => {
        const ends = Array.from(
          { length: images.length + 1 },
          (_, count) => recordOf(how, images.slice(0, count)).length,
        )
        const bytes = recordOf(how, images)
        const length = seed % (bytes.length + 1)
        const reader = new ByteReader(bytes.subarray(0, length))
        readStanding(reader)
        const read = [...readRecordedImages(reader)]
        assert.deepEqual(read, images.slice(0, Math.max(0, ends.filter(end => end <= length).length - 1)))
        assert.equal(reader.fault === undefined, ends.includes(length))
      }),
    )
  })

  test('with any byte changed is data, never an exception', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1 })
    assertProperty(
      fc.property(standing, recordedImages, changes, (how, images, changed) => {
        const bytes = recordOf(how, images)
        for (const [at, value] of changed) bytes[at % bytes.length] = value
        const reader = new ByteReader(bytes)
        readStanding(reader)
        for (const { order } of readRecordedImages(reader)) assert.ok(Number.isSafeInteger(order))
      }),
    )
  })

  test('stands in these bytes', () => {
    const passwordDigest = new Uint8Array(32).fill(0xaa)
    const image = { order: 300, entry: { md5: '00112233445566778899aabbccddeeff', name: 'a' } }
    const bytes = recordOf({ passwordDigest, leased: true, absent: true }, [image])
    const expected = `0103${'aa'.repeat(32)}ac02${image.entry.md5}016100`
    assert.equal(Buffer.from(bytes).toString('hex'), expected)
  })

  for (const [what, bytes, fault] of [
    ['of another version', `0200${'aa'.repeat(32)}`, /version 2/],
    ['with a flag that is none', `0104${'aa'.repeat(32)}`, /flags 4/],
    ['of nothing', '', /cut at byte 0/],
  ] as const) {
    test(`${what} says what is wrong`, () => {
      const reader = new ByteReader(Buffer.from(bytes, 'hex'))
      readStanding(reader)
      assert.deepEqual([...readRecordedImages(reader)], [])
      assert.match(reader.fault ?? '', fault)
    })
  }
})
