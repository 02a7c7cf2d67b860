import assert from 'node:assert/strict'
import { test } from 'node:test'
import sharp from 'sharp'
import { PRIVATE_XMP, recordedPrivatePicture } from '../../support/private-pictures.ts'
import { tiff } from '../../support/tiff.ts'
import { cleaned, namesFound, refusal } from './cleaning-under-test.ts'

const SERIAL = { tag: 0xa431, text: 'BODY-4711' } as const
const MAKE = { tag: 271, text: 'Canon EOS' } as const
const EXIF_DIRECTORY = 0x8769
const MAKER_NOTE = { tag: 0x927c, text: 'NOTE-4717' } as const

for (const byteOrder of ['II', 'MM'] as const) {
  test(`fields go from every directory of a TIFF (${byteOrder}), the others close up`, () => {
    const file = tiff(
      [
        MAKE,
        { tag: 330, directories: [[MAKE, { tag: 50735, text: 'DNG-4715' }]] },
        { tag: EXIF_DIRECTORY, directories: [[{ tag: 0x9003, text: '2024:05:06 07:08:09' }, SERIAL]] },
        {
          tag: 0x8825,
          directories: [
            [
              { tag: 1, text: 'S' },
              { tag: 29, text: '2024:05:06' },
            ],
          ],
        },
        { tag: 65001, text: 'SN' },
        { tag: 65432, text: 'something else' },
      ],
      byteOrder,
    )
    const { bytes, found } = cleaned(file)
    assert.deepEqual(found.map(({ name }) => name).sort(), [
      'BodySerialNumber',
      'CameraSerialNumber',
      'GPS',
      'GPSDateStamp',
      'GPSLatitudeRef',
      'SerialNumber',
      'tag 65432',
    ])
    assert.doesNotMatch(bytes.toString('latin1'), /471|2024:05:06\0|SN|else/)
    assert.match(bytes.toString('latin1'), /Canon EOS[\s\S]*2024:05:06 07:08:09/)
  })
}

test('a BigTIFF is read by its longer offsets', async () => {
  const file = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#abc' } })
    .tiff({ bigtiff: true, compression: 'lzw' })
    .withXmp(PRIVATE_XMP)
    .toBuffer()
  assert.equal(file.readUInt16LE(2), 43)
  const { bytes } = cleaned(file)
  assert.ok(namesFound(file).includes('aux:SerialNumber'))
  assert.deepEqual(await sharp(bytes).raw().toBuffer(), await sharp(file).raw().toBuffer())
  // What the resolution is in becomes a private field.
  const unit = file.indexOf(Buffer.from([0x28, 0x01, 3, 0]))
  const changed = Buffer.from(file)
  changed.writeUInt16LE(65001, unit)
  const again = cleaned(changed)
  assert.ok(again.found.some(({ name }) => name === 'SerialNumber'))
  assert.deepEqual(await sharp(again.bytes).raw().toBuffer(), await sharp(file).raw().toBuffer())
})

test("a camera's raw file that needs the maker's block is refused, a DNG is not", () => {
  const raw = { tag: 262, type: 'short', values: [32803] } as const
  const exif = { tag: EXIF_DIRECTORY, directories: [[MAKER_NOTE]] } as const
  assert.equal(refusal(tiff([raw, exif])), 'rawPicture')
  const { bytes } = cleaned(tiff([raw, exif, { tag: 50706, type: 'long', values: [1] }]))
  assert.ok(!bytes.includes('4717'))
  assert.equal(refusal(tiff([raw])), undefined)
})

test('what has to go and shares bytes with what stays is refused', () => {
  const file = tiff([{ tag: 315, text: 'BODY-4711' }, SERIAL])
  const entry = file.indexOf(Buffer.from([0x31, 0xa4, 2, 0]))
  const shared = Buffer.from(file)
  shared.writeUInt32LE(file.indexOf('BODY'), entry + 8)
  assert.equal(refusal(shared), 'overlap')
  assert.equal(refusal(tiff([{ tag: 315, text: 'BODY-4711' }, SERIAL])), undefined)
})

test('directories that lead to each other come to an end', () => {
  const file = tiff([MAKE, { tag: 330, type: 'long', values: [0] }, SERIAL])
  const first = file.readUInt32LE(4)
  const looped = Buffer.from(file)
  looped.writeUInt32LE(first, first + 2 + 12 + 8)
  looped.writeUInt32LE(first, first + 2 + 36)
  assert.ok(!cleaned(looped).bytes.includes('4711'))
})

test('fields that all lead to one long text come to an end', () => {
  const text = { tag: 700, text: `<a>${'x'.repeat(1_000_000)}</a>` } as const
  const file = tiff([text, ...Array.from({ length: 1000 }, () => ({ tag: 700, text: '12345678' }))])
  const shared = file.readUInt32LE(file.readUInt32LE(4) + 2 + 8)
  const directory = file.readUInt32LE(4)
  for (let index = 1; index <= 1000; index += 1) {
    file.writeUInt32LE(text.text.length, directory + 2 + index * 12 + 4)
    file.writeUInt32LE(shared, directory + 2 + index * 12 + 8)
  }
  assert.equal(refusal(file), 'tooComplex')
})

test('strips that are JPEGs are looked into', async () => {
  const jpeg = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#abc' } })
    .jpeg()
    .withXmp(PRIVATE_XMP)
    .toBuffer()
  const strip = (at: number): Buffer =>
    tiff([
      { tag: 259, type: 'short', values: [7] },
      { tag: 273, type: 'long', values: [at] },
      { tag: 279, type: 'long', values: [jpeg.length] },
    ])
  const { bytes } = cleaned(Buffer.concat([strip(strip(0).length), jpeg]))
  assert.ok(!bytes.includes('XMP-471') && bytes.includes('Rating'))
})

test('what no field leads to stays in a file, and goes from a block within one', () => {
  const file = recordedPrivatePicture('tiff')
  assert.ok(cleaned(Buffer.concat([file, Buffer.from('left over')])).bytes.includes('left over'))
  const block = Buffer.concat([tiff([MAKE]), Buffer.from('left over: 4711')])
  const header = Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0, 2 + 6 + block.length])
  const jpeg = Buffer.concat([header, Buffer.from('Exif\0\0'), block, Buffer.from([0xff, 0xd9])])
  const { bytes } = cleaned(jpeg)
  assert.ok(!bytes.includes('4711') && bytes.includes('Canon EOS'))
})
