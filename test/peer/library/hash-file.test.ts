import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFile, open, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import sharp from 'sharp'
import { type HashResult, hashFile } from '../../../src/peer/library/hash-file.ts'
import { HashPool } from '../../../src/peer/library/hash-pool.ts'
import { decodeEdits } from '../../../src/peer/private-metadata/edit-codec.ts'
import { applyEdits } from '../../../src/peer/private-metadata/edits.ts'
import { imageSamples } from '../../support/image-samples.ts'
import { md5 } from '../../support/md5.ts'
import { picture } from '../../support/pictures.ts'
import { privatePicture, WRITTEN_FORMATS } from '../../support/private-pictures.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { cleaned } from '../private-metadata/cleaning-under-test.ts'

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

test('one read gives both digests, the size and what the header says', async t => {
  const path = join(await temporaryFolder(t), 'photo')
  // Longer than what is read at once, so that the header is followed by more.
  const pixels = Buffer.from(Array.from({ length: 700 * 500 * 3 }, (_, index) => (index * index * 31) % 253))
  const bytes = await sharp(pixels, { raw: { width: 700, height: 500, channels: 3 } })
    .withExif({ IFD2: { DateTimeOriginal: '2020:01:02 03:04:05' } })
    .withMetadata({ orientation: 8 })
    .jpeg({ quality: 100 })
    .toBuffer()
  assert.ok(bytes.length > 300_000)
  await writeFile(path, bytes)
  const result = hashFile(path)
  assert.ok(result.kind === 'image')
  assert.equal(result.digest, md5(bytes))
  assert.deepEqual(result.details, {
    bytes: bytes.length,
    format: 'jpeg',
    width: 500,
    height: 700,
    taken: Date.UTC(2020, 0, 2, 3, 4, 5) / 1000,
    sha256: sha256(bytes),
  })
})

test('what is hashed cleaned has the digests of the cleaned bytes, and those of the file', async t => {
  const path = join(await temporaryFolder(t), 'photo')
  const large = Buffer.concat([await privatePicture('jpeg'), Buffer.alloc(300_000)])
  for (const bytes of [large, ...(await Promise.all(WRITTEN_FORMATS.map(privatePicture)))]) {
    await writeFile(path, bytes)
    const asItIs = hashFile(path)
    const result = hashFile(path, true)
    assert.ok(asItIs.kind === 'image' && result.kind === 'image')
    const shared = cleaned(bytes).bytes
    assert.equal(result.digest, md5(shared))
    assert.deepEqual(result.details, { ...asItIs.details, sha256: sha256(shared) })
    assert.equal(result.cleaned?.sourceDigest, md5(bytes))
    const edits = decodeEdits(result.cleaned?.edits ?? new Uint8Array(0), bytes.length)
    const sent = Buffer.from(bytes)
    applyEdits(sent, 0, edits ?? [])
    assert.ok(sent.equals(shared))
    await writeFile(path, shared)
    const { fingerprint: _, ...again } = { ...hashFile(path, true) } as HashResult & { kind: 'image' }
    const { fingerprint: __, cleaned: ___, ...before } = result
    assert.deepEqual(again, before, 'what is clean stays as it is')
  }
})

