import assert from 'node:assert/strict'
import { test } from 'node:test'
import sharp from 'sharp'
import { PRIVATE_XMP, privatePicture, recordedPrivatePicture } from '../../support/private-pictures.ts'
import { below, seededRandom } from '../../support/seeded-random.ts'
import { cleaned, namesFound, refusal } from './cleaning-under-test.ts'

const picture = await sharp({ create: { width: 16, height: 16, channels: 3, background: '#a40' } })
  .jpeg()
  .toBuffer()

function segment(app: number, ...content: readonly (string | Buffer)[]): Buffer {
  const inside = Buffer.concat(
    content.map(part => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)),
  )
  const header = Buffer.from([0xff, 0xe0 + app, 0, 0])
  header.writeUInt16BE(2 + inside.length, 2)
  return Buffer.concat([header, inside])
}

/** The picture with segments after its first two bytes. */
function withSegments(...segments: readonly Buffer[]): Buffer {
  return Buffer.concat([picture.subarray(0, 2), ...segments, picture.subarray(2)])
}

async function assertSamePixels(one: Buffer, other: Buffer): Promise<void> {
  const [pixels, same] = await Promise.all([one, other].map(file => sharp(file).raw().toBuffer()))
  assert.ok(pixels !== undefined && same?.equals(pixels))
}

test('segments of makers go, those that show the picture as it is meant stay', () => {
  const kept = [
    segment(2, 'MPF\0II*\0'),
    segment(14, 'Adobe\0d\0\0\0\0\x01'),
    segment(12, 'Ducky\0\x01\0\x04\0\0\0\x32'),
  ]
  const file = withSegments(segment(6, 'TDHD\x01 serial 4711'), ...kept, segment(1, 'FLIR\0 serial 4712'))
  const { bytes, found } = cleaned(file)
  assert.deepEqual(
    found.map(({ kind, name }) => [kind, name]),
    [
      ['unknown', 'APP6'],
      ['unknown', 'APP1'],
    ],
  )
  assert.ok(!bytes.includes('471'))
  for (const part of kept) assert.ok(bytes.includes(part))
})

test('XMP too long for one segment goes as a whole where any of it is private', () => {
  const long = PRIVATE_XMP.slice(PRIVATE_XMP.indexOf('<x:xmpmeta'), PRIVATE_XMP.indexOf('<?xpacket end'))
  const part = (from: number, to: number): Buffer =>
    segment(
      1,
      'http://ns.adobe.com/xmp/extension/\0',
      'A'.repeat(32),
      Buffer.alloc(8, 1),
      long.slice(from, to),
    )
  // Cut within a name, so that neither half tells anything.
  const middle = long.indexOf('SerialNumber') + 4
  const { bytes, found } = cleaned(withSegments(part(0, middle), part(middle, long.length)))
  assert.ok(found.some(({ name }) => name === 'aux:SerialNumber'))
  assert.ok(!bytes.includes('xmp/extension') && !bytes.includes('4713'))
})

test("Photoshop's resources are looked into across segments", () => {
  const iptc = Buffer.from('\x1c\x02\x5a\0\x06Santos\x1c\x02\x69\0\x05Beach', 'latin1')
  const resources = Buffer.concat([
    Buffer.from('8BIM\x04\x04\0\0\0\0\0\x15', 'latin1'),
    iptc,
    Buffer.alloc(1),
  ])
  const half = (from: number, to: number): Buffer =>
    segment(13, 'Photoshop 3.0\0', resources.subarray(from, to))
  const { bytes, found } = cleaned(withSegments(half(0, 19), half(19, resources.length)))
  assert.deepEqual(found, [{ kind: 'place', where: 'iptc', name: 'City', value: 'Santos' }])
  assert.ok(!bytes.includes('Santos'))
  assert.ok(bytes.includes('\x1c\x02\x69\0\x05Be', 'latin1') && bytes.includes('ach\0'), 'the rest moved up')
})

test('a picture behind the picture is cleaned, a video behind it goes', async () => {
  const told = await privatePicture('jpeg')
  const video = Buffer.from('\0\0\0\x18ftypmp42 +23.5508-046.6333/ a video', 'latin1')
  const file = Buffer.concat([told, Buffer.alloc(100), told, Buffer.alloc(5), video, told])
  const { bytes, found } = cleaned(file)
  const alone = cleaned(told).bytes
  assert.deepEqual(bytes.subarray(0, told.length), alone)
  assert.deepEqual(bytes.subarray(told.length + 100, told.length * 2 + 100), alone)
  assert.ok(bytes.subarray(told.length * 2 + 100).every(byte => byte === 0))
  assert.equal(found.at(-1)?.name, 'video')
  await assertSamePixels(file, bytes)
})

test('a thumbnail in the EXIF block is a picture with metadata of its own', () => {
  const file = recordedPrivatePicture('jpeg')
  const thumbnail = file.indexOf('\xff\xd8\xff', 2, 'latin1')
  assert.ok(thumbnail > 0 && cleaned(file).bytes.includes('\xff\xd8\xff', 2, 'latin1'))
  // The marker after its first two bytes becomes that of a maker's segment.
  const changed = Buffer.from(file)
  changed[thumbnail + 3] = 0xe5
  assert.ok(namesFound(changed).includes('APP5'))
})

test('a picture without its end is cleaned as far as it goes; a broken row of segments is refused', async () => {
  const told = await privatePicture('jpeg')
  assert.deepEqual(cleaned(told.subarray(0, -40)).bytes, cleaned(told).bytes.subarray(0, -40))
  const begins = Buffer.concat([picture.subarray(0, 2), segment(1, 'x')])
  assert.equal(refusal(Buffer.concat([begins, Buffer.from([0xff, 0xe1, 0, 1]), told])), 'malformed')
  assert.equal(refusal(Buffer.concat([begins, Buffer.from('no marker')])), 'malformed')
  const bad = withSegments(segment(1, 'Exif\0\0II*\0\xff\xff\xff\x7f'))
  assert.equal(refusal(bad), 'cutShort')
})

test('scans are passed over whole, whatever stands in them', async () => {
  const random = seededRandom(1)
  const noise = Buffer.from(Array.from({ length: 300 * 300 * 3 }, () => below(random, 256)))
  const options = { raw: { width: 300, height: 300, channels: 3 } } as const
  const big = await sharp(noise, options)
    .jpeg({ progressive: true, quality: 100, chromaSubsampling: '4:4:4' })
    .withXmp(PRIVATE_XMP)
    .toBuffer()
  assert.ok(big.length > 3 * 65_536, 'longer than what is looked at at once')
  const { bytes } = cleaned(Buffer.concat([big, Buffer.from('behind: 4711')]))
  assert.ok(!bytes.includes('4711') && !bytes.includes('XMP-471'))
  await assertSamePixels(big, bytes.subarray(0, big.length))
})
