import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytesInMemory } from '../../../src/peer/image-header/image-bytes.ts'
import { withoutPrivateMetadata } from '../../../src/peer/private-metadata/find-private-metadata.ts'
import { big, box } from '../../support/boxes.ts'
import { privatePicture, recordedPrivatePicture } from '../../support/private-pictures.ts'
import { cleaned, namesFound, refusal } from './cleaning-under-test.ts'

/** Where the tile of the recorded HEIC lies, as ExifTool tells it. */
const TILE = { at: 0x251, length: 0xd3 }

test('of a HEIC no byte of the picture is written, nor any of the boxes that say how it is made', () => {
  const result = withoutPrivateMetadata(bytesInMemory(recordedPrivatePicture('heic')))
  assert.ok(result.outcome === 'cleaned')
  assert.ok(result.edits.length > 0)
  for (const { at } of result.edits) assert.ok(at >= TILE.at + TILE.length)
})

test('a video behind a HEIC, and what no item uses, become empty boxes and zeros', async () => {
  const picture = await privatePicture('avif')
  const video = box('mpvd', Buffer.from('+23.5-46.6/ the video'))
  const withVideo = Buffer.concat([picture, video, box('uuid', Buffer.alloc(16, 7), Buffer.from('secret'))])
  const { bytes, found } = cleaned(withVideo)
  assert.ok(found.some(({ kind, name }) => kind === 'embedded' && name === 'mpvd'))
  assert.ok(!bytes.includes('the video') && !bytes.includes('secret') && !bytes.includes('mpvd'))
  assert.deepEqual(bytes.subarray(0, picture.length), cleaned(picture).bytes)
})

test('of a sequence the tracks are looked into: items are cleaned, what a user wrote goes', async () => {
  const picture = await privatePicture('avif')
  const at = picture.indexOf('meta') - 4
  const meta = picture.subarray(at, at + picture.readUInt32BE(at))
  const track = (handler: string): Buffer =>
    box(
      'trak',
      box('mdia', box('hdlr', Buffer.alloc(8), Buffer.from(handler), Buffer.alloc(13))),
      meta,
      box('udta', Buffer.from('\xa9xyz+23.5-46.6/', 'latin1')),
      box('meta', box('hdlr', Buffer.from('4711'))),
    )
  const { bytes } = cleaned(Buffer.concat([picture, box('moov', track('pict'))]))
  assert.deepEqual(bytes.subarray(0, picture.length), cleaned(picture).bytes)
  assert.ok(bytes.includes(meta, picture.length), 'the items stay')
  assert.ok(!bytes.includes('+23.5') && !bytes.includes('4711'))
  assert.equal(refusal(Buffer.concat([picture, box('moov', track('soun'))])), 'format')
})

test('an item of a kind that is not known becomes zeros', () => {
  const file = Buffer.from(recordedPrivatePicture('heic'))
  file.write('application/rdf+abc', file.indexOf('application/rdf+xml'), 'latin1')
  const { bytes, found } = cleaned(file)
  assert.ok(found.some(({ kind, name }) => kind === 'unknown' && name === 'application/rdf+abc'))
  assert.ok(!bytes.includes('<x:xmpmeta') && !bytes.includes('XMP-471'))
})

test('an Exif item that shares bytes with the picture is refused', () => {
  const file = Buffer.from(recordedPrivatePicture('heic'))
  const iloc = file.indexOf('iloc')
  // The base of the Exif item, whose length would then reach over the tile.
  const base = file.indexOf(big(4, 0x324), iloc)
  file.writeUInt32BE(TILE.at + 4, base)
  assert.equal(refusal(file), 'overlap')
})

test('a file whose metadata cannot be placed is refused', () => {
  const file = Buffer.from(recordedPrivatePicture('heic'))
  assert.deepEqual(refusal(file.subarray(0, 700)), 'cutShort')
  const renamed = Buffer.from(file)
  renamed.write('ilox', renamed.indexOf('iloc'), 'latin1')
  assert.equal(refusal(renamed), 'malformed')
  assert.ok(namesFound(file).includes('GPSLatitude'))
})
