import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Word } from '../../src/protocol/index-request.ts'
import type { ServerConfig } from '../../src/server/config.ts'
import type { IndexServer } from '../../src/server/index-server.ts'
import { startIndexServer, TEST_SERVER_CONFIG } from '../support/index-servers.ts'
import { md5 } from '../support/md5.ts'
import { closedPort, startOwner } from '../support/owners.ts'
import { writePicture } from '../support/pictures.ts'
import { type Program, startProgram } from '../support/program.ts'
import { noPython, startPython } from '../support/python.ts'
import { metricOf } from '../support/server-health.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { UdpClient } from '../support/udp-client.ts'
import { until } from '../support/until.ts'

/** Leases and checks as they are, within seconds instead of minutes. */
const LEASE_SECONDS = 4
const SHORT: Partial<ServerConfig> = {
  host: '127.0.0.1',
  times: { lease: LEASE_SECONDS, firstCheck: 1, check: 1, failures: 3 },
  absence: { ...TEST_SERVER_CONFIG.absence, checkSeconds: 1 },
}

/** Twice the time in which a machine under load may do what takes a lease; it is no measure of anything. */
const PATIENCE = { timeout: 90_000 }

/** A server with short times that tells how often each peer said what. */
async function startServer(t: TestContext): Promise<{
  server: IndexServer
  address: string
  names: () => Promise<string[]>
  heard: (word: Word, port: number) => number
}> {
  const heard = new Map<string, number>()
  const server = await startIndexServer(t, SHORT, {
    wants: () => true,
    observe: (word, result, _address, port) => {
      const key = `${word} ${port} ${result}`
      heard.set(key, (heard.get(key) ?? 0) + 1)
    },
  })
  const { port } = server.endpoint
  const client = await UdpClient.open(t, port)
  return {
    server,
    address: `127.0.0.1:${port}`,
    names: async () => namesIn(await client.ask('LST')),
    heard: (word, of) => heard.get(`${word} ${of} done`) ?? 0,
  }
}

/** The names of the images of a listing whose names hold no comma. */
function namesIn(listing: string): string[] {
  if (listing === 'ERR NO_IMAGES_AVAILABLE') return []
  return listing
    .split(';')
    .map(entry => entry.split(',')[1] ?? '')
    .sort()
}

/** A peer of ours that shares one picture, once it is registered. */
async function startPeer(
  t: TestContext,
  server: string,
  name: string,
): Promise<{ program: Program; port: number }> {
  const folder = await temporaryFolder(t)
  const shared = join(folder, 'shared')
  await mkdir(shared)
  await writePicture(shared, name, name.charCodeAt(0))
  const program = startProgram(t, ['share', server, shared, '--data', join(folder, 'data')])
  const [, port = ''] = await program.until(/on port ([0-9]+)/)
  await program.until(/Registered 1 picture/)
  return { program, port: Number(port) }
}

/** Listens on a port that somebody registered, and closes it after the test. */
async function listenOn(t: TestContext, port: number): Promise<void> {
  const listener = createServer(socket => socket.on('error', () => {}).destroy())
  listener.listen(port, '127.0.0.1')
  await once(listener, 'listening')
  t.after(() => listener.close())
}

const FIELD_CLIENT = fileURLToPath(new URL('../support/field_client.py', import.meta.url))

