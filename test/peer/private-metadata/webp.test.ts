import assert from 'node:assert/strict'
import { test } from 'node:test'
import sharp from 'sharp'
import { PRIVATE_XMP } from '../../support/private-pictures.ts'
import { cleaned, namesFound, refusal } from './cleaning-under-test.ts'

/** Two frames, one above the other in one picture of twice the height. */
const frames = Buffer.concat([Buffer.alloc(16 * 16 * 3, 40), Buffer.alloc(16 * 16 * 3, 200)])
const animation = await sharp(frames, { raw: { width: 16, height: 32, channels: 3, pageHeight: 16 } })
  .webp({ lossless: true, loop: 0, delay: [100, 100] })
  .withXmp(PRIVATE_XMP)
  .toBuffer()

test('an animation is cleaned, its frames stay', async () => {
  assert.equal((await sharp(animation, { animated: true }).metadata()).pages, 2)
  const { bytes, found } = cleaned(animation)
  assert.ok(found.some(({ name }) => name === 'aux:SerialNumber'))
  const [before, after] = await Promise.all(
    [animation, bytes].map(file => sharp(file, { animated: true }).raw().toBuffer()),
  )
  assert.deepEqual(after, before)
})

test('chunks of nobody known go, within frames too, and what stands behind the end', () => {
  const chunk = Buffer.from('SECR\x04\0\0\x004711', 'latin1')
  const frameAt = animation.indexOf('ANMF')
  const frameBytes = animation.readUInt32LE(frameAt + 4)
  const frameEnd = frameAt + 8 + frameBytes
  const file = Buffer.concat([
    animation.subarray(0, frameEnd),
    chunk,
    animation.subarray(frameEnd),
    chunk,
    chunk,
  ])
  file.writeUInt32LE(frameBytes + chunk.length, frameAt + 4)
  // The last one stands behind the end that the file gives.
  file.writeUInt32LE(file.length - 8 - chunk.length, 4)
  const { bytes, found } = cleaned(file)
  assert.deepEqual(
    found.map(({ name }) => name).filter(name => !name.includes(':')),
    ['SECR', 'SECR', 'data behind the picture'],
  )
  assert.ok(!bytes.includes('4711'))
  assert.deepEqual(namesFound(bytes), [])
  assert.equal(refusal(animation.subarray(0, -4)), 'cutShort')
})
