import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import sharp from 'sharp'
import { IMAGE_HEAD_BYTES, ImageFormat, recogniseImage } from '../../../src/peer/image-format.ts'
import { bytesInMemory } from '../../../src/peer/image-header/image-bytes.ts'
import { readImageHeader } from '../../../src/peer/image-header/read-image-header.ts'
import { MAX_FORMAT_CHARACTERS, MAX_PIXELS_PER_SIDE } from '../../../src/protocol/image-details.ts'
import { big, box } from '../../support/boxes.ts'
import { imageSamples } from '../../support/image-samples.ts'
import { assertProperty } from '../../support/property.ts'

const DATE = { taken: Date.UTC(2020, 0, 2, 3, 4, 5) / 1000 }

function read(file: Uint8Array) {
  const format = recogniseImage(file.subarray(0, IMAGE_HEAD_BYTES))
  return format === undefined ? undefined : readImageHeader(format, bytesInMemory(file))
}

/** A picture as sharp writes it, with the EXIF fields of a camera. */
function photo(
  width: number,
  height: number,
  orientation: number,
  format: 'jpeg' | 'png' | 'webp' | 'tiff' | 'avif',
) {
  return sharp({ create: { width, height, channels: 3, background: '#654321' } })
    .withExif({ IFD0: { Make: 'Camera' }, IFD2: { DateTimeOriginal: '2020:01:02 03:04:05' } })
    .withMetadata({ orientation })
    .toFormat(format)
    .toBuffer()
}

const samples = imageSamples()

describe('headers are read as other programs read them', () => {
  for (const { name, bytes, format, width, height, taken } of samples) {
    it(`${format}: ${name}`, () => {
      const shown = width === undefined || height === undefined ? {} : { width, height }
      assert.deepEqual(read(bytes), { ...shown, ...(taken === undefined ? {} : { taken }) })
    })
  }

  it('most formats have a sample with a size', () => {
    const sized = new Set(samples.filter(({ width }) => width !== undefined).map(({ format }) => format))
    const without = Object.keys(ImageFormat).filter(format => !sized.has(format))
    // Camera formats, and two that no free program writes; tiff-header.test.ts and heif-header.test.ts make their own.
    assert.deepEqual(without, ['heif', 'jxr', 'cr2', 'cr3', 'raf', 'rw2', 'orf'])
  })
})

describe('sharp and we agree on the size as it is shown', () => {
  for (const format of ['jpeg', 'png', 'webp', 'tiff', 'avif'] as const) {
    it(`${format}, turned in every way`, async () => {
      for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8]) {
        for (const [width, height] of [[64, 48] as const, [33, 70] as const]) {
          const file = await photo(width, height, orientation, format)
          const { autoOrient } = await sharp(file).metadata()
          const { taken, ...shown } = read(file) ?? {}
          assert.deepEqual(shown, { width: autoOrient.width, height: autoOrient.height })
          assert.equal(shown.width, orientation < 5 ? width : height)
          // What sharp writes as EXIF does not go into a TIFF's own directories.
          assert.equal(taken, format === 'tiff' ? undefined : DATE.taken)
        }
      }
    })
  }

  it('of pictures of other kinds', async () => {
    const base = sharp({ create: { width: 61, height: 43, channels: 4, background: '#65432180' } })
    const frames = { raw: { width: 20, height: 60, channels: 3, pageHeight: 30 } } as const
    const noise = Buffer.from(Array.from({ length: 20 * 60 * 3 }, (_, index) => (index * 7919) % 256))
    const files = [
      await base.clone().jpeg({ progressive: true }).toBuffer(),
      await base.clone().toColourspace('cmyk').jpeg().toBuffer(),
      await base.clone().jpeg().withIccProfile('cmyk').toBuffer(),
      await base.clone().png({ palette: true }).toBuffer(),
      await base.clone().png({ progressive: true }).toBuffer(),
      await base.clone().webp({ lossless: true }).toBuffer(),
      await base.clone().webp({ lossless: true, quality: 40 }).toBuffer(),
      await base.clone().removeAlpha().webp().toBuffer(),
      await base.clone().tiff({ tile: true, pyramid: true }).toBuffer(),
      await base.clone().gif().toBuffer(),
      await base.clone().avif({ effort: 0 }).toBuffer(),
      await sharp(noise, frames).webp({ loop: 0 }).toBuffer(),
      await sharp(noise, frames).gif({ loop: 0 }).toBuffer(),
    ]
    for (const file of files) {
      const { width, height, pageHeight, format } = await sharp(file).metadata()
      assert.deepEqual(read(file), { width, height: pageHeight ?? height }, format)
    }
  })
})

