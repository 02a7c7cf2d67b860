import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { md5 } from '../support/md5.ts'
import { writePicture } from '../support/pictures.ts'
import { privatePicture } from '../support/private-pictures.ts'
import { runProgram, startProgram, startServerProcess } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

test('a person sees what pictures tell, and a running peer follows what is set', async t => {
  const folder = await temporaryFolder(t)
  const shared = join(folder, 'shared')
  await mkdir(shared)
  const plain = await writePicture(shared, 'plain.png', 1)
  const original = await privatePicture('jpeg')
  await writeFile(join(shared, 'photo.jpg'), original)
  await writeFile(join(shared, 'cut\u001b.png'), plain.subarray(0, -20))
  const data = ['--data', join(folder, 'data'), '--lang', 'en']
  const privacy = (...more: string[]) => runProgram(t, ['privacy', shared, ...data, ...more])

  const on = await privacy()
  assert.equal(on.status, 0, on.errors)
  assert.match(
    on.output,
    /without position, serial numbers .*\n[\s\S]*\nphoto\.jpg\n {2}position \(EXIF\): GPS = -23\.5/,
  )
  assert.match(on.output, /\n {2}serial number \(EXIF\): BodySerialNumber = BODY-4711\n/)
  assert.match(on.output, /^cut\\u\{1b\}\.png\n {2}not shared: the file ends too early$/m)
  assert.match(on.output, /\n3 pictures looked at: 1 with something private, 1 that nobody can tell\.\n$/)
  const lines = (await privacy('--json')).output.trim().split('\n')
  const told = lines.map(line => JSON.parse(line) as { path: string; shared: string })
  assert.deepEqual(
    told.map(({ path, shared }) => [path, shared]),
    [
      ['cut\u001b.png', 'withheld'],
      ['photo.jpg', 'cleaned'],
      ['plain.png', 'asItIs'],
    ],
  )

  const { address } = await startServerProcess(t)
  const sharing = startProgram(t, ['share', address, shared, ...data])
  await sharing.until(/1 picture goes out without position/)
  await sharing.until(/1 picture is not shared, since .*: cut\\u\{1b\}\.png\./)
  await sharing.until(/Registered 2 pictures\./)
  const listed = async () => (await runProgram(t, ['list', address, '--json'])).output
  assert.ok(!(await listed()).includes(md5(original)))
  assert.match((await privacy('--off')).output, /From now on .* as they are/)
  await sharing.until(/now lists 3 pictures/)
  assert.ok((await listed()).includes(md5(original)))
  const off = await privacy()
  assert.match(off.output, /shared as they are\. Strangers see:\n[\s\S]*“imagep2p privacy --on”/)
  assert.match((await privacy('--on')).output, /From now on .* without position/)
  await until(async () => !(await listed()).includes(md5(original)))

  // A file where the folder of what is remembered should be.
  const nowhere = await runProgram(t, [
    'privacy',
    shared,
    '--on',
    '--data',
    join(shared, 'plain.png'),
    '--lang',
    'en',
  ])
  assert.deepEqual([nowhere.status, nowhere.output], [1, ''])
  assert.match(nowhere.errors, /could not be written down, so nothing was changed/)

  const both = await privacy('--on', '--off')
  assert.equal(both.status, 2)
  const missing = await runProgram(t, ['privacy', join(folder, 'nowhere'), ...data])
  assert.deepEqual([missing.status, missing.output], [1, ''])
  assert.match(missing.errors, /There is no folder/)
})
