import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import sharp from 'sharp'
import { ImageDecoder } from '../../../src/peer/previews/image-decoder.ts'
import { PreviewCache } from '../../../src/peer/previews/preview-cache.ts'
import type { PreviewResult } from '../../../src/peer/previews/preview-source.ts'
import { Previews } from '../../../src/peer/previews/previews.ts'
import { parseDigest } from '../../../src/protocol/digest.ts'
import { md5 } from '../../support/md5.ts'
import { picture } from '../../support/pictures.ts'
import { pngBomb } from '../../support/png-bomb.ts'
import { below, seededRandom } from '../../support/seeded-random.ts'
import { until } from '../../support/until.ts'
import { previewsOf } from './previews-under-test.ts'

const never = new AbortController().signal

/** A photo-like picture, whose left half is red and whose right half is blue as it is stored. */
async function halves(
  format: 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'avif',
  orientation = 1,
): Promise<Buffer> {
  const [width, height] = [900, 600]
  const red = { create: { width: width / 2, height, channels: 3, background: '#ff0000' } } as const
  return sharp({ create: { width, height, channels: 3, background: '#0000ff' } })
    .composite([{ input: red, left: 0, top: 0 }])
    .withMetadata({ orientation })
    .toFormat(format)
    .toBuffer()
}

function imageIn(result: PreviewResult): Buffer {
  assert.ok(result.kind === 'image', JSON.stringify(result))
  return result.bytes
}

async function sizeOf(result: PreviewResult): Promise<[string, number, number]> {
  const { format, width = 0, height = 0 } = await sharp(imageIn(result)).metadata()
  return [format ?? '', width, height]
}

test('a preview is a WebP of the next larger step, and never larger than the picture', async t => {
  const photo = await halves('jpeg')
  const { previews } = await previewsOf(t, { 'photo.jpg': photo })
  const sizes: [number, number, number][] = []
  for (const asked of [1, 64, 65, 300, 700, 1_000_000]) {
    const [format, width, height] = await sizeOf(await previews.preview(md5(photo), asked, never))
    assert.equal(format, 'webp')
    sizes.push([asked, width, height])
  }
  assert.deepEqual(sizes, [
    [1, 64, 43],
    [64, 64, 43],
    [65, 160, 107],
    [300, 320, 213],
    [700, 900, 600],
    [1_000_000, 900, 600],
  ])
})

test('every format with a decoder gives one, turned as its EXIF block says, and without that block', async t => {
  const files = {
    'a.jpg': await halves('jpeg', 6),
    'a.png': await halves('png', 6),
    'a.webp': await halves('webp', 6),
    'a.tif': await halves('tiff', 6),
    'a.gif': await halves('gif'),
    'a.avif': await halves('avif'),
  }
  const { previews } = await previewsOf(t, files)
  for (const [name, bytes] of Object.entries(files)) {
    const isTurned = !['a.gif', 'a.avif'].includes(name)
    const made = imageIn(await previews.preview(md5(bytes), 64, never))
    const { data, info } = await sharp(made).raw().toBuffer({ resolveWithObject: true })
    assert.deepEqual([info.width, info.height], isTurned ? [43, 64] : [64, 43], name)
    const topLeft = data.subarray(0, 3)
    const topRight = data.subarray((info.width - 1) * info.channels, (info.width - 1) * info.channels + 3)
    assert.ok((topLeft[0] ?? 0) > 200, `${name}: red is top left`)
    assert.ok(
      isTurned ? (topRight[0] ?? 0) > 200 : (topRight[2] ?? 0) > 200,
      `${name}: red on top, or on the left`,
    )
    assert.equal((await sharp(made).metadata()).exif, undefined, name)
  }
})

test('what is not shared has no preview, nor has a format without a decoder or an SVG', async t => {
  const bitmap = Buffer.concat([Buffer.from('P6\n2 2\n255\n'), Buffer.alloc(12)])
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
  const photo = await picture(1)
  const { previews, folder, decoder } = await previewsOf(t, {
    'a.ppm': bitmap,
    'a.png': photo,
    'svg.png': svg,
  })
  const unknown = parseDigest('0'.repeat(32)) ?? assert.fail()
  assert.deepEqual(await previews.preview(unknown, 64, never), { kind: 'none' })
  assert.deepEqual(await previews.preview(md5(svg), 64, never), { kind: 'none' })
  assert.deepEqual(await previews.preview(md5(bitmap), 64, never), { kind: 'refused', reason: 'noDecoder' })
  assert.equal(decoder.processId, undefined, 'no process was started for any of them')
  await writeFile(join(folder, 'a.png'), await picture(2))
  assert.deepEqual(
    await previews.preview(md5(photo), 64, never),
    { kind: 'none' },
    'it is another picture by now',
  )
})