test('an image that cannot be cleaned for sure is withheld, with what it is for its owner', async t => {
  const path = join(await temporaryFolder(t), 'photo')
  const bytes = await picture(1, 'png')
  for (const [content, reason] of [
    [bytes.subarray(0, -20), 'cutShort'],
    [Buffer.from([0xff, 0x0a, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), 'format'],
  ] as const) {
    await writeFile(path, content)
    assert.equal(hashFile(path).kind, 'image')
    const result = hashFile(path, true)
    assert.ok(result.kind === 'withheld')
    assert.deepEqual([result.reason, result.sourceDigest], [reason, md5(content)])
  }
})

test('a header that goes on beyond the first read is followed there', async t => {
  const folder = await temporaryFolder(t)
  const jpeg = await picture(1, 'jpeg', 40)
  const padding = Buffer.concat([Buffer.from([0xff, 0xef, 0xff, 0xff]), Buffer.alloc(0xfffd)])
  const padded = Buffer.concat([jpeg.subarray(0, 2), ...Array(20).fill(padding), jpeg.subarray(2)])
  await writeFile(join(folder, 'padded.jpg'), padded)
  const far = hashFile(join(folder, 'padded.jpg'))
  assert.ok(far.kind === 'image')
  assert.deepEqual([far.details.width, far.details.height, far.digest], [40, 40, md5(padded)])

  // A TIFF whose directory, with what it points to, is written behind its pixels.
  const tiff = await sharp({ create: { width: 600, height: 400, channels: 3, background: 'red' } })
    .tiff({ compression: 'none' })
    .toBuffer()
  assert.ok(tiff.readUInt32LE(4) > 600_000)
  await writeFile(join(folder, 'late.tif'), tiff)
  const late = hashFile(join(folder, 'late.tif'))
  assert.ok(late.kind === 'image')
  assert.deepEqual([late.details.width, late.details.height, late.digest], [600, 400, md5(tiff)])
})

test('a damaged image is an image all the same, with the details there are', async t => {
  const folder = await temporaryFolder(t)
  const whole = await picture(1, 'png', 300)
  for (const [index, length] of [20, 24, 40, 5000].entries()) {
    const cut = whole.subarray(0, length)
    const path = join(folder, `${index}`)
    await writeFile(path, cut)
    const result = hashFile(path)
    assert.ok(result.kind === 'image')
    const size = length < 24 ? {} : { width: 300, height: 300 }
    assert.deepEqual(result.details, { bytes: length, format: 'png', ...size, sha256: sha256(cut) })
  }
})

test('every format that is recognised is hashed, whatever its header', async t => {
  const folder = await temporaryFolder(t)
  for (const [index, { bytes, format, width }] of imageSamples().entries()) {
    const path = join(folder, `${index}`)
    await writeFile(path, bytes)
    const result = hashFile(path)
    assert.ok(result.kind === 'image')
    assert.equal(result.details.format, format)
    assert.equal(result.details.width, width)
    assert.equal(result.details.sha256, sha256(bytes))
  }
})

test('what is no plain readable file is said to be none, without waiting', async t => {
  const folder = await temporaryFolder(t)
  await writeFile(join(folder, 'a.png'), await picture(1))
  await symlink(join(folder, 'a.png'), join(folder, 'link.png'))
  if (process.platform !== 'win32') execFileSync('mkfifo', [join(folder, 'pipe.png')])
  for (const name of ['link.png', 'pipe.png', 'missing.png', '.']) {
    assert.equal(hashFile(join(folder, name)).kind, 'unreadable', name)
  }
  await writeFile(join(folder, 'text.png'), 'text')
  assert.equal(hashFile(join(folder, 'text.png')).kind, 'other')
})

for (const [name, change] of Object.entries<(path: string, turn: number) => Promise<void>>({
  // The same bytes at the same length: only the file's status tells of it.
  'is written again': (path, turn) => utimes(path, turn, turn),
  grows: path => appendFile(path, 'more'),
})) {
  test(`a file that ${name} while it is read is not taken for what it was`, async t => {
    const path = join(await temporaryFolder(t), 'changing.png')
    await writeFile(path, await picture(1))
    const file = await open(path, 'r+')
    // Long enough to be read for a while; it takes no room on the disk.
    await file.truncate(200_000_000)
    await file.close()
    const pool = new HashPool(1)
    t.after(() => pool.close())
    let kind: string | undefined
    const onResult = (_: string, result: HashResult) => {
      kind = result.kind
    }
    const hashing = pool.hash([path], onResult, new AbortController().signal)
    for (let turn = 1; kind === undefined; turn += 1) {
      await change(path, turn)
      await nextTurn()
    }
    await hashing
    assert.equal(kind, 'changing')
  })
}
