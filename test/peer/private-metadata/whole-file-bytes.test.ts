import assert from 'node:assert/strict'
import { closeSync, fstatSync, openSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import sharp from 'sharp'
import { bytesInMemory } from '../../../src/peer/image-header/image-bytes.ts'
import { withoutPrivateMetadata } from '../../../src/peer/private-metadata/find-private-metadata.ts'
import { wholeFileBytes } from '../../../src/peer/private-metadata/whole-file-bytes.ts'
import { PRIVATE_XMP } from '../../support/private-pictures.ts'
import { below, seededRandom } from '../../support/seeded-random.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

test('a file on disk gives the same edits as the same bytes in memory', async t => {
  const folder = await temporaryFolder(t)
  const random = seededRandom(2)
  const noise = Buffer.from(Array.from({ length: 500 * 500 * 3 }, () => below(random, 256)))
  const image = sharp(noise, { raw: { width: 500, height: 500, channels: 3 } })
  // A packet longer than what is read at once, in a file longer than that.
  const packet = PRIVATE_XMP.replace('xmp:Rating="4"', `xmp:Rating="4" xmp:Label="${'long '.repeat(80_000)}"`)
  for (const file of [
    await image.clone().jpeg({ quality: 100 }).withXmp(PRIVATE_XMP).toBuffer(),
    await image.clone().webp({ lossless: true, effort: 0 }).withXmp(packet).toBuffer(),
    await image.clone().tiff({ compression: 'none' }).withXmp(packet).toBuffer(),
  ]) {
    const path = join(folder, 'picture')
    await writeFile(path, file)
    const descriptor = openSync(path, 'r')
    t.after(() => closeSync(descriptor))
    const result = withoutPrivateMetadata(wholeFileBytes(descriptor, fstatSync(descriptor).size))
    assert.ok(result.outcome === 'cleaned' && result.edits.length > 0, JSON.stringify(result).slice(0, 200))
    assert.deepEqual(result, withoutPrivateMetadata(bytesInMemory(file)))
  }
})

test('a file that became shorter meanwhile is refused', async t => {
  const path = join(await temporaryFolder(t), 'picture')
  const file = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#abc' } })
    .png()
    .toBuffer()
  await writeFile(path, file)
  const descriptor = openSync(path, 'r')
  t.after(() => closeSync(descriptor))
  assert.deepEqual(withoutPrivateMetadata(wholeFileBytes(descriptor, file.length + 1000)), {
    outcome: 'refused',
    reason: 'cutShort',
  })
})