test('a preview that was made is there after a restart, without the file or a decoder', async t => {
  const photo = await picture(1, 'jpeg', 200)
  const { library, previews, decoder, folder, cacheFolder } = await previewsOf(t, { 'a.jpg': photo })
  const first = await previews.preview(md5(photo), 64, never)
  await decoder.stop()
  assert.deepEqual(await previews.preview(md5(photo), 160, never), { kind: 'refused', reason: 'stopped' })
  const copies = library.copies(md5(photo))
  await rm(join(folder, 'a.jpg'))
  const again = new Previews({ copies: () => copies }, decoder, new PreviewCache(cacheFolder))
  assert.deepEqual(await again.preview(md5(photo), 64, never), first)
})

test('pictures that would cost too much, or are broken, are refused, once; the others go on', async t => {
  const photo = await picture(1, 'jpeg', 300)
  const truncated = (await picture(2, 'jpeg', 300)).subarray(0, 20_000)
  const cutPng = (await picture(3, 'png', 300)).subarray(0, 100_000)
  const files = {
    'photo.jpg': photo,
    'truncated.jpg': truncated,
    'cut.png': cutPng,
    '300-megapixels.png': pngBomb(20_000, 15_000, false, false),
    'bomb.png': pngBomb(65_535, 65_535, true, false),
    'nothing.png': pngBomb(100, 100, false, false),
  }
  const { previews } = await previewsOf(t, files)
  const reasons: Record<string, string> = {}
  await Promise.all(
    Object.entries(files).map(async ([name, bytes]) => {
      const result = await previews.preview(md5(bytes), 160, never)
      reasons[name] = result.kind === 'refused' ? result.reason : result.kind
    }),
  )
  assert.deepEqual(reasons, {
    'photo.jpg': 'image',
    'truncated.jpg': 'broken',
    'cut.png': 'broken',
    '300-megapixels.png': 'tooManyPixels',
    'bomb.png': 'tooManyPixels',
    'nothing.png': 'broken',
  })
})

test('a picture that takes more memory than is allowed ends its process, and the next one has a new one', async t => {
  const bomb = pngBomb(8000, 8000, true)
  const photo = await picture(1)
  const limits = { residentBytes: 170 * 1024 * 1024 }
  const { previews, decoder } = await previewsOf(t, { 'bomb.png': bomb, 'photo.png': photo }, limits)
  const refused = await previews.preview(md5(bomb), 64, never)
  assert.deepEqual(refused, { kind: 'refused', reason: 'tooMuchMemory' })
  imageIn(await previews.preview(md5(photo), 64, never))
  const { processId } = decoder
  assert.deepEqual(await previews.preview(md5(bomb), 160, never), refused, 'at any size')
  assert.equal(decoder.processId, processId, 'and it is not tried again')
})

test('a picture that takes too long ends its process', async t => {
  const slow = pngBomb(8000, 8000, true)
  const { previews } = await previewsOf(t, { 'slow.png': slow }, { pictureMs: 500 })
  assert.deepEqual(await previews.preview(md5(slow), 64, never), { kind: 'refused', reason: 'tooSlow' })
})

test('200 JPEGs with bytes changed are refused or answered, and a whole one after them', async t => {
  const photo = await picture(7, 'jpeg', 120)
  const random = seededRandom(20_240_607)
  const files: Record<string, Buffer> = { 'whole.jpg': photo }
  for (let index = 0; index < 200; index += 1) {
    const fuzzed = Buffer.from(photo)
    // The first four bytes stay: it is to be taken for a JPEG.
    for (let change = 0; change < 1 + index / 10; change += 1) {
      fuzzed[4 + below(random, index % 2 === 0 ? 600 : photo.length - 4)] = below(random, 256)
    }
    files[`${index}.jpg`] = fuzzed
  }
  const { previews } = await previewsOf(t, files)
  const kinds = new Set<string>()
  const signal = new AbortController().signal
  await Promise.all(
    Object.values(files).map(async bytes => {
      const result = await previews.preview(md5(bytes), 64, signal)
      kinds.add(result.kind)
      if (result.kind === 'image') assert.equal((await sharp(result.bytes).metadata()).format, 'webp')
      else assert.equal(result.kind === 'refused' && result.reason !== 'busy', result.kind === 'refused')
    }),
  )
  assert.ok(kinds.has('image') && kinds.has('refused'), [...kinds].join())
  imageIn(await previews.preview(md5(photo), 160, never))
})

