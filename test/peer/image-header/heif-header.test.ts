import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ImageFormat } from '../../../src/peer/image-format.ts'
import { bytesInMemory } from '../../../src/peer/image-header/image-bytes.ts'
import { readImageHeader } from '../../../src/peer/image-header/read-image-header.ts'
import { big, box } from '../../support/boxes.ts'
import { tiff } from '../../support/tiff.ts'

const FILE_TYPE = box('ftyp', Buffer.from('heic\0\0\0\0mif1heic', 'latin1'))
const size = (width: number, height: number) => box('ispe', big(4, 0, width, height))
const crop = (width: number, height: number) => box('clap', big(4, width, 1, height, 1, 0, 1, 0, 1))
const rotation = (quarters: number) => box('irot', big(1, quarters))
const mirror = box('imir', big(1, 1))
const date = tiff([{ tag: 0x8769, directories: [[{ tag: 0x9003, text: '2022:03:04 05:06:07' }]] }], 'MM')
const TAKEN = Date.UTC(2022, 2, 4, 5, 6, 7) / 1000

/** Item 1 has property 1; item 2, the primary one, has `properties` in the order given. */
function properties(list: readonly Buffer[], isWide: boolean): Buffer {
  const numbers = list.map((_, index) => index + 2)
  const association = isWide
    ? [
        big(4, 0x01000001, 2, 1),
        big(1, 1),
        big(2, 0x8001),
        big(4, 2),
        big(1, list.length),
        big(2, ...numbers),
      ]
    : [big(4, 0, 2), big(2, 1), big(1, 1, 0x81), big(2, 2), big(1, list.length, ...numbers)]
  return box('iprp', box('ipco', size(512, 512), ...list), box('ipma', ...association))
}

const primary = (isWide: boolean) =>
  box('pitm', isWide ? big(4, 0x01000000, 2) : Buffer.from([0, 0, 0, 0, 0, 2]))

function items(isWide: boolean): Buffer {
  const entry = (id: number, type: string) =>
    box(
      'infe',
      big(4, isWide ? 0x03000000 : 0x02000000),
      big(isWide ? 4 : 2, id),
      big(2, 0),
      Buffer.from(type),
      big(1, 0),
    )
  const entries = [entry(1, 'hvc1'), entry(2, 'grid'), entry(3, 'Exif')]
  return box('iinf', big(4, isWide ? 0x01000000 : 0), big(isWide ? 4 : 2, entries.length), ...entries)
}

/** Where item 3 lies, by each of the three versions of the box. */
function places(version: 0 | 1 | 2, offset: number, length: number): Buffer {
  const id = (number: number) => big(version === 2 ? 4 : 2, number)
  const method = version === 0 ? [] : [big(2, 0)]
  const tile = [id(1), ...method, big(2, 0), big(4, 0), big(2, 2), big(4, 1, 1, 2, 2)]
  const exif = [id(3), ...method, big(2, 0), big(4, offset - 8), big(2, 1), big(4, 8, length)]
  return box('iloc', big(4, version << 24), big(2, 0x4440), id(2), ...tile, ...exif)
}

/** A picture of tiles as phones write it, its EXIF block behind the `meta` box. */
function heic(list: readonly Buffer[], version: 0 | 1 | 2): Buffer {
  const isWide = version === 2
  const exif = Buffer.concat([big(4, 6), Buffer.from('Exif\0\0', 'latin1'), date])
  const meta = (offset: number) =>
    box(
      'meta',
      big(4, 0),
      primary(isWide),
      items(isWide),
      properties(list, isWide),
      places(version, offset, exif.length),
    )
  const offset = FILE_TYPE.length + meta(8).length + 8
  return Buffer.concat([FILE_TYPE, meta(offset), box('mdat', exif)])
}

const read = (file: Buffer) => readImageHeader(ImageFormat.heic, bytesInMemory(file))

describe('the primary item’s properties give the size as it is shown', () => {
  for (const version of [0, 1, 2] as const) {
    it(`in boxes of version ${version}`, () => {
      assert.deepEqual(read(heic([size(4032, 3024)], version)), { width: 4032, height: 3024, taken: TAKEN })
      for (const quarters of [1, 3]) {
        const turned = read(heic([size(4032, 3024), rotation(quarters)], version))
        assert.deepEqual(turned, { width: 3024, height: 4032, taken: TAKEN })
      }
      for (const list of [[rotation(0)], [rotation(2)], [mirror]]) {
        assert.equal(read(heic([size(4032, 3024), ...list], version)).width, 4032)
      }
      const cropped = read(heic([size(64, 48), crop(63, 47), rotation(1)], version))
      assert.deepEqual(cropped, { width: 47, height: 63, taken: TAKEN })
    })
  }
})

describe('a part that is missing, or hostile, costs only what it tells', () => {
  it('without a size', () => {
    assert.deepEqual(read(heic([rotation(1)], 0)), { taken: TAKEN })
    assert.deepEqual(read(heic([size(64, 48), box('clap', big(4, 1, 0, 1, 0))], 0)), { taken: TAKEN })
  })

  it('without any one of its boxes', () => {
    const whole = heic([size(64, 48)], 1)
    for (const type of ['pitm', 'iprp', 'ipco', 'ipma', 'iinf', 'iloc', 'infe']) {
      const file = Buffer.from(whole)
      for (let at = file.indexOf(type); at >= 0; at = file.indexOf(type)) file.write('free', at, 'latin1')
      const { taken, ...shown } = read(file)
      const isOfSize = ['pitm', 'iprp', 'ipco', 'ipma'].includes(type)
      assert.deepEqual(shown, isOfSize ? {} : { width: 64, height: 48 }, type)
      assert.equal(taken, isOfSize ? TAKEN : undefined, type)
    }
    assert.deepEqual(read(FILE_TYPE), {})
  })

  it('with a box of no length, or of more than there is', () => {
    const whole = heic([size(64, 48)], 1)
    for (const length of [0, 1, 7, 0x7fffffff, 0xffffffff]) {
      for (const type of ['meta', 'iprp', 'ipco', 'ispe', 'iinf', 'iloc']) {
        const file = Buffer.from(whole)
        file.writeUInt32BE(length, file.indexOf(type) - 4)
        read(file)
      }
    }
  })
})
