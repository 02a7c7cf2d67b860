import assert from 'node:assert/strict'
import { test } from 'node:test'
import ExifReader from 'exifreader'
import sharp from 'sharp'
import { privateGif } from '../../support/private-pictures.ts'
import { cleaned, namesFound, refusal } from './cleaning-under-test.ts'

const picture = await sharp({ create: { width: 20, height: 20, channels: 3, background: '#5b2' } })
  .gif()
  .toBuffer()

function application(name: string, data: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x21, 0xff, 11]), Buffer.from(name, 'latin1'), data])
}

function withBlock(block: Buffer): Buffer {
  return Buffer.concat([picture.subarray(0, -1), block, picture.subarray(-1)])
}

test('XMP in a GIF is cleaned in its place', async () => {
  const file = await privateGif()
  const { bytes, found } = cleaned(file)
  assert.ok(found.some(({ name }) => name === 'aux:SerialNumber'))
  assert.ok(!bytes.includes('XMP-471') && bytes.includes('xmp:Rating="4"'))
  assert.deepEqual(namesFound(bytes), [])
  assert.equal(ExifReader.load(bytes, { expanded: true }).gif?.['Image Width']?.value, 24)
  assert.deepEqual(await sharp(bytes).raw().toBuffer(), await sharp(file).raw().toBuffer())
})

test("another application's data go, and what stands behind the end; a comment stays", () => {
  const comment = Buffer.from('\x21\xfe\x05beach\0', 'latin1')
  assert.deepEqual(cleaned(withBlock(comment)).found, [])
  const file = Buffer.concat([
    withBlock(application('SECRETAPPL1', Buffer.from('\x0bserial 4711\0', 'latin1'))),
    Buffer.from('4712'),
  ])
  const { bytes } = cleaned(file)
  assert.ok(!bytes.includes('471'))
  assert.deepEqual(namesFound(bytes), [])
  assert.equal(refusal(picture.subarray(0, -8)), 'cutShort')
})
