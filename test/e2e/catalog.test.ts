import assert from 'node:assert/strict'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { ImageEntry } from '../../src/protocol/catalog-api.ts'
import { type CatalogServer, startCatalogServer } from '../support/catalog-server.ts'
import { md5 } from '../support/md5.ts'
import { startOwner } from '../support/owners.ts'
import { picture, writePicture } from '../support/pictures.ts'
import { runProgram, startProgram } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

function entry(index: number): ImageEntry {
  const format = index % 2 === 0 ? 'jpeg' : 'png'
  return {
    md5: md5(Buffer.from(String(index))),
    name: `picture ${index}.${format}`,
    format,
    bytes: index * 1000,
  }
}

/** Lists images of an owner on `port` at a server, the last one registered last. */
function list(server: CatalogServer, entries: readonly ImageEntry[], port: number): void {
  const images = new Map(entries.map(one => [one.md5, one]))
  server.registrations.set(`127.0.0.1:${port}`, { password: 'pw', images })
}

function entries(count: number): ImageEntry[] {
  return Array.from({ length: count }, (_, index) => entry(index + 1))
}

function addressOf({ port }: CatalogServer): string {
  return `127.0.0.1:${port}`
}

function jsonLines(output: string): Record<string, unknown>[] {
  return output
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>)
}

test('list shows every picture, however many, with what is known of them', async t => {
  const server = await startCatalogServer(t)
  list(server, entries(2500), 5001)
  const listed = await runProgram(t, ['list', addressOf(server)])
  assert.deepEqual([listed.status, listed.errors], [0, ''])
  const [heading, ...lines] = listed.output.trim().split('\n')
  assert.equal(heading, '2,500 pictures in the network:')
  assert.equal(lines.length, 2500)
  assert.match(
    lines[0] ?? '',
    /^ {6}1 {2}picture 2500\.jpeg {2,}[0-9a-f]{32} {2}2\.5 MB, jpeg {2}1 owner: 127/,
  )
  assert.match(lines[2499] ?? '', /^ {3}2500 {2}picture 1\.png /)

  const json = await runProgram(t, ['list', addressOf(server), '--json', '--sort', 'name'])
  const images = jsonLines(json.output)
  assert.equal(images.length, 2500)
  assert.equal(new Set(images.map(({ md5: digest }) => digest)).size, 2500)
  assert.deepEqual(images[0], { ...entry(1), owners: ['127.0.0.1:5001'], ownerCount: 1 })
})

test('list searches, filters, sorts and stops where it is told to', async t => {
  const server = await startCatalogServer(t)
  list(server, entries(2500), 5001)
  const run = (...options: string[]) => runProgram(t, ['list', addressOf(server), ...options])
  const found = await run('--search', '250 jpeg')
  assert.match(found.output, /^4 pictures found:\n1 {2}picture 250\.jpeg .*\n2 {2}picture 1250\.jpeg .*\n3/)
  const several = await run('--format', 'jpg', '--min-size', '1kB')
  assert.match(several.output, /^Pictures found:\n/)
  assert.match(several.output, /\n1,250 pictures in all\.\n$/)
  const limited = await run('--limit', '3', '--sort', 'name')
  assert.match(
    limited.output,
    /^The first 3 pictures of more:\n1 {2}picture 1\.png.*\n2 {2}picture 10\.jpeg.*\n3 .*\n$/,
  )
  const nothing = await run('--search', 'beach')
  assert.equal(nothing.output, 'No picture that is listed is like that.\n')
  const jsonOfNothing = await run('--search', 'beach', '--json')
  assert.equal(jsonOfNothing.output, '')
  for (const { status, errors } of [found, several, limited, nothing, jsonOfNothing]) {
    assert.deepEqual([status, errors], [0, ''])
  }
})

