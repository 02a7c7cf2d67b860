import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import sharp from 'sharp'
import { startIndexServer } from '../support/index-servers.ts'
import { md5 } from '../support/md5.ts'
import { writePicture } from '../support/pictures.ts'
import { runProgram, startProgram } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

test('a picture is found by another copy of it, and by one that is listed', async t => {
  const server = await startIndexServer(t, { host: '127.0.0.1' })
  const address = `127.0.0.1:${server.endpoint.port}`
  const folder = await temporaryFolder(t)
  const shared = join(folder, 'shared')
  await mkdir(shared)
  const wanted = await writePicture(shared, 'wanted.png', 1, 'png', 320)
  await writePicture(shared, 'another.jpg', 2, 'jpeg', 320)
  await writeFile(
    join(shared, 'a copy.jpg'),
    await sharp(wanted).resize(240, 240).jpeg({ quality: 20 }).toBuffer(),
  )
  const blank = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#335577' } })
    .png()
    .toBuffer()
  await writeFile(join(shared, 'blank.png'), blank)
  const small = join(folder, 'small.jpg')
  await writeFile(small, await sharp(wanted).resize(160, 160).jpeg({ quality: 40 }).toBuffer())
  startProgram(t, ['share', address, shared, '--data', join(folder, 'data')])

  const list = (...options: string[]) => runProgram(t, ['list', address, '--json', ...options])
  const named = (output: string) =>
    output
      .split('\n')
      .filter(line => line !== '')
      .map(line => (JSON.parse(line) as { name: string }).name)
  await until(async () => (await list()).output.match(/"likeness"/g)?.length === 3)

  for (const picture of [small, md5(wanted)]) {
    const { status, output, errors } = await list('--like', picture)
    assert.deepEqual([status, named(output), errors], [0, ['wanted.png', 'a copy.jpg'], ''], picture)
  }
  assert.deepEqual(named((await list('--like', small, '--format', 'gif')).output), [])

  const taken = join(folder, 'taken')
  const get = await runProgram(t, [
    'get',
    address,
    '--like',
    small,
    '--format=png',
    '--out',
    taken,
    '--data',
    join(folder, 'other'),
  ])
  assert.equal(get.status, 0, get.errors)
  assert.deepEqual(await readdir(taken), ['wanted.png'])
  assert.deepEqual(await readFile(join(taken, 'wanted.png')), wanted)

  const best = join(folder, 'best')
  const { status: gotBest, errors: excuses } = await runProgram(t, [
    ...['get', address, '--all', '--best-copies', '--out', best, '--data', join(folder, 'other')],
  ])
  assert.equal(gotBest, 0, excuses)
  assert.deepEqual((await readdir(best)).toSorted(), ['another.jpg', 'blank.png', 'wanted.png'])

  const mirrored = join(folder, 'mirrored')
  const mirroring = startProgram(t, [
    ...['mirror', address, mirrored, '--like', small, '--data', join(folder, 'third')],
  ])
  await until(() => mirroring.errors.includes('The folder holds everything.'))
  await writePicture(shared, 'unlike.png', 3, 'png', 320)
  await writeFile(join(shared, 'late.jpg'), await sharp(wanted).jpeg({ quality: 60 }).toBuffer())
  await mirroring.until(/Saved late\.jpg/)
  mirroring.kill('SIGTERM')
  assert.equal((await mirroring.exited()).status, 0)
  assert.deepEqual((await readdir(mirrored)).toSorted(), ['a copy.jpg', 'late.jpg', 'wanted.png'])

  for (const [picture, sentence] of [
    [join(folder, 'nowhere.png'), /there is no such file/],
    [join(shared, 'blank.png'), /nothing to see/],
    [md5(blank), /none of its owners says/],
    ['0'.repeat(32), /is not among the listed pictures/],
  ] as const) {
    const { status, output, errors } = await list('--like', picture)
    assert.deepEqual([status, output], [1, ''], picture)
    assert.match(errors, sentence)
  }
})
