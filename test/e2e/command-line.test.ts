import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { md5 } from '../support/md5.ts'
import { writePicture } from '../support/pictures.ts'
import { runProgram, startProgram, startServerProcess } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { UdpClient } from '../support/udp-client.ts'

test('list, get and share, for people and for scripts', async t => {
  const folder = await temporaryFolder(t)
  const shared = join(folder, 'shared')
  const out = join(folder, 'new', 'out')
  await mkdir(shared)
  const one = await writePicture(shared, 'one.png', 1)
  const two = await writePicture(shared, 'dois, três.webp', 2, 'webp')
  const { address } = await startServerProcess(t)
  const sharing = startProgram(t, ['share', address, shared, '--data', join(folder, 'data')])
  const [, port = ''] = await sharing.until(/on port ([0-9]+)/)
  await sharing.until(/Registered 2 pictures\./)
  const owner = `127.0.0.1:${port}`

  const listed = await runProgram(t, ['list', address])
  assert.equal(listed.status, 0)
  assert.match(listed.output, /2 pictures in the network:\n1 {2}dois, três\.webp.*\n2 {2}one\.png/)
  const json = await runProgram(t, ['list', address, '--json'])
  assert.deepEqual(
    json.output
      .trim()
      .split('\n')
      .map(line => {
        // What else is known of an image depends on the server.
        const { md5: digest, name, owners, ownerCount } = JSON.parse(line)
        return { digest, name, owners, ownerCount }
      }),
    [
      { digest: md5(two), name: 'dois, três.webp', owners: [owner], ownerCount: 1 },
      { digest: md5(one), name: 'one.png', owners: [owner], ownerCount: 1 },
    ],
  )

  const got = await runProgram(t, [
    'get',
    address,
    'one.png',
    md5(two).toUpperCase(),
    '--out',
    out,
    '--json',
    '--data',
    join(folder, 'data'),
  ])
  assert.equal(got.status, 0, got.errors)
  assert.deepEqual(
    got.output
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
      .filter(({ event }) => event === 'saved')
      .sort((one, other) => other.name.localeCompare(one.name)),
    [
      {
        ...{ event: 'saved', wanted: 'one.png', md5: md5(one), name: 'one.png', path: join(out, 'one.png') },
        ...{ bytes: one.length, owner, failed: [] },
      },
      {
        ...{ event: 'saved', wanted: 'dois, três.webp', md5: md5(two), name: 'dois, três.webp' },
        ...{ path: join(out, 'dois, três.webp'), bytes: two.length, owner, failed: [] },
      },
    ],
  )
  assert.deepEqual(await readFile(join(out, 'one.png')), one)
  assert.deepEqual(await readFile(join(out, 'dois, três.webp')), two)

  const partly = await runProgram(t, [
    'get',
    address,
    'nothing.png',
    'one.png',
    '--out',
    out,
    '--again',
    '--data',
    join(folder, 'data'),
  ])
  assert.equal(partly.status, 1)
  assert.match(partly.errors, /“nothing\.png” is not among the listed pictures/)
  assert.match(partly.output, /Saved one_downloaded\.png/)
  assert.equal((await readdir(out)).length, 3)

  sharing.kill('SIGTERM')
  assert.deepEqual(await sharing.exited(), { status: 0, signal: null })
  const after = await runProgram(t, ['list', address])
  assert.equal(after.status, 0)
  assert.match(after.output, /No pictures are listed/)
  const emptyJson = await runProgram(t, ['list', address, '--json'])
  assert.deepEqual([emptyJson.status, emptyJson.output], [0, ''])
})

test('two pictures of one name are told apart by their MD5', async t => {
  const { port, address } = await startServerProcess(t)
  const client = await UdpClient.open(t, port)
  const [one, two] = [md5(Buffer.from('1')), md5(Buffer.from('2'))]
  await client.ask(`REG pw 5001 ${one},same.png;${two},same.png`)
  const { status, errors } = await runProgram(t, ['get', address, 'same.png'])
  assert.equal(status, 1)
  assert.ok(errors.includes(one) && errors.includes(two), errors)
})

