import assert from 'node:assert/strict'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { DEFAULT_PEER_CONFIG } from '../../src/peer/config.ts'
import { Registration } from '../../src/peer/registration.ts'
import { ServerConnection } from '../../src/peer/server-connection.ts'
import type { Counts } from '../../src/protocol/catalog-api.ts'
import { md5 } from '../support/md5.ts'
import { type Program, startProgram } from '../support/program.ts'
import { metricOf } from '../support/server-health.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

const PEERS = 500

/** One peer in so many says more of its image than its name, which goes through the API. */
const DESCRIBED_ONE_IN = 10

/** Milliseconds between two renewals, where a lease of two minutes would have them come every 40 seconds. */
const RENEW_MS = 2000

/** Peers that are forgotten come back spread over 20 seconds; so much of that is enough for a test. */
const SPREAD = 0.05

/**
 * A port that the system gives to nobody by itself (ip_local_port_range): none of the peers' own sockets takes it while the
 * server is away.
 */
function chooseServerPort(): number {
  return 10_000 + Math.floor(Math.random() * 20_000)
}

/** Starts a server process on `port` of 127.0.0.1 and waits until it answers; rejects where the port is taken. */
async function startServer(t: TestContext, port: number, keeping: readonly string[]): Promise<Program> {
  const program = startProgram(t, ['server', '--host', '127.0.0.1', '--port', String(port), ...keeping])
  await program.until(/"event":"listening"/)
  return program
}

/** The same on any port of {@link chooseServerPort}. */
async function startServerAnywhere(
  t: TestContext,
  keeping: readonly string[],
): Promise<{ server: Program; port: number }> {
  for (let tried = 1; ; tried += 1) {
    const port = chooseServerPort()
    try {
      return { server: await startServer(t, port, keeping), port }
    } catch (error) {
      if (tried === 5) throw error
    }
  }
}

/** Peers of ours that share an image each and keep themselves registered, without a process for each. */
async function registerPeers(t: TestContext, serverPort: number): Promise<void> {
  const { retryPlan: plan, httpLimits: limits } = DEFAULT_PEER_CONFIG
  const peers = Array.from({ length: PEERS }, (_, index) => {
    const connection = new ServerConnection({
      server: { host: '127.0.0.1', port: serverPort },
      ...{ plan, limits, onRetry: () => {}, onLimit: () => {} },
    })
    const image = { digest: md5(Buffer.from(`image ${index}`)), name: `image ${index}.jpeg` }
    const details = index % DESCRIBED_ONE_IN === 0 ? { details: { bytes: 1000 + index, format: 'jpeg' } } : {}
    const registration = new Registration({
      connection,
      source: {
        entries: () => [{ ...image, ...details }],
        port: () => 1000 + index,
        password: `pw-${index}`,
      },
      observer: { onRenewed: () => {}, onReachability: () => {}, onTrouble: () => {} },
      renewMs: RENEW_MS,
      chance: () => Math.random() * SPREAD,
    })
    return { connection, registration }
  })
  t.after(async () => {
    // Nobody waits for a server that the test has killed.
    const cancelled = AbortSignal.abort()
    await Promise.allSettled(peers.map(({ registration }) => registration.stop(cancelled)))
    for (const { connection } of peers) connection.close()
  })
  const { signal } = new AbortController()
  await Promise.all(peers.map(({ registration }) => registration.register(signal)))
}

async function countsOf(port: number): Promise<Counts> {
  return (await (await fetch(`http://127.0.0.1:${port}/v1/counts`)).json()) as Counts
}

/** How many images are described. */
async function describedImages(port: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/images?limit=1000&format=jpeg`)
  return ((await response.json()) as { images: unknown[] }).images.length
}

const done = (port: number, word: 'REG' | 'UPD' | 'ALV') =>
  metricOf(port, `imagep2p_requests_total{word="${word}",outcome="done"}`)

/** Renewals; nothing listens at the ports of these peers, which the server may have found out by then. */
const renewed = async (port: number) =>
  (await done(port, 'ALV')) +
  (await metricOf(port, 'imagep2p_requests_total{word="ALV",outcome="unreachable"}'))

const ALL: Counts = { registrations: PEERS, images: PEERS, holdings: PEERS }

/** Has 500 peers under a lease at a server, kills it and starts it again on the same port: the port. */
async function restartUnderPeers(t: TestContext, keeping: readonly string[]): Promise<number> {
  const { server, port } = await startServerAnywhere(t, keeping)
  await registerPeers(t, port)
  assert.deepEqual(await countsOf(port), ALL)
  await until(async () => (await describedImages(port)) === PEERS / DESCRIBED_ONE_IN)
  await until(async () => (await renewed(port)) >= PEERS)
  server.kill('SIGKILL')
  await server.exited()
  await startServer(t, port, keeping)
  return port
}

suite('an index server that is killed and started again under 500 peers', { concurrency: 2 }, () => {
  test('knows them all at once by its journal, and they go on as if nothing had been', async t => {
    const folder = join(await temporaryFolder(t), 'data')
    const port = await restartUnderPeers(t, ['--data', folder])
    assert.deepEqual(await countsOf(port), ALL)
    assert.equal(await describedImages(port), PEERS / DESCRIBED_ONE_IN)
    await until(async () => (await renewed(port)) >= PEERS)
    assert.deepEqual([await done(port, 'REG'), await done(port, 'UPD')], [0, 0])
    assert.deepEqual(await countsOf(port), ALL)
  })

  test('has them all again although it kept nothing, as each of them finds out', async t => {
    const port = await restartUnderPeers(t, ['--memory'])
    await until(async () => (await countsOf(port)).registrations === PEERS)
    assert.deepEqual(await countsOf(port), ALL)
    await until(async () => (await describedImages(port)) === PEERS / DESCRIBED_ONE_IN)
  })
})
