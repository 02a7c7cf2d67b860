import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import sharp from 'sharp'
import { IMAGE_HEAD_BYTES, ImageFormat, recogniseImage } from '../../src/peer/image-format.ts'

/** One file's beginning. `imghdr` is what Python 3.11's imghdr answered about it, `format` what we are to answer. */
interface Sample {
  readonly name: string
  readonly from: string
  readonly hex?: string
  readonly text?: string
  readonly imghdr: string | null
  readonly format: string | null
}

function samplesIn(file: string): readonly Sample[] {
  return JSON.parse(readFileSync(new URL(`../vectors/images/${file}`, import.meta.url), 'utf8'))
}

function bytesOf({ hex, text }: Sample): Buffer {
  return hex === undefined ? Buffer.from(text ?? '') : Buffer.from(hex, 'hex')
}

const IMGHDR_FORMATS = [
  'rgb',
  'gif',
  'pbm',
  'pgm',
  'ppm',
  'tiff',
  'rast',
  'xbm',
  'jpeg',
  'bmp',
  'png',
  'webp',
  'exr',
]
const imghdrSamples = samplesIn('imghdr-formats.json')
const otherSamples = samplesIn('other-formats.json')
const notImages = samplesIn('not-images.json')
const images = [...imghdrSamples, ...otherSamples]

describe('true files of the formats imghdr knows are read as imghdr reads them', () => {
  for (const sample of imghdrSamples) {
    it(`${sample.name} (${sample.from})`, () => {
      assert.equal(recogniseImage(bytesOf(sample))?.id, sample.imghdr)
      assert.equal(sample.imghdr, sample.format)
    })
  }

  it('every one of the 13 has a sample', () => {
    assert.deepEqual(new Set(imghdrSamples.map(sample => sample.imghdr)), new Set(IMGHDR_FORMATS))
  })
})

describe('true files of other formats, and JPEGs that imghdr misses, are recognised', () => {
  for (const sample of otherSamples) {
    it(`${sample.name} (${sample.from})`, () => {
      assert.equal(recogniseImage(bytesOf(sample))?.id, sample.format)
    })
  }

  it('what imghdr calls tiff is still an image, by its own name', () => {
    const calledTiff = otherSamples.filter(sample => sample.imghdr !== null)
    assert.ok(calledTiff.length > 0)
    for (const sample of calledTiff) assert.equal(sample.imghdr, 'tiff', sample.name)
  })

  it('every format has a sample', () => {
    assert.deepEqual(new Set(images.map(sample => sample.format)), new Set(Object.keys(ImageFormat)))
  })
})

describe('what is no image is not recognised', () => {
  for (const sample of notImages) {
    it(sample.name, () => {
      assert.equal(recogniseImage(bytesOf(sample)), undefined)
    })
  }

  it('although imghdr takes many of them for one', () => {
    const taken = new Set(notImages.map(sample => sample.imghdr).filter(format => format !== null))
    for (const format of ['bmp', 'tiff', 'xbm', 'gif', 'pbm', 'pgm', 'ppm', 'jpeg', 'webp']) {
      assert.ok(taken.has(format), format)
    }
  })

  it('no text is, whichever letters it begins with', () => {
    const magic = fc.constantFrom(
      ...[
        'BM',
        'II',
        'MM',
        'II*',
        'MM*',
        'P1 ',
        'P4\n',
        'P5\t',
        'P6 12 30 ',
        'P3 2 2 255 0',
        'GIF87a',
        'GIF89a',
      ],
      ...[
        '#define ',
        '#define a_width ',
        '8BPS',
        'IIRO',
        'IIRS',
        'MMOR',
        'FUJIFILMCCD-RAW 0201',
        'RIFFabcdWEBPVP8',
      ],
      ...['abcdftypheic', 'abcdefJFIF', '\uffd8', 'Y\u00a6j\u0095', 'v/1', '\u00ff\n', 'ÿOÿQ', ''],
    )
    // One word that holds a letter no plain pixel is written with, then anything printable.
    const words = fc.tuple(
      fc.constantFrom('people', 'Überraschung', 'и', '漢字', '!', ','),
      fc.array(fc.string({ unit: 'grapheme', maxLength: 40 }), { maxLength: 60 }),
    )
    fc.assert(
      fc.property(magic, words, (start, [word, rest]) => {
        const head = Buffer.from(start + word + rest.join(' ')).subarray(0, IMAGE_HEAD_BYTES)
        assert.equal(recogniseImage(head), undefined)
      }),
      { seed: 13377, numRuns: 5000 },
    )
  })
})