test('what is wrong is said in one sentence, with a status', async t => {
  const folder = await temporaryFolder(t)
  const taken = createSocket('udp4')
  taken.bind(0, '127.0.0.1')
  await once(taken, 'listening')
  t.after(() => taken.close())
  const port = String(taken.address().port)
  const missing = join(folder, 'missing')
  const cases: [readonly string[], number, RegExp][] = [
    [['server', '--host', '127.0.0.1', '--port', port], 1, new RegExp(`Port ${port} is taken`)],
    [['server', '--port', '70000'], 2, /“70000” is no good for “--port”: it takes a port/],
    [['server', '--port'], 2, /“--port” needs a port/],
    [['server', '--host', '203.0.113.7'], 1, /203\.0\.113\.7 is not an address of this computer/],
    [['server', '--colour'], 2, /no option “--colour”/],
    [['server', 'extra'], 2, /“extra” is one argument too many/],
    [['serve'], 2, /no command “serve”/],
    [['client', '127.0.0.1'], 2, /FOLDER is missing/],
    [['client', '127.0.0.1', missing], 1, /There is no folder .*missing/],
    [['share', '127.0.0.1:0', folder], 2, /is no server address/],
    [['list', `127.0.0.1:${await closedUdpPort()}`], 1, /Nothing is listening at/],
    [['--nonsense'], 2, /no option “--nonsense”/],
    [['serve\u001b[31m'], 2, /no command “serve\\u\{1b\}\[31m”/],
  ]
  for (const [argv, status, sentence] of cases) {
    const result = await runProgram(t, argv)
    assert.equal(result.status, status, `${argv.join(' ')}: ${result.errors}`)
    assert.match(result.errors, sentence)
    assert.doesNotMatch(result.errors, /\n {4}at |\u001b/)
    assert.equal(result.output, '')
  }
  const portuguese = await runProgram(t, ['server', '--lang', 'pt', '--port', '70000'])
  assert.match(portuguese.errors, /“70000” não serve/)
})

test('help and version', async t => {
  const help = await runProgram(t, ['--help'])
  assert.equal(help.status, 0)
  for (const command of ['server', 'client', 'list', 'get', 'mirror', 'share', 'demo'])
    assert.match(help.output, new RegExp(`^ {2}${command}\\b`, 'm'))
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  assert.equal((await runProgram(t, ['--version'])).output, `${version}\n`)
})

test('an index server logs JSON lines, escapes what strangers send, and ends cleanly on a signal', async t => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const { program, port } = await startServerProcess(t, ['--verbose'])
    const client = await UdpClient.open(t, port)
    await client.ask('\u001b]0;pwned\u0007')
    await client.ask(`REG pw 5001 ${'a'.repeat(32)},\u001b[2J.png`)
    await client.ask('END pw 5001')
    program.kill(signal)
    assert.deepEqual(await program.exited(), { status: 0, signal: null })
    const lines = program.output
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as { event: string })
    assert.deepEqual(
      lines.map(({ event }) => event),
      ['listening', 'datagrams', 'journal', 'status', 'malformed', 'registered', 'ended', 'stopped'],
    )
    assert.doesNotMatch(program.output, /\u001b/)
    assert.equal(program.errors, '')
  }
  const quiet = await startServerProcess2(t)
  assert.equal(quiet, '')
})

async function startServerProcess2(t: Parameters<typeof startProgram>[0]): Promise<string> {
  const port = await closedUdpPort()
  const program = startProgram(t, ['server', '--host', '127.0.0.1', '--port', String(port), '--quiet'])
  const client = await UdpClient.open(t, port)
  assert.equal(await client.ask('LST'), 'ERR NO_IMAGES_AVAILABLE')
  program.kill('SIGTERM')
  await program.exited()
  return program.output
}

test('an older Node is told in one sentence', async t => {
  const older = olderNode()
  if (older === undefined) return t.skip('there is no older Node on this machine')
  const entry = new URL('../../bin/imagep2p.js', import.meta.url).pathname
  let errors = ''
  try {
    execFileSync(older, [entry, '--version'], { stdio: 'pipe' })
  } catch (error) {
    errors = String((error as { stderr: Buffer }).stderr)
  }
  assert.match(errors, /^imagep2p needs Node 24 or newer and this is [0-9.]+: .*\n$/)
})

function olderNode(): string | undefined {
  for (const folder of (process.env['PATH'] ?? '').split(':')) {
    try {
      const version = execFileSync(join(folder, 'node'), ['--version'], { encoding: 'utf8', stdio: 'pipe' })
      if (Number(version.slice(1).split('.')[0]) < 24) return join(folder, 'node')
    } catch {
      // No Node there.
    }
  }
  return undefined
}

async function closedUdpPort(): Promise<number> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  await once(socket, 'close')
  return port
}
