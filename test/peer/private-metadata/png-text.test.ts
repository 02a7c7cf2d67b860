import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32, deflateSync, inflateSync } from 'node:zlib'
import sharp from 'sharp'
import { deflateTo } from '../../../src/peer/private-metadata/exact-deflate.ts'
import { PRIVATE_XMP, privatePicture } from '../../support/private-pictures.ts'
import { cleaned, namesFound, refusal } from './cleaning-under-test.ts'

const picture = await sharp({ create: { width: 4, height: 4, channels: 3, background: '#123' } })
  .png()
  .toBuffer()

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  checksum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, checksum])
}

/** The picture with a chunk before its end. */
function withChunk(type: string, data: Buffer): Buffer {
  return Buffer.concat([picture.subarray(0, -12), chunk(type, data), picture.subarray(-12)])
}

test('a zlib stream is filled up to any length, and holds the same', () => {
  const content = Buffer.from(PRIVATE_XMP)
  const least = deflateSync(content, { level: 9 }).length
  let made = 0
  for (let length = least; length < least + 100; length += 1) {
    const stream = deflateTo(content, length)
    if (stream === undefined) continue
    made += 1
    assert.equal(stream.length, length)
    assert.deepEqual(inflateSync(stream), content)
  }
  assert.ok(made > 70, `${made} of 100 lengths`)
  assert.equal(deflateTo(content, least - 1), undefined)
})

test('the compressed XMP that the decoder knows is cleaned and stays readable', async () => {
  const { bytes } = cleaned(await privatePicture('png'))
  const { xmp } = await sharp(bytes).metadata()
  assert.match(xmp?.toString() ?? '', /xmp:Rating="4"/)
  assert.doesNotMatch(xmp?.toString() ?? '', /GPS|XMP-471|Santos/)
})

test('texts of every kind are looked into', () => {
  const header = Buffer.from('XML:com.adobe.xmp\0\0\0\0\0', 'latin1')
  const compressed = Buffer.from('XML:com.adobe.xmp\0\x01\0\0\0', 'latin1')
  const xmp = Buffer.from(PRIVATE_XMP)
  for (const file of [
    withChunk('iTXt', Buffer.concat([header, xmp])),
    withChunk('iTXt', Buffer.concat([compressed, deflateSync(xmp)])),
    withChunk('tEXt', Buffer.from('exif:GPSLatitude\x0023')),
    withChunk('tEXt', Buffer.from('exif:BodySerialNumber\x004711')),
    withChunk(
      'zTXt',
      Buffer.concat([Buffer.from('Raw profile type foo\0\0'), deflateSync('\nfoo\n 2\n4711')]),
    ),
    withChunk('caBX', Buffer.from('position and serial')),
  ]) {
    assert.notDeepEqual(namesFound(file), [])
    assert.deepEqual(namesFound(cleaned(file).bytes), [])
  }
})

test('a comment stays; data behind the end goes; a chunk that must be understood and is not is refused', () => {
  const kept = withChunk('tEXt', Buffer.from('Comment\0on the beach'))
  assert.deepEqual(cleaned(kept).bytes, kept)
  const longer = Buffer.concat([picture, Buffer.from('PK: an archive with a serial number')])
  assert.deepEqual(cleaned(longer).bytes.subarray(0, picture.length), picture)
  assert.ok(!cleaned(longer).bytes.includes('serial'))
  assert.equal(refusal(withChunk('ABCD', Buffer.alloc(3))), 'malformed')
  assert.equal(refusal(withChunk('zTXt', Buffer.from('Raw profile type exif\0\0no stream'))), 'malformed')
})