test('whoever stops reading a long list ends it without a word', async t => {
  const server = await startCatalogServer(t)
  list(server, entries(20_000), 5001)
  for (const option of [[], ['--json']]) {
    const program = startProgram(t, ['list', addressOf(server), ...option])
    await program.until(/\n/)
    program.stopReading()
    assert.deepEqual(await program.exited(), { status: 0, signal: null })
    assert.equal(program.errors, '')
  }
})

test('of an old server, list shows what it can, and says what it cannot', async t => {
  const server = await startCatalogServer(t, { hasApi: false, leaseSeconds: 0 })
  list(server, entries(5), 5001)
  const done = await runProgram(t, ['list', addressOf(server), '--search', 'PNG', '--sort', 'newest'])
  assert.equal(done.status, 0)
  assert.match(
    done.output,
    /^3 pictures found:\n1 {2}picture 5\.png .*\n2 {2}picture 3\.png .*\n3 {2}picture 1\.png/,
  )
  assert.match(done.errors, /an older index server, or a firewall/)
  const partly = await runProgram(t, ['list', addressOf(server), '--format=png', '--min-size=2MB', '--json'])
  assert.equal(partly.status, 1)
  assert.equal(jsonLines(partly.output).length, 5)
  assert.match(partly.errors, /--format, --min-size had no effect/)
})

test('get finds what no datagram has room for, and says why it may not find something', async t => {
  const server = await startCatalogServer(t)
  const image = await picture(1)
  const owner = await startOwner(t, socket => socket.end(image))
  const wanted = { md5: md5(image), name: 'wanted.png' }
  list(server, [...entries(2500), wanted], owner.port)
  const out = await temporaryFolder(t)
  const got = await runProgram(t, ['get', addressOf(server), 'wanted.png', wanted.md5, '--out', out])
  assert.deepEqual([got.status, got.errors], [0, ''])
  assert.deepEqual(await readFile(join(out, 'wanted.png')), image)
  assert.deepEqual(await readdir(out), ['wanted.png'])
  const missing = await runProgram(t, ['get', addressOf(server), 'wanted', '--out', out])
  assert.equal(missing.status, 1)
  assert.match(missing.errors, /^imagep2p: “wanted” is not among the listed pictures.*\n$/)

  await server.closeApi()
  const cut = await runProgram(t, ['get', addressOf(server), 'wanted.png', '--out', out])
  assert.equal(cut.status, 1)
  assert.match(cut.errors, /not among the listed.*\n.*older index server.*\n.*as long as one message.*\n$/)
})

/** A client at its menu, in a pipe, and the picture that the last of `count` images is. */
async function startClient(t: TestContext, count: number) {
  const server = await startCatalogServer(t)
  const image = await picture(1)
  const owner = await startOwner(t, socket => socket.end(image))
  list(server, [{ md5: md5(image), name: 'first of all.png' }, ...entries(count - 1)], owner.port)
  const folder = await temporaryFolder(t)
  const shared = join(folder, 'shared')
  await mkdir(shared)
  const argv = ['client', addressOf(server), shared, '--data', join(folder, 'data'), '--lang', 'en']
  return { server, image, shared, argv }
}

