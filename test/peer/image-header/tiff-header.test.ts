import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ImageFormat, recogniseImage } from '../../../src/peer/image-format.ts'
import { bytesInMemory } from '../../../src/peer/image-header/image-bytes.ts'
import { readImageHeader } from '../../../src/peer/image-header/read-image-header.ts'
import { readExif } from '../../../src/peer/image-header/tiff-header.ts'
import { type TiffField, tiff } from '../../support/tiff.ts'

const long = (tag: number, ...values: number[]): TiffField => ({ tag, type: 'long', values })
const short = (tag: number, ...values: number[]): TiffField => ({ tag, type: 'short', values })
const sized = (subfileType: number, width: number, height: number) => [
  long(254, subfileType),
  long(256, width),
  long(257, height),
]
const dated = (original: string, digitized = ''): TiffField => ({
  tag: 0x8769,
  directories: [
    [
      { tag: 0x9003, text: original },
      { tag: 0x9004, text: digitized },
    ],
  ],
})
const read = (file: Buffer, format: ImageFormat = ImageFormat.tiff) =>
  readImageHeader(format, bytesInMemory(file))

for (const byteOrder of ['II', 'MM'] as const) {
  describe(`directories, ${byteOrder}`, () => {
    it('a camera’s preview is not taken for the picture below it', () => {
      const raw = tiff(
        [
          ...sized(1, 160, 120),
          short(274, 6),
          { tag: 330, directories: [sized(1, 1620, 1080), sized(0, 6000, 4000), sized(4, 6000, 4001)] },
          dated('2021:05:06 07:08:09'),
        ],
        byteOrder,
      )
      assert.deepEqual(read(raw), {
        width: 4000,
        height: 6000,
        taken: Date.UTC(2021, 4, 6, 7, 8, 9) / 1000,
      })
    })

    it('one directory below stands in the field itself', () => {
      const raw = tiff([...sized(1, 160, 120), { tag: 330, directories: [sized(0, 30, 20)] }], byteOrder)
      assert.deepEqual(read(raw), { width: 30, height: 20 })
    })

    it('a preview alone has no size', () => {
      assert.deepEqual(read(tiff(sized(1, 160, 120), byteOrder)), {})
    })

    it('sizes in 16 bits, and without a kind', () => {
      assert.deepEqual(read(tiff([short(256, 7), short(257, 9)], byteOrder)), { width: 7, height: 9 })
    })

    it('the date is that of the picture, else that of the scan, else none', () => {
      const date = (field: TiffField) => readExif(tiff([field], byteOrder)).taken
      const of = (year: number) => Date.UTC(year, 0, 1) / 1000
      assert.equal(date(dated('2001:01:01 00:00:00', '2002:01:01 00:00:00')), of(2001))
      assert.equal(date(dated('0000:00:00 00:00:00', '2002:01:01 00:00:00')), of(2002))
      assert.equal(date(dated('', '')), undefined)
      assert.equal(date({ tag: 306, text: '2003:01:01 00:00:00' }), undefined)
    })

    it('ORF and CR2 are built alike; RW2 gives the sensor’s size, which is not the picture’s', () => {
      const fields = [...sized(0, 30, 20), dated('2001:01:01 00:00:00')]
      const taken = Date.UTC(2001, 0, 1) / 1000
      const olympus = tiff(fields, byteOrder, 0x4f52)
      assert.deepEqual(read(olympus, ImageFormat.orf), { width: 30, height: 20, taken })
      assert.deepEqual(read(tiff(fields, byteOrder), ImageFormat.cr2), { width: 30, height: 20, taken })
      assert.deepEqual(read(tiff(fields, byteOrder, 0x55), ImageFormat.rw2), { taken })
    })
  })
}

describe('what is built like a TIFF and is none', () => {
  it('JPEG XR', () => {
    const file = tiff([long(0xbc80, 640), long(0xbc81, 480)], 'II', 0x1bc)
    assert.equal(recogniseImage(file), ImageFormat.jxr)
    assert.deepEqual(read(file, ImageFormat.jxr), { width: 640, height: 480 })
  })

  it('a BigTIFF, whose offsets are longer', () => {
    assert.deepEqual(read(tiff(sized(0, 3, 2), 'II', 43)), {})
  })
})

describe('hostile directories', () => {
  it('that point to themselves, in every way, end', () => {
    const file = tiff([...sized(1, 16, 12), long(330, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8), long(0x8769, 0)])
    const entries = file.readUInt32LE(4) + 2
    // The offset of the EXIF directory becomes that of the first, the list of sub-directories itself.
    file.writeUInt32LE(entries - 2, entries + 4 * 12 + 8)
    file.writeUInt32LE(entries - 2, entries + 3 * 12 + 8)
    assert.deepEqual(read(file), {})
  })

  it('of the largest count that there is cost no more than some hundred entries', () => {
    const file = Buffer.alloc(8 + 2 + 0xffff * 12, 0)
    file.write('II*\0', 'latin1')
    file.writeUInt32LE(8, 4)
    file.writeUInt16LE(0xffff, 8)
    let bytesRead = 0
    const counted = {
      size: file.length,
      slice: (at: number, length: number) => {
        bytesRead += length
        return file.subarray(at, at + length)
      },
    }
    assert.deepEqual(readImageHeader(ImageFormat.tiff, counted), {})
    assert.ok(bytesRead < 10_000, `${bytesRead}`)
  })

  it('values that no picture has leave the size out and the date in', () => {
    const taken = Date.UTC(2001, 0, 1) / 1000
    for (const [width, height] of [
      [0, 5],
      [5, 0],
      [1_000_001, 5],
      [0xffffffff, 0xffffffff],
    ] as const) {
      assert.deepEqual(read(tiff([...sized(0, width, height), dated('2001:01:01 00:00:00')])), { taken })
    }
    assert.deepEqual(read(tiff([...sized(0, 1_000_000, 5), short(274, 9)])), { width: 1_000_000, height: 5 })
    assert.deepEqual(read(tiff([long(256, 3, 3), long(257, 2, 2)])), {}, 'more than one width')
  })
})