describe('images as an encoder writes them are recognised', () => {
  const pixels = { create: { width: 24, height: 16, channels: 3, background: '#c04020' } } as const

  for (const format of ['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'] as const) {
    it(format, async () => {
      const bytes = await sharp(pixels).toFormat(format).toBuffer()
      assert.equal(recogniseImage(bytes.subarray(0, IMAGE_HEAD_BYTES))?.id, format)
    })
  }

  it('a JPEG with four inks, an animation, a progressive JPEG, a 16-bit PNG, a WebP with transparency', async () => {
    const noise = Buffer.from(Array.from({ length: 24 * 32 * 3 }, (_, index) => (index * 7919) % 256))
    const frames = { raw: { width: 24, height: 32, channels: 3, pageHeight: 16 } } as const
    const written = [
      [await sharp(pixels).toColourspace('cmyk').jpeg().toBuffer(), 'jpeg'],
      [await sharp(pixels).jpeg({ progressive: true }).toBuffer(), 'jpeg'],
      [await sharp(pixels).withMetadata({ density: 300 }).jpeg().toBuffer(), 'jpeg'],
      [await sharp(pixels).toColourspace('rgb16').png().toBuffer(), 'png'],
      [await sharp(pixels).ensureAlpha(0.5).webp().toBuffer(), 'webp'],
      [await sharp(noise, frames).webp({ loop: 0 }).toBuffer(), 'webp'],
      [await sharp(noise, frames).gif({ loop: 0 }).toBuffer(), 'gif'],
      [await sharp(pixels).tiff({ bigtiff: true }).toBuffer(), 'tiff'],
    ] as const
    for (const [bytes, format] of written) {
      assert.equal(recogniseImage(bytes.subarray(0, IMAGE_HEAD_BYTES))?.id, format)
    }
  })
})

describe('recognition is total', () => {
  it('no beginning of an image, however short, is an error or another format', () => {
    for (const sample of images) {
      const bytes = bytesOf(sample)
      for (let length = 0; length < bytes.length; length += 1) {
        const answer = recogniseImage(bytes.subarray(0, length))?.id ?? null
        // A CR2 cut before its own mark is a TIFF.
        const allowed = [null, sample.format, sample.format === 'cr2' ? 'tiff' : null]
        assert.ok(allowed.includes(answer), `${sample.name}, ${length} bytes: ${answer}`)
      }
    }
  })

  it('no beginning of anything else is an error, and one byte is never an image', () => {
    for (const sample of notImages) {
      const bytes = bytesOf(sample)
      for (let length = 0; length < bytes.length; length += 1) recogniseImage(bytes.subarray(0, length))
    }
    for (let byte = 0; byte < 256; byte += 1) assert.equal(recogniseImage(Uint8Array.of(byte)), undefined)
  })

  it('no bytes are an error, and what follows the head changes nothing', () => {
    const start = fc.constantFrom(...images.map(bytesOf), Buffer.alloc(0))
    const cut = fc.nat({ max: 64 })
    const change = fc.record({ at: fc.nat({ max: 63 }), byte: fc.nat({ max: 255 }) })
    fc.assert(
      fc.property(start, cut, change, fc.uint8Array({ maxLength: 64 }), (bytes, kept, { at, byte }, tail) => {
        const mutant = Buffer.concat([bytes.subarray(0, kept), tail])
        if (at < mutant.length) mutant[at] = byte
        const answer = recogniseImage(mutant)
        const padded = Buffer.concat([mutant, Buffer.alloc(IMAGE_HEAD_BYTES - mutant.length)])
        const again = recogniseImage(Buffer.concat([padded, tail]))
        assert.equal(again, recogniseImage(padded))
        assert.ok(answer === undefined || Object.values(ImageFormat).includes(answer))
      }),
      { seed: 13377, numRuns: 5000 },
    )
  })
})

describe('the table of formats', () => {
  it('ids are their keys; media types and extensions are well formed, extensions unique but for shared containers', () => {
    for (const [key, { id, mediaType, extensions }] of Object.entries(ImageFormat)) {
      assert.equal(id, key)
      assert.match(mediaType, /^image\/[a-z0-9.-]+$/)
      for (const extension of extensions) assert.match(extension, /^\.[a-z0-9]{2,5}$/)
    }
    const first = Object.values(ImageFormat).map(({ extensions }) => extensions[0])
    assert.equal(new Set(first).size, first.length)
  })
})
