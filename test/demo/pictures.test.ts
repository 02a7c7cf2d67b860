import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import sharp from 'sharp'
import type { Picture } from '../../src/demo/album.ts'
import { takeTurn } from '../../src/demo/canvas.ts'
import { ARTIST, type PictureFormat } from '../../src/demo/encoding.ts'
import { albums } from '../../src/demo/pictures.ts'
import { toWireName } from '../../src/protocol/image-name.ts'
import { readExifText } from '../support/exif-text.ts'

/** EXIF tag numbers (EXIF 2.32, tables 4 and 5). */
const IMAGE_DESCRIPTION = 0x010e
const ARTIST_TAG = 0x013b
const DATE_TIME_ORIGINAL = 0x9003
const OFFSET_TIME_ORIGINAL = 0x9011

/** Bytes of all files together: what a demonstration may put on somebody's disk without asking. */
const MOST_BYTES = 2_000_000

/** What a file of each format has in its first bytes, and where, in latin1. */
const SIGNATURES: Readonly<Record<PictureFormat, readonly (readonly [at: number, bytes: string])[]>> = {
  jpeg: [[0, '\xff\xd8\xff']],
  png: [[0, '\x89PNG\r\n\x1a\n']],
  webp: [
    [0, 'RIFF'],
    [8, 'WEBP'],
  ],
  avif: [[4, 'ftypavif']],
  gif: [[0, 'GIF89a']],
}

const EXTENSIONS: Readonly<Record<PictureFormat, string>> = {
  jpeg: '.jpg',
  png: '.png',
  webp: '.webp',
  avif: '.avif',
  gif: '.gif',
}

const drawn = new Map<Picture, Buffer>()
const pictures: readonly Picture[] = [...new Set(albums.flatMap(album => album.pictures))]

function bytesOf(picture: Picture): Buffer {
  const bytes = drawn.get(picture)
  assert.ok(bytes !== undefined)
  return bytes
}

before(async () => {
  for (const picture of pictures) drawn.set(picture, await picture.draw())
})

describe('the albums', () => {
  it('are those of three people, four to six pictures each', () => {
    assert.equal(new Set(albums.map(album => album.owner)).size, 3)
    for (const { owner, pictures: own } of albums)
      assert.ok(own.length >= 4 && own.length <= 6, `${owner} has ${own.length}`)
  })

  it('share one picture byte for byte, and no other', () => {
    const owners = new Map<string, string[]>()
    for (const album of albums) {
      for (const picture of album.pictures) {
        const bytes = bytesOf(picture).toString('base64')
        owners.set(bytes, [...(owners.get(bytes) ?? []), album.owner])
      }
    }
    const shared = [...owners.values()].filter(names => names.length > 1)
    assert.deepEqual(shared, [['Ana', 'Clara']])
  })

  it('stay small enough together', () => {
    const files = albums.flatMap(album => album.pictures)
    const sum = files.reduce((bytes, picture) => bytes + bytesOf(picture).length, 0)
    assert.ok(sum < MOST_BYTES, `${sum} bytes`)
  })

  it('hold every format, landscape, portrait and square, and some years', () => {
    assert.deepEqual(
      new Set(pictures.map(picture => picture.format)),
      new Set<PictureFormat>(['jpeg', 'png', 'webp', 'avif', 'gif']),
    )
    const shapes = pictures.map(({ width, height }) => Math.sign(width - height))
    assert.deepEqual(new Set(shapes), new Set([1, 0, -1]))
    assert.ok(new Set(pictures.map(picture => picture.takenAt.getUTCFullYear())).size >= 5)
  })

  it('have file names that every file system takes and the wire carries as they are', () => {
    const names = pictures.map(picture => picture.fileName)
    for (const name of names) {
      assert.equal(toWireName(name), name)
      assert.equal(name.normalize('NFC'), name)
      assert.doesNotMatch(name, /[<>:"/\\|?*]|[. ]$/)
      assert.ok(Buffer.byteLength(name) < 100)
    }
    const alike = new Set(names.map(name => name.toLowerCase()))
    assert.equal(alike.size, names.length)
    assert.ok(names.some(name => name.includes(',')))
    assert.ok(names.some(name => /[^ -~]/.test(name)))
  })
})

for (const picture of pictures) {
  describe(picture.fileName, () => {
    it('is a file of its format, by its first bytes and by its name', () => {
      for (const [at, signature] of SIGNATURES[picture.format])
        assert.equal(bytesOf(picture).toString('latin1', at, at + signature.length), signature)
      assert.ok(picture.fileName.endsWith(EXTENSIONS[picture.format]))
    })

    it('decodes to the size it claims', async () => {
      const { info, data } = await sharp(bytesOf(picture), { failOn: 'warning' })
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true })
      assert.deepEqual([info.width, info.height, info.channels], [picture.width, picture.height, 3])
      assert.equal(data.length, picture.width * picture.height * 3)
    })

    it('shows something', async () => {
      const { channels, entropy } = await sharp(bytesOf(picture)).stats()
      assert.ok(Math.max(...channels.map(channel => channel.stdev)) > 20, 'nearly one colour')
      assert.ok(entropy > 2, `entropy ${entropy}`)
    })

    it('tells when it was taken, what it shows and who made it', async () => {
      const { exif } = await sharp(bytesOf(picture)).metadata()
      if (picture.format === 'gif') {
        assert.equal(exif, undefined)
        return
      }
      assert.ok(exif !== undefined)
      const texts = readExifText(exif)
      const [date, time] = (texts.get(DATE_TIME_ORIGINAL) ?? '').split(' ')
      const offset = texts.get(OFFSET_TIME_ORIGINAL)
      assert.equal(
        new Date(`${date?.replaceAll(':', '-')}T${time}${offset}`).getTime(),
        picture.takenAt.getTime(),
      )
      assert.equal(texts.get(ARTIST_TAG), ARTIST)
      assert.match(texts.get(IMAGE_DESCRIPTION) ?? '', /^[A-Z][ -~]{10,80}$/)
    })

    it('is the same each time it is drawn', async () => {
      const again = await picture.draw()
      assert.ok(again.equals(bytesOf(picture)))
    })

    it('stops with the reason of its signal', async () => {
      const reason = new Error('enough')
      await assert.rejects(picture.draw(AbortSignal.abort(reason)), fault => fault === reason)
      const control = new AbortController()
      const drawing = picture.draw(control.signal)
      const stopped = assert.rejects(drawing, fault => fault === reason)
      await takeTurn(undefined)
      control.abort(reason)
      await stopped
    })
  })
}
