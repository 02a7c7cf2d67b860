import assert from 'node:assert/strict'
import { chmod, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { suite, type TestContext, test } from 'node:test'
import { startIndexServer } from '../support/index-servers.ts'
import { type JournaledServer, startJournaledServer } from '../support/journaled-server.ts'
import { md5 } from '../support/md5.ts'
import { runProgram } from '../support/program.ts'
import { healthOf, metricOf } from '../support/server-health.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type TinyDisk, tinyDisk } from '../support/tiny-disk.ts'
import { UdpClient } from '../support/udp-client.ts'
import { until } from '../support/until.ts'

/** The list of a peer, long enough for a handful of them to fill a tiny disk. */
function listOf(port: number): string {
  const entries = Array.from({ length: 400 }, (_, index) => {
    const name = `${port} ${index}.jpg`
    return `${md5(Buffer.from(name))},${name}`
  })
  return entries.join(';')
}

async function register(client: UdpClient, port: number): Promise<void> {
  assert.equal(await client.ask(`REG pw ${port} ${listOf(port)}`), 'OK 400_REGISTERED_IMAGES')
  // Nothing listens there: without a lease it would be gone after three checks, however soon those come.
  assert.match(await client.ask(`ALV pw ${port}`), /^OK ALIVE /)
}

/** The peers that a server lists, each with its whole list. */
async function listedPeers(serverPort: number): Promise<number[]> {
  const ports = new Map<number, number>()
  let next = ''
  do {
    const url = `http://127.0.0.1:${serverPort}/v1/images?limit=1000${next}`
    const page = (await (await fetch(url)).json()) as { images: { owners: string[] }[]; next?: string }
    for (const { owners } of page.images) {
      const port = Number(owners[0]?.split(':')[1])
      ports.set(port, (ports.get(port) ?? 0) + 1)
    }
    next = page.next === undefined ? '' : `&cursor=${encodeURIComponent(page.next)}`
  } while (next !== '')
  for (const [port, count] of ports) assert.equal(count, 400, `the list of ${port}`)
  return [...ports.keys()].sort((one, other) => one - other)
}

/** The peers that are kept in a folder whose server has ended. */
async function keptPeers(t: TestContext, folder: string): Promise<number[]> {
  const server = await startIndexServer(t, { host: '127.0.0.1', dataFolder: folder })
  try {
    return await listedPeers(server.endpoint.port)
  } finally {
    await server.stop()
  }
}

/** Has these peers kept in a folder. */
async function keepPeers(t: TestContext, folder: string, peers: readonly number[]): Promise<void> {
  const server = await startIndexServer(t, { host: '127.0.0.1', dataFolder: folder })
  const client = await UdpClient.open(t, server.endpoint.port)
  for (const peer of peers) await register(client, peer)
  await server.stop()
}

/** The sentences of the events of this name. */
function sentences({ log }: JournaledServer, event: string): string[] {
  return log().flatMap(line => (line.event === event ? [line.message] : []))
}

/** Holds that the server goes on from memory and says so. */
async function assertInMemory(server: JournaledServer, reason: RegExp): Promise<void> {
  await until(() => sentences(server, 'journal-notDurable').length > 0)
  const [sentence = ''] = sentences(server, 'journal-notDurable')
  assert.match(sentence, reason)
  assert.match(sentence, /the server goes on in memory, and what is registered now would be forgotten/)
  assert.match(sentence, /tries again every 30 s; check the disk’s free space and the folder’s permissions/)
  const { status, reasons } = await healthOf(server.port)
  assert.equal(status, 'degraded')
  assert.equal(reasons?.[0]?.code, 'journalFailing')
  assert.match(reasons?.[0]?.detail ?? '', reason)
  await until(async () => (await metricOf(server.port, 'imagep2p_journal_failing')) === 1)
  assert.equal(await metricOf(server.port, 'imagep2p_journal_durable'), 0)
}

async function assertDurable(port: number): Promise<void> {
  assert.deepEqual(await healthOf(port), { status: 'ok' })
  assert.equal(await metricOf(port, 'imagep2p_journal_durable'), 1)
  assert.equal(await metricOf(port, 'imagep2p_journal_failing'), 0)
}

/** Fills a disk to its last byte, and answers what makes room again. */
async function fill({ directory }: TinyDisk): Promise<() => Promise<void>> {
  const path = join(directory, 'ballast')
  for (const block of [65_536, 4096]) {
    try {
      for (;;) await writeFile(path, Buffer.alloc(block), { flag: 'a' })
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC')
    }
  }
  return () => rm(path)
}

/** Registers peers from `first` on until one is not kept any more, and answers those that were. */
async function registerUntilFull(t: TestContext, server: JournaledServer, first: number): Promise<number[]> {
  const client = await UdpClient.open(t, server.port)
  const kept: number[] = []
  for (let peer = first; ; peer += 1) {
    await register(client, peer)
    if ((await healthOf(server.port)).status !== 'ok') return kept
    kept.push(peer)
  }
}

suite('an index server whose journal cannot be kept', { concurrency: 2 }, () => {
  test('goes on when the disk is full, keeps what it had, and all once there is room', async t => {
    const disk = tinyDisk(t, 2048)
    if (disk === undefined) return
    const folder = join(disk.directory, 'journal')
    await keepPeers(t, folder, [1, 2])

    const killed = await startJournaledServer(t, folder)
    let makeRoom = await fill(disk)
    const kept = [1, 2, ...(await registerUntilFull(t, killed, 3))]
    await assertInMemory(killed, /full/)
    assert.deepEqual(await listedPeers(killed.port), [...kept, kept.length + 1])
    killed.program.kill('SIGKILL')
    await killed.program.exited()
    await makeRoom()
    assert.deepEqual(await keptPeers(t, folder), kept)

    const ended = await startJournaledServer(t, folder)
    makeRoom = await fill(disk)
    const all = [...kept, ...(await registerUntilFull(t, ended, 100))]
    await register(await UdpClient.open(t, ended.port), 200)
    await assertInMemory(ended, /full/)
    const shown = await listedPeers(ended.port)
    assert.deepEqual(shown.slice(0, all.length), all)
    await makeRoom()
    ended.program.kill('SIGTERM')
    assert.equal((await ended.program.exited()).status, 0)
    assert.match(sentences(ended, 'journal-durableAgain').join(), /All registrations are written to .* again/)
    assert.deepEqual(await keptPeers(t, folder), shown)
  })

  test('reads a folder it may not write to, and leaves it as it is', async t => {
    const disk = process.getuid?.() === 0 ? tinyDisk(t, 2048) : undefined
    if (process.getuid?.() === 0 && disk === undefined) return
    if (process.platform === 'win32')
      return t.skip('a folder cannot be taken from its owner by its mode here')
    const folder = disk?.directory ?? (await temporaryFolder(t))
    const setWritable = async (isWritable: boolean) => {
      if (disk === undefined) await chmod(folder, isWritable ? 0o700 : 0o500)
      else disk.remount(isWritable ? 'rw' : 'ro')
    }
    await keepPeers(t, folder, [1, 2])
    const before = await readdir(folder)
    await setWritable(false)
    if (disk === undefined) t.after(() => setWritable(true))

    const server = await startJournaledServer(t, folder)
    assert.deepEqual(await listedPeers(server.port), [1, 2])
    await register(await UdpClient.open(t, server.port), 3)
    await assertInMemory(server, /read.?only|unable to open|EROFS|EACCES/i)
    assert.deepEqual(await listedPeers(server.port), [1, 2, 3])
    server.program.kill('SIGTERM')
    assert.equal((await server.program.exited()).status, 0)
    assert.deepEqual(await readdir(folder), before)
    await setWritable(true)
    assert.deepEqual(await keptPeers(t, folder), [1, 2])
  })

  test('goes on where there is no folder at all', async t => {
    const file = join(await temporaryFolder(t), 'file')
    await writeFile(file, 'somebody’s letter')
    const server = await startJournaledServer(t, join(file, 'journal'))
    await register(await UdpClient.open(t, server.port), 1)
    await assertInMemory(server, /ENOTDIR/)
    assert.deepEqual(await listedPeers(server.port), [1])
    assert.equal(await readFile(file, 'utf8'), 'somebody’s letter')
  })

  const damages: readonly [string, RegExp, (file: string) => Promise<void>][] = [
    ['was cut', /malformed|page|size/i, file => truncate(file, 40_000)],
    [
      'is of a future version',
      /version 99, where 1 is known/,
      async file => {
        const database = new DatabaseSync(file)
        database.exec('PRAGMA user_version = 99')
        database.close()
      },
    ],
  ]
  for (const [what, reason, damage] of damages) {
    test(`sets a file aside that ${what}, says so, and begins a new one`, async t => {
      const folder = await temporaryFolder(t)
      await keepPeers(t, folder, [1, 2])
      const file = join(folder, 'catalog-1.sqlite')
      await damage(file)
      const damaged = await readFile(file)

      const server = await startJournaledServer(t, folder)
      const [sentence = ''] = sentences(server, 'journal-setAside')
      assert.match(sentence, reason)
      assert.match(sentence, /It was kept as .*; peers are listed as they register again/)
      await assertDurable(server.port)
      assert.deepEqual(await listedPeers(server.port), [])
      await register(await UdpClient.open(t, server.port), 2)
      server.program.kill('SIGKILL')
      await server.program.exited()
      const [aside = '', ...others] = (await readdir(folder)).filter(name => name.includes('set-aside'))
      assert.deepEqual(others, [])
      assert.ok(sentence.includes(join(folder, aside)))
      assert.deepEqual(await readFile(join(folder, aside)), damaged)
      assert.deepEqual(await keptPeers(t, folder), [2])
    })
  }

  test('leaves a folder alone that another server has, and says so in one sentence', async t => {
    const folder = await temporaryFolder(t)
    const first = await startJournaledServer(t, folder)
    const client = await UdpClient.open(t, first.port)
    await register(client, 1)
    const argv = ['server', '--host', '127.0.0.1', '--port', '0', '--data', folder]
    const { status, output, errors } = await runProgram(t, argv)
    assert.equal(status, 1)
    assert.match(errors, new RegExp(`^imagep2p: .*${folder}.*\\n$`))
    assert.equal(output, '')
    await register(client, 2)
    await assertDurable(first.port)
    first.program.kill('SIGKILL')
    await first.program.exited()
    assert.deepEqual(await keptPeers(t, folder), [1, 2])
  })
})
