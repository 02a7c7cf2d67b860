import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { startIndexServer } from '../support/index-servers.ts'
import { md5 } from '../support/md5.ts'
import { writePicture } from '../support/pictures.ts'
import { runProgram, startProgram, startServerProcess } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { UdpClient } from '../support/udp-client.ts'

/** An index server in this process: starting one of its own for each test would take longer than the tests. */
async function startServer(t: TestContext) {
  const { port } = (await startIndexServer(t, { host: '127.0.0.1' })).endpoint
  return { port, address: `127.0.0.1:${port}` }
}

async function twoFolders(t: TestContext) {
  const folder = await temporaryFolder(t)
  const ana = join(folder, 'ana')
  const bruno = join(folder, 'bruno')
  await Promise.all([mkdir(ana), mkdir(bruno)])
  return { folder, ana, bruno }
}

test('two peers at their menus: register, list, download, update, disconnect, exit, and every wrong choice', async t => {
  const { folder, ana, bruno } = await twoFolders(t)
  const beach = await writePicture(ana, 'praia, de manhã.png', 1)
  const garden = await writePicture(bruno, 'garden.jpg', 2, 'jpeg')
  await writeFile(join(ana, 'notes.png'), 'this is text, whatever its name says')
  const { port, address } = await startServerProcess(t)
  const outsider = await UdpClient.open(t, port)
  const one = startProgram(t, ['client', address, ana, '--data', join(folder, 'data'), '--lang', 'en'])
  const two = startProgram(t, ['client', address, bruno, '--data', join(folder, 'data'), '--lang', 'en'])
  const [, portOne = ''] = await one.until(/1 picture shared on port ([0-9]+)/)
  const [, portTwo = ''] = await two.until(/1 picture shared on port ([0-9]+)/)
  await one.until(/Your choice: /)

  const wrong = async (line: string, said: RegExp) => {
    one.type(`${line}\n`)
    await one.until(said)
    await one.until(/Your choice: /)
  }
  await wrong('7', /“7” is not on the menu/)
  await wrong('0', /“0” is not on the menu/)
  await wrong('register', /“register” is not on the menu/)
  await wrong('1\u001b[2J', /“1\\u\{1b\}\[2J” is not on the menu/)
  await wrong('4', /You are not registered/)
  await wrong('5', /You are not registered/)
  await wrong('2', /No pictures are listed/)
  await wrong('3', /No pictures are listed/)

  one.type('1\n')
  await one.until(/Registered 1 picture\./)
  two.type('1\n')
  await two.until(/Registered 1 picture\./)
  const listed = await outsider.ask('LST')
  assert.equal(
    listed,
    `${md5(beach)},praia, de manhã.png,127.0.0.1:${portOne};${md5(garden)},garden.jpg,127.0.0.1:${portTwo}`,
  )
  one.type('2\n')
  await one.until(/1 {2}praia, de manhã\.png .*\(you have it\)\n2 {2}garden\.jpg/)
  await one.until(/Your choice: /)

  one.type('3\nx\n')
  await one.until(/“x” is not the number of a picture/)
  one.type('3\n3\n')
  await one.until(/“3” is not the number of a picture: they go from 1 to 2/)
  one.type('3\n\n')
  await one.until(/Number of the picture/)
  one.type('3\n2\n')
  await one.until(/Saved garden\.jpg .* Its content is verified/)
  assert.deepEqual(await readFile(join(ana, 'garden.jpg')), garden)
  await two.until(/Sent garden\.jpg to 127\.0\.0\.1/)

  // What was downloaded is registered by itself.
  await one.until(/The index server now lists 2 pictures of yours/)
  assert.match(
    await outsider.ask('LST'),
    new RegExp(`garden\\.jpg,127\\.0\\.0\\.1:${portTwo},127\\.0\\.0\\.1:${portOne}$`),
  )

  // Downloads never replace what is there.
  one.type('3\n2\n')
  await one.until(/Saved garden_downloaded\.jpg/)
  one.type('3\n2\n')
  await one.until(/Saved garden_downloaded_2\.jpg/)
  assert.deepEqual(await readFile(join(ana, 'garden_downloaded_2.jpg')), garden)

  // A picture that goes is taken off the list by itself; "update" does it at once.
  await rm(join(ana, 'praia, de manhã.png'))
  one.type('4\n')
  await one.until(/The index server now lists 1 picture of yours/)
  assert.doesNotMatch(await outsider.ask('LST'), /praia/)

  one.type('5\n')
  await one.until(/Disconnected/)
  assert.doesNotMatch(await outsider.ask('LST'), new RegExp(`:${portOne}`))
  one.type('6\n')
  assert.deepEqual(await one.exited(), { status: 0, signal: null })

  // The end of input ends the other one, and takes its registration back.
  two.endInput()
  assert.deepEqual(await two.exited(), { status: 0, signal: null })
  assert.equal(await outsider.ask('LST'), 'ERR NO_IMAGES_AVAILABLE')
  assert.deepEqual((await readdir(ana)).sort(), [
    'garden.jpg',
    'garden_downloaded.jpg',
    'garden_downloaded_2.jpg',
    'notes.png',
  ])
  assert.equal(one.errors + two.errors, '')
})

test('an old script that pipes its choices all at once gets its picture', async t => {
  const { folder, ana, bruno } = await twoFolders(t)
  const image = await writePicture(ana, 'a.png', 3)
  await writePicture(bruno, 'b.png', 4)
  const { address } = await startServer(t)
  const sharing = startProgram(t, ['share', address, ana, '--data', join(folder, 'data')])
  await sharing.until(/Registered 1 picture/)
  const { status, output, errors } = await runProgram(
    t,
    ['client', address, bruno, '--data', join(folder, 'data'), '--lang', 'pt'],
    '1\n2\n3\n1\n6\n',
  )
  assert.equal(status, 0, errors)
  assert.match(output, /Registrada 1 imagem\.[\s\S]*“a\.png” salva/)
  assert.doesNotMatch(output, /\u001b/)
  assert.deepEqual(await readFile(join(bruno, 'a.png')), image)
  sharing.kill('SIGTERM')
  assert.equal((await sharing.exited()).status, 0)
})

test('a signal at the menu ends the registration and the program', async t => {
  const { folder, ana } = await twoFolders(t)
  await writePicture(ana, 'a.png', 5)
  const { port, address } = await startServer(t)
  const outsider = await UdpClient.open(t, port)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const peer = startProgram(t, ['client', address, ana, '--data', join(folder, 'data')])
    peer.type('1\n')
    await peer.until(/Registered 1 picture/)
    peer.kill(signal)
    assert.deepEqual(await peer.exited(), { status: 0, signal: null })
    assert.equal(await outsider.ask('LST'), 'ERR NO_IMAGES_AVAILABLE')
  }
})

test('a peer killed without END comes back to the same port and password', async t => {
  const { folder, ana } = await twoFolders(t)
  await writePicture(ana, 'a.png', 6)
  const { port, address } = await startServer(t)
  const outsider = await UdpClient.open(t, port)
  const argv = ['share', address, ana, '--data', join(folder, 'data')]
  const first = startProgram(t, argv)
  await first.until(/Registered 1 picture/)
  const listed = await outsider.ask('LST')
  first.kill('SIGKILL')
  await first.exited()
  const second = startProgram(t, argv)
  await second.until(/Registered 1 picture/)
  assert.equal(await outsider.ask('LST'), listed)
})