test('the menu pages through what is more than a page, searches it, and numbers go on', async t => {
  const { image, shared, argv } = await startClient(t, 250)
  const client = startProgram(t, argv)
  client.type('2\n')
  await client.until(/250 pictures in the network:\n {2}1 {2}picture 249\.png .*\n/)
  await client.until(/Pictures 1 to 100\. n: next page, \/words: search\n/)
  client.type('p\n')
  await client.until(/There is no page before this one\./)
  client.type('n\n')
  await client.until(/\n101 {2}picture 149\.png .*\n/)
  await client.until(/Pictures 101 to 200\. n: next page, p: previous page, \/words: search\n/)
  client.type('n\n')
  await client.until(
    /\n250 {2}first of all\.png .*\nPictures 201 to 250\. p: previous page, \/words: search\n/,
  )
  client.type('n\n')
  await client.until(/This is the last page\./)
  client.type('p\n')
  await client.until(/Pictures 101 to 200/)
  client.type('/PICTURE 24\n')
  await client.until(/13 pictures found:\n/)
  await client.until(/Pictures 1 to 13\. \/words: search\n/)
  client.type('/beach\n')
  await client.until(/No picture that is listed is like that\./)
  client.type('/\n')
  await client.until(/Pictures 1 to 100\./)
  // The choices stand all the while.
  client.type('4\n')
  await client.until(/You are not registered/)

  client.type('3\nn\nn\n')
  await client.until(/Number of the picture to download \(201 to 250, empty for none\): /)
  client.type('1\n')
  await client.until(/“1” is not the number of a picture: they go from 201 to 250/)
  client.type('3\n/first all\n1\n')
  await client.until(/Saved first of all\.png .* Its content is verified/)
  assert.deepEqual(await readFile(join(shared, 'first of all.png')), image)
  client.type('3\nn\nn\n250\n')
  await client.until(/Saved first of all_downloaded\.png/)
  client.type('6\n')
  assert.deepEqual(await client.exited(), { status: 0, signal: null })
  assert.equal(client.errors, '')
})

test('the menu is what it always was where everything fits on one page', async t => {
  const { image, shared, argv } = await startClient(t, 60)
  const { status, output, errors } = await runProgram(t, argv, '2\n3\n1\nn\n/x\n6\n')
  assert.deepEqual([status, errors], [0, ''])
  assert.match(output, /60 pictures in the network:\n 1 {2}first of all\.png .*\n 2 {2}picture 1\.png/)
  assert.match(output, /Number of the picture to download \(1 to 60, empty for none\): /)
  assert.match(output, /“n” is not on the menu[\s\S]*“\/x” is not on the menu/)
  assert.doesNotMatch(output, /next page|search/)
  assert.deepEqual(await readFile(join(shared, 'first of all.png')), image)
})

test('a peer that cannot be reached, and one whose server is old, are told so', async t => {
  const { server, argv } = await startClient(t, 1)
  Object.assign(server.traits, { leaseSeconds: 1, reachable: false })
  const client = startProgram(t, argv)
  client.type('3\n1\n1\n')
  await client.until(/The index server could not connect to your port [0-9]+: others can hardly fetch/)
  server.traits.reachable = true
  await client.until(/The index server can connect to your port [0-9]+ now/)
  client.type('6\n')
  await client.exited()

  const old = await startCatalogServer(t, { hasApi: false, leaseSeconds: 0 })
  const other = startProgram(
    t,
    argv.map(argument => (argument === addressOf(server) ? addressOf(old) : argument)),
  )
  other.type('1\n')
  // Whichever is found out first, that it refuses ALV or that nothing answers over TCP: there are two sentences, said once.
  await other.until(/ is an older index server[:,].* [aA] listing may be cut/)
  other.type('2\n')
  await other.until(/1 picture in the network:/)
  other.type('6\n')
  assert.equal((await other.exited()).status, 0)
})

test('a peer that was stopped for longer than its lease is listed again by itself', async t => {
  const server = await startCatalogServer(t, { leaseSeconds: 1 })
  const folder = await temporaryFolder(t)
  const shared = join(folder, 'shared')
  await mkdir(shared)
  await writePicture(shared, 'a.png', 1)
  const peer = startProgram(t, ['share', addressOf(server), shared, '--data', join(folder, 'data')])
  await peer.until(/Registered 1 picture/)
  await until(() => server.asked.some(what => what.startsWith('ALV')))
  peer.kill('SIGSTOP')
  server.registrations.clear()
  peer.kill('SIGCONT')
  await until(() => server.images().some(({ name }) => name === 'a.png'))
  peer.kill('SIGTERM')
  assert.deepEqual(await peer.exited(), { status: 0, signal: null })
  assert.deepEqual([server.images(), peer.errors], [[], ''])
})