describe('what stands in an unusual place is found', () => {
  it('a JPEG’s frame header behind a megabyte of other segments', async () => {
    const file = await photo(64, 48, 6, 'jpeg')
    const padding = Buffer.concat([Buffer.from([0xff, 0xef, 0xff, 0xff]), Buffer.alloc(0xfffd)])
    const padded = Buffer.concat([file.subarray(0, 2), ...Array(20).fill(padding), file.subarray(2)])
    assert.deepEqual(read(padded), { width: 48, height: 64, ...DATE })
  })

  it('fill bytes before a marker', async () => {
    const file = await photo(64, 48, 6, 'jpeg')
    const filled = Buffer.concat([file.subarray(0, 2), Buffer.alloc(1000, 0xff), file.subarray(2)])
    assert.deepEqual(read(filled), { width: 48, height: 64, ...DATE })
  })

  it('a WebP’s EXIF behind its pixels', async () => {
    const random = Buffer.from(
      Array.from({ length: 400 * 400 * 3 }, (_, index) => (index * index * 31) % 253),
    )
    const file = await sharp(random, { raw: { width: 400, height: 400, channels: 3 } })
      .withExif({ IFD2: { DateTimeOriginal: '2020:01:02 03:04:05' } })
      .webp({ quality: 100 })
      .toBuffer()
    assert.ok(file.indexOf('EXIF') > 10_000)
    assert.deepEqual(read(file), { width: 400, height: 400, ...DATE })
  })

  it('a JPEG XL in parts, all ratios and lengths of a side', () => {
    const bare = samples.find(({ name }) => name === 'JPEG XL, bare codestream')
    assert.ok(bare !== undefined)
    const signature = box('JXL ', Buffer.from('\r\n\x87\n', 'latin1'))
    const parts = Buffer.concat([signature, box('jxlp', big(4, 0), bare.bytes)])
    assert.deepEqual(read(parts), { width: 3, height: 2 })
    // Multiple of 8: one bit, the number less one in five, the ratio in three, and an image that is all default.
    const ratios = Array.from({ length: 7 }, (_, index) => {
      const bits = 1 | (14 << 1) | ((index + 1) << 6) | (1 << 9)
      return read(Buffer.from([0xff, 0x0a, bits & 0xff, bits >> 8]))
    })
    assert.deepEqual(
      ratios.map(size => [size?.width, size?.height]),
      [120, 144, 160, 180, 213, 150, 240].map(width => [width, 120]),
    )
  })
})

