import assert from 'node:assert/strict'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { md5 } from '../support/md5.ts'
import { writePicture } from '../support/pictures.ts'
import { runProgram, startProgram, startServerProcess } from '../support/program.ts'
import { noPython, startPython } from '../support/python.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

test('a client of the field, in Python, and our peer fetch from each other by our server', {
  skip: noPython,
}, async t => {
  const folder = await temporaryFolder(t)
  const [theirs, ours, out] = [join(folder, 'theirs'), join(folder, 'ours'), join(folder, 'out')]
  await Promise.all([mkdir(theirs), mkdir(ours)])
  const old = await writePicture(theirs, 'velha, a primeira.png', 1, 'png', 200)
  const young = await writePicture(ours, 'nova ☀️.jpg', 2, 'jpeg', 200)
  const { port, address } = await startServerProcess(t)
  const client = startPython(
    t,
    fileURLToPath(new URL('../support/field_client.py', import.meta.url)),
    String(port),
    theirs,
  )
  assert.equal(await client.line(), 'OK 1_REGISTERED_IMAGES')
  const peer = startProgram(t, ['share', address, ours, '--data', join(folder, 'data')])
  await peer.until(/Registered 1 picture/)

  const got = await runProgram(t, ['get', address, 'velha, a primeira.png', '--out', out])
  assert.equal(got.status, 0, got.errors)
  assert.deepEqual(await readFile(join(out, 'velha, a primeira.png')), old)
  client.child.stdin.write('fetch\n')
  assert.equal(await client.line(), 'fetched')
  assert.deepEqual(await readFile(join(theirs, 'nova ☀️.jpg')), young)
  client.child.stdin.write('end\n')
  assert.equal(await client.line(), 'OK CLIENT_FINISHED')
})

test('our peers find and fetch from each other by a server in Python', { skip: noPython }, async t => {
  const folder = await temporaryFolder(t)
  const [one, two] = [join(folder, 'one'), join(folder, 'two')]
  await Promise.all([mkdir(one), mkdir(two)])
  const first = await writePicture(one, 'one.png', 1)
  await writePicture(two, 'two.png', 2)
  const server = startPython(
    t,
    fileURLToPath(new URL('../../bench/subjects/python_index_server.py', import.meta.url)),
  )
  const address = `127.0.0.1:${(JSON.parse(await server.line()) as { port: number }).port}`
  const sharing = startProgram(t, ['share', address, one, '--data', join(folder, 'data')])
  await sharing.until(/Registered 1 picture/)
  const input = '1\n3\n1\n4\n5\n6\n'
  const menu = await runProgram(t, ['client', address, two, '--data', join(folder, 'data')], input)
  assert.equal(menu.status, 0, menu.errors)
  assert.match(
    menu.output,
    /Registered 1 picture\.[\s\S]*Saved one\.png[\s\S]*now lists 2 pictures[\s\S]*Disconnected/,
  )
  assert.equal(md5(await readFile(join(two, 'one.png'))), md5(first))
  sharing.kill('SIGTERM')
  assert.equal((await sharing.exited()).status, 0)
  assert.match((await runProgram(t, ['list', address])).output, /No pictures are listed/)
})
