import assert from 'node:assert/strict'
import { test } from 'node:test'
import ExifReader from 'exifreader'
import sharp from 'sharp'
import {
  privatePicture,
  recordedPrivatePictures,
  SECRETS,
  WRITTEN_FORMATS,
} from '../../support/private-pictures.ts'
import { cleaned, namesFound } from './cleaning-under-test.ts'

interface Told {
  readonly gps: unknown
  readonly names: readonly string[]
  readonly values: string
}

/** What a reader that shares nothing with ours tells of a file. */
function toldByAnother(file: Buffer): Told {
  const { gps, file: _file, ...groups } = ExifReader.load(file, { expanded: true })
  const names = Object.values(groups).flatMap(group => Object.keys(group ?? {}))
  return { gps, names, values: JSON.stringify(groups) }
}

/** What the decoder says of metadata, PNG's compressed kinds included. */
async function textOf(file: Buffer): Promise<string> {
  const { exif, xmp, iptc, comments } = await sharp(file).metadata()
  const blocks = [exif, xmp, iptc].map(block => block?.toString('latin1') ?? '')
  return `${blocks.join()}${JSON.stringify(comments)}${file.toString('latin1')}`
}

const PRIVATE_NAME = /gps|serial|owner|uniqueid|makernote|^city|location|geo.*params|state|country/i

async function assertClean(original: Buffer, format: string): Promise<void> {
  const before = toldByAnother(original)
  assert.ok(
    before.names.some(name => PRIVATE_NAME.test(name)),
    'the other reader sees what is private',
  )
  const secrets = SECRETS.filter(secret => before.values.includes(secret))
  assert.ok(secrets.length >= 3, 'and its values')

  const { bytes, found } = cleaned(original)
  assert.equal(bytes.length, original.length)
  assert.ok(found.some(({ kind }) => kind === 'position'))
  assert.ok(found.some(({ kind, value }) => kind === 'serialNumber' && value === 'BODY-4711'))
  const after = toldByAnother(bytes)
  assert.equal(after.gps, undefined)
  assert.deepEqual(
    after.names.filter(name => PRIVATE_NAME.test(name)),
    [],
  )
  const text = await textOf(bytes)
  for (const secret of SECRETS) {
    assert.ok(!after.values.includes(secret) && !text.includes(secret), `${secret} is gone`)
  }
  assert.deepEqual(namesFound(bytes), [])
  for (const [name, value] of [
    ['DateTimeOriginal', '2024:05:06 07:08:09'],
    ['Make', 'Canon'],
    ['Model', 'EOS'],
    ['Artist', 'Ann'],
    ['Rating', '4'],
  ]) {
    // The reader does not look into PNG's compressed XMP, and sharp writes no EXIF into a TIFF.
    if (before.names.includes(name ?? '')) assert.ok(after.names.includes(name ?? ''), name)
    if (before.values.includes(value ?? '')) assert.ok(after.values.includes(value ?? ''), value)
  }
  if (format === 'heic') return
  // The decoder takes offence at what some writer left in the original; the cleaned file it must take as it is.
  const pixels = await sharp(original, { failOn: 'none' }).raw().toBuffer()
  const same = await sharp(bytes).raw().toBuffer()
  assert.ok(same.equals(pixels), 'the pixels are identical')
  const [metadata, left] = await Promise.all([original, bytes].map(file => sharp(file).metadata()))
  assert.equal(left?.orientation, metadata?.orientation)
  assert.deepEqual(left?.icc, metadata?.icc)
}

for (const format of WRITTEN_FORMATS) {
  test(`a ${format} holds neither position nor serial numbers, and the same pixels`, async () => {
    const original = await privatePicture(format)
    if (format === 'tiff') {
      // Its writer leaves EXIF out, so the fields come from XMP alone; the recorded one has both.
      const { bytes } = cleaned(original)
      assert.match(original.toString('latin1'), /XMP-4713/)
      assert.doesNotMatch(bytes.toString('latin1'), /XMP-471|GPS|Santos/)
      assert.match(bytes.toString('latin1'), /Rating="4"/)
      const [pixels, same] = await Promise.all([original, bytes].map(file => sharp(file).raw().toBuffer()))
      assert.ok(pixels !== undefined && same?.equals(pixels))
      return
    }
    await assertClean(original, format)
  })
}

for (const { format, name, bytes } of recordedPrivatePictures()) {
  test(`${name} holds neither position nor serial numbers, and the same picture`, () =>
    assertClean(bytes, format))
}

test('the position is told as a person finds it on a map', async () => {
  const { found } = cleaned(await privatePicture('jpeg'))
  assert.deepEqual(found[0], { kind: 'position', where: 'exif', name: 'GPS', value: '-23.55083, -46.63333' })
})

test('a picture with nothing private in it is not changed', async () => {
  for (const format of WRITTEN_FORMATS) {
    const plain = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#08f' } })
      .toFormat(format)
      .withExif({ IFD0: { Make: 'Canon', Orientation: '6' } })
      .withIccProfile('p3')
      .toBuffer()
    assert.deepEqual(cleaned(plain).bytes, plain, format)
    assert.deepEqual(cleaned(plain).found, [], format)
  }
})