test('a process that is killed in the middle is replaced, and the picture is decoded after all', async t => {
  const large = pngBomb(5000, 5000, true)
  const photo = await picture(1)
  const { previews, decoder } = await previewsOf(t, { 'large.png': large, 'photo.png': photo })
  imageIn(await previews.preview(md5(photo), 64, never))
  const { processId } = decoder
  assert.ok(processId !== undefined)
  const result = previews.preview(md5(large), 64, never)
  process.kill(processId, 'SIGKILL')
  imageIn(await result)
  assert.notEqual(decoder.processId, processId)
})

/** Starts with a decoder that is held up by a large picture, until the returned promise is settled. */
async function heldUp(t: TestContext, files: Readonly<Record<string, Buffer>>, waiting: number) {
  const large = pngBomb(5000, 5000, true)
  const tested = await previewsOf(t, { 'large.png': large, ...files }, { waiting })
  const first = tested.previews.preview(md5(large), 64, never)
  await until(() => tested.decoder.processId !== undefined)
  return { ...tested, first }
}

test('the same wish of many is one job; who no longer waits is let go, and the others get theirs', async t => {
  const photo = await picture(1)
  // One place in the queue: a second job would be turned away.
  const { previews, first } = await heldUp(t, { 'photo.png': photo }, 1)
  const controller = new AbortController()
  const wishes = [...Array.from({ length: 20 }, () => never), controller.signal].map(signal =>
    previews.preview(md5(photo), 64, signal),
  )
  controller.abort(new Error('enough'))
  await assert.rejects(wishes.pop() ?? assert.fail(), /enough/)
  for (const wish of wishes) imageIn(await wish)
  imageIn(await first)
  await assert.rejects(previews.preview(md5(photo), 64, controller.signal), /enough/)
})

test('where too many wait, one more is turned away; a wish taken back makes room', async t => {
  const [one, two] = [await picture(1), await picture(2)]
  const { previews, first } = await heldUp(t, { 'one.png': one, 'two.png': two }, 1)
  const controller = new AbortController()
  const waiting = previews.preview(md5(one), 64, controller.signal)
  // The cache is asked first, so a wish is in the queue some turns later.
  await until(async () => {
    const result = await Promise.race([previews.preview(md5(two), 64, AbortSignal.timeout(5)), first]).catch(
      () => {},
    )
    return result?.kind === 'refused' && result.reason === 'busy'
  })
  controller.abort()
  await assert.rejects(waiting)
  imageIn(await previews.preview(md5(two), 64, never))
  imageIn(await first)
})

test('stopping lets everybody go and leaves no process', async t => {
  const photo = await picture(1)
  const { previews, decoder, first } = await heldUp(t, { 'photo.png': photo }, 10)
  const wish = previews.preview(md5(photo), 64, never)
  await previews.stop()
  assert.deepEqual(await first, { kind: 'refused', reason: 'stopped' })
  assert.deepEqual(await wish, { kind: 'refused', reason: 'stopped' })
  assert.equal(decoder.processId, undefined)
})

test('a program that stops its decoder and has nothing else to do comes to its end', () => {
  const module = new URL('../../../src/peer/previews/image-decoder.ts', import.meta.url)
  const program = `import { ImageDecoder } from '${module}'
    const decoder = new ImageDecoder()
    const fingerprint = { size: 1n, modifiedNs: 0n, device: 0n, inode: 0n }
    const request = { path: '/nothing here', fingerprint, output: 64 }
    const { kind } = await decoder.decode(request, 'asked', new AbortController().signal)
    await decoder.stop()
    console.log(kind)`
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  })
  assert.deepEqual([status, stdout], [0, 'changed\n'])
})

test('a process with nothing to do is ended, and a decoder that was never used stops as well', async t => {
  const photo = await picture(1)
  const { previews, decoder } = await previewsOf(t, { 'photo.png': photo }, { idleMs: 1 })
  imageIn(await previews.preview(md5(photo), 64, never))
  await until(() => decoder.processId === undefined)
  imageIn(await previews.preview(md5(photo), 160, never))
  await new ImageDecoder().stop()
})