describe('hostile headers', () => {
  it('of bombs say what they claim, and no pixel is looked at', async () => {
    const png = Buffer.from(await photo(8, 8, 1, 'png'))
    png.writeUInt32BE(65_535, 16)
    png.writeUInt32BE(65_535, 20)
    png.writeUInt32BE(crc32(png.subarray(12, 29)), 29)
    assert.deepEqual(read(png), { width: 65_535, height: 65_535, ...DATE })
    const jpeg = Buffer.from(await photo(8, 8, 1, 'jpeg'))
    jpeg.writeUInt32BE(0xffffffff, jpeg.indexOf(Buffer.from([0xff, 0xc0])) + 5)
    assert.deepEqual(read(jpeg), { width: 65_535, height: 65_535, ...DATE })
  })

  it('of sides that no picture has are left out', async () => {
    const png = Buffer.from(await photo(8, 8, 1, 'png'))
    for (const side of [0, MAX_PIXELS_PER_SIDE + 1, 0x7fffffff, 0xffffffff]) {
      png.writeUInt32BE(side, 16)
      assert.deepEqual(read(png), DATE)
    }
    png.writeUInt32BE(MAX_PIXELS_PER_SIDE, 16)
    assert.equal(read(png)?.width, MAX_PIXELS_PER_SIDE)
  })

  /** Files with an orientation and a date, which make the readers walk far, and every vector. */
  async function startingPoints(): Promise<readonly Buffer[]> {
    const photos = (['jpeg', 'png', 'webp', 'tiff', 'avif'] as const).map(format => photo(64, 48, 6, format))
    return [...(await Promise.all(photos)), ...samples.map(({ bytes }) => bytes)]
  }

  function assertSound(header: ReturnType<typeof readImageHeader>): void {
    const { width, height, taken, ...others } = header
    assert.deepEqual(others, {})
    assert.equal(width === undefined, height === undefined)
    for (const side of [width, height]) {
      assert.ok(side === undefined || (Number.isInteger(side) && side >= 1 && side <= MAX_PIXELS_PER_SIDE))
    }
    assert.ok(taken === undefined || Number.isSafeInteger(taken))
  }

  it('a file cut anywhere tells less, never something else', async () => {
    for (const file of await startingPoints()) {
      const format = recogniseImage(file.subarray(0, IMAGE_HEAD_BYTES))
      assert.ok(format !== undefined)
      const whole = readImageHeader(format, bytesInMemory(file))
      const isText = format.id === 'xbm' || format.mediaType.startsWith('image/x-portable')
      for (let length = 0; length < Math.min(file.length, 2000); length += 1) {
        const cut = readImageHeader(format, bytesInMemory(file.subarray(0, length)))
        assertSound(cut)
        // A number written in digits may be cut within, and where the EXIF block is cut off nobody knows of a turn.
        if (isText || cut.width === whole.height) continue
        if (cut.width !== undefined) assert.equal(cut.width, whole.width, `${format.id}, ${length} bytes`)
        if (cut.taken !== undefined) assert.equal(cut.taken, whole.taken)
      }
    }
  })

  it('whatever is changed in a file, in whichever format it is read, there is an answer', async () => {
    const files = await startingPoints()
    const changes = fc.array(fc.tuple(fc.nat({ max: 1500 }), fc.nat({ max: 255 })), { maxLength: 12 })
    const formats = fc.constantFrom(...Object.values(ImageFormat))
    assertProperty(
      fc.property(
        fc.constantFrom(...files),
        changes,
        formats,
        fc.nat({ max: 1500 }),
        (file, list, other, cut) => {
          const mutant = Buffer.from(file)
          for (const [at, byte] of list) if (at < mutant.length) mutant[at] = byte
          const own = recogniseImage(mutant.subarray(0, IMAGE_HEAD_BYTES)) ?? other
          for (const bytes of [mutant, mutant.subarray(0, cut)]) {
            assertSound(readImageHeader(own, bytesInMemory(bytes)))
            assertSound(readImageHeader(other, bytesInMemory(bytes)))
          }
        },
      ),
      6000,
    )
  })

  it('any bytes at all, in any format', () => {
    const start = fc.constantFrom(...samples.map(({ bytes }) => bytes.subarray(0, 40)), Buffer.alloc(0))
    const noise = fc.uint8Array({ maxLength: 300 })
    assertProperty(
      fc.property(start, noise, fc.constantFrom(...Object.values(ImageFormat)), (head, tail, format) => {
        assertSound(readImageHeader(format, bytesInMemory(Buffer.concat([head, tail]))))
      }),
      4000,
    )
  })

  it('parts of no length, over and over, end with the file', () => {
    const repeated = (start: Buffer, part: Buffer) => Buffer.concat([start, Buffer.alloc(200_000, part)])
    const png = repeated(
      Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x05\0\0\0\x06\b\x02\0\0\0....', 'latin1'),
      Buffer.from('\0\0\0\0tEXtCRC.', 'latin1'),
    )
    assert.deepEqual(read(png), { width: 5, height: 6 })
    const webp = repeated(
      Buffer.from('RIFF\0\0\x03\0WEBPVP8X\n\0\0\0\x08\0\0\0\x04\0\0\x05\0\0', 'latin1'),
      Buffer.from('ANMF\0\0\0\0', 'latin1'),
    )
    assert.deepEqual(read(webp), { width: 5, height: 6 })
    assert.deepEqual(read(repeated(Buffer.from([0xff, 0xd8]), Buffer.from([0xff, 0xe1, 0, 2]))), {})
    const boxes = repeated(box('ftyp', Buffer.from('heic\0\0\0\0heic')), box('free'))
    assert.deepEqual(read(boxes), {})
    const exr = repeated(
      Buffer.from('\x76\x2f\x31\x01\x02\0\0\0', 'latin1'),
      Buffer.from('a\0b\0\0\0\0\0', 'latin1'),
    )
    assert.deepEqual(read(exr), {})
  })
})

it('the id of every format can be told to the index server', () => {
  for (const { id } of Object.values(ImageFormat)) {
    assert.match(id, new RegExp(`^[a-z0-9]{1,${MAX_FORMAT_CHARACTERS}}$`))
  }
})