suite('the index server knows who is there', { concurrency: 3 }, () => {
  test(
    'a peer that is killed is gone within the lease; one that is paused too, until it goes on',
    PATIENCE,
    async t => {
      const { address, names, heard } = await startServer(t)
      const [killed, paused, staying] = await Promise.all([
        startPeer(t, address, 'killed.png'),
        startPeer(t, address, 'paused.png'),
        startPeer(t, address, 'staying.png'),
      ])
      // From its first ALV on, a peer has a lease.
      await until(() => [killed, paused, staying].every(({ port }) => heard(Word.renew, port) > 0))
      await until(async () => (await names()).length === 3)

      killed.program.kill('SIGKILL')
      paused.program.kill('SIGSTOP')
      const silentSince = performance.now()
      await until(async () => (await names()).join() === 'staying.png')
      const seconds = (performance.now() - silentSince) / 1000
      assert.ok(seconds < LEASE_SECONDS * 5, `gone after ${seconds} s, where the lease is ${LEASE_SECONDS} s`)

      paused.program.kill('SIGCONT')
      await until(async () => (await names()).join() === 'paused.png,staying.png')
      assert.equal(heard(Word.register, paused.port), 1, 'it is listed again because it is heard')
      assert.equal(paused.program.errors, '')
    },
  )

  test('an old client that dies is gone after three checks, and there again when its port answers', {
    ...PATIENCE,
    skip: noPython,
  }, async t => {
    const { server, names } = await startServer(t)
    const { port } = server.endpoint
    const folder = await temporaryFolder(t)
    await writePicture(folder, 'old.png', 1)
    const old = startPython(t, FIELD_CLIENT, String(port), folder)
    assert.equal(await old.line(), 'OK 1_REGISTERED_IMAGES')
    assert.deepEqual(await names(), ['old.png'])
    const client = await UdpClient.open(t, port)
    const sharedOn = Number(/:([0-9]+)$/.exec(await client.ask('LST'))?.[1])
    const reachedBefore = () => metricOf(port, 'imagep2p_probes_total{outcome="reached"}')
    await until(async () => (await reachedBefore()) > 0)

    old.child.kill('SIGKILL')
    await until(async () => (await names()).length === 0)
    // The metrics may be a second old; the checks go on meanwhile.
    await until(async () => (await metricOf(port, 'imagep2p_probes_total{outcome="refused"}')) >= 3)
    assert.equal(await metricOf(port, 'imagep2p_absent_registrations'), 1)
    await listenOn(t, sharedOn)
    await until(async () => (await names()).join() === 'old.png')
  })

  test(
    'a peer whose port cannot be reached is told so, and stands behind those who can be',
    PATIENCE,
    async t => {
      const { server } = await startServer(t)
      const { port } = server.endpoint
      const [closed, open] = [await closedPort(), await startOwner(t, socket => socket.end())]
      const image = `${md5(Buffer.from('one'))},one.png`
      const [first, second] = [await UdpClient.open(t, port), await UdpClient.open(t, port)]
      assert.equal(await first.ask(`REG pw ${closed.port} ${image}`), 'OK 1_REGISTERED_IMAGES')
      assert.equal(await second.ask(`REG pw ${open.port} ${image}`), 'OK 1_REGISTERED_IMAGES')
      const renew = () => first.ask(`ALV pw ${closed.port}`)
      const keepUp = () => second.ask(`ALV pw ${open.port}`)

      await until(async () => {
        await keepUp()
        return (await renew()) === `OK ALIVE ${LEASE_SECONDS} UNREACHABLE`
      })
      assert.equal(await keepUp(), `OK ALIVE ${LEASE_SECONDS}`)
      assert.equal(await first.ask('LST'), `${image},127.0.0.1:${open.port},127.0.0.1:${closed.port}`)
      const response = await fetch(`http://127.0.0.1:${port}/v1/images`)
      const { images } = (await response.json()) as { images: { owners: string[] }[] }
      assert.deepEqual(images[0]?.owners, [`127.0.0.1:${open.port}`, `127.0.0.1:${closed.port}`])

      await listenOn(t, closed.port)
      await until(async () => {
        await keepUp()
        return (await renew()) === `OK ALIVE ${LEASE_SECONDS}`
      })
      // Both can be reached now: the one that registered first stands first again, once both are known to.
      const both = `${image},127.0.0.1:${closed.port},127.0.0.1:${open.port}`
      await until(async () => {
        await keepUp()
        return (await first.ask('LST')) === both
      })
    },
  )
})
