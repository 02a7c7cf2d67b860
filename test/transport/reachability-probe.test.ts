import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { getEventListeners, once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { text } from 'node:stream/consumers'
import test, { type TestContext } from 'node:test'
import { formatAddress } from '../../src/protocol/ip-address.ts'
import {
  isConnectedToItself,
  type ProbeOutcome,
  probeReachability,
} from '../../src/transport/reachability-probe.ts'
import { DEFAULT_REQUEST_LISTENER_LIMITS, listenForRequests } from '../../src/transport/request-listener.ts'
import { addressBytes } from '../support/addresses.ts'
import { fullBacklog } from '../support/full-backlog.ts'
import { assertOpenResources } from '../support/open-resources.ts'
import { closedPort } from '../support/owners.ts'

/** Longer than any test takes: what is decided is not decided by time. */
const PATIENT_MS = 60_000
const never = new AbortController().signal

async function listen(
  t: TestContext,
  behave: (socket: Socket) => void,
  host = '127.0.0.1',
): Promise<{ port: number }> {
  const open = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, socket => {
    open.add(socket)
    behave(socket)
  })
  server.listen(0, host)
  await once(server, 'listening')
  t.after(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new TypeError('a TCP server has a port')
  return { port: bound.port }
}

function probe(port: number, deadlineMs = PATIENT_MS, signal = never): Promise<ProbeOutcome> {
  return probeReachability(addressBytes('127.0.0.1'), port, deadlineMs, signal)
}

/** What a share server sees of a connection, from its first byte to its close. */
async function seenBy(socket: Socket): Promise<{ bytes: number; error: string | undefined }> {
  let bytes = 0
  let error: string | undefined
  socket.on('data', chunk => {
    bytes += chunk.length
  })
  socket.on('error', (fault: NodeJS.ErrnoException) => {
    error = fault.code
  })
  await new Promise(resolve => socket.once('close', resolve))
  return { bytes, error }
}

test('reaches a port that is listened on, and its server sees a client that left without a byte', async t => {
  const seen: ReturnType<typeof seenBy>[] = []
  const { port } = await listen(t, socket => {
    seen.push(seenBy(socket))
    socket.once('end', () => socket.end())
  })
  assert.equal(await probe(port), 'reached')
  assert.deepEqual(await Promise.all(seen), [{ bytes: 0, error: undefined }])
})

test('a server that answers an empty request with an error text is not reset', async t => {
  const seen: ReturnType<typeof seenBy>[] = []
  const { port } = await listen(t, socket => {
    seen.push(seenBy(socket))
    socket.once('end', () => {
      socket.write('ERR INVALID_')
      setImmediate(() => socket.end('MESSAGE_FORMAT'))
    })
  })
  assert.equal(await probe(port), 'reached')
  assert.deepEqual(await Promise.all(seen), [{ bytes: 0, error: undefined }])
})

test('reaches our own share server, which hears of no request', async t => {
  const listener = await listenForRequests({
    host: '127.0.0.1',
    port: 0,
    limits: DEFAULT_REQUEST_LISTENER_LIMITS,
    onRequest: async () => assert.fail('nothing was requested'),
  })
  t.after(() => listener.close())
  assert.equal(await probe(listener.endpoint.port), 'reached')
  while (listener.connectionCount > 0) await new Promise(setImmediate)
})

test('who never closes, or sends without end, is reached all the same and left', async t => {
  const silent = await listen(t, socket => void socket.on('error', () => {}))
  assert.equal(await probe(silent.port, 50), 'reached')
  const flooding = await listen(t, socket => {
    socket.on('error', () => {})
    const more = () => {
      while (!socket.destroyed && socket.write(Buffer.alloc(65_536)));
    }
    socket.on('drain', more)
    more()
  })
  // Not the deadline but the bytes end it.
  assert.equal(await probe(flooding.port), 'reached')
})

test('a port nobody listens on is refused', async () => {
  const { port } = await closedPort()
  assert.equal(await probe(port), 'refused')
})

test('a connection that does not come to stand is a timeout, or cancelled', {
  skip: process.platform !== 'linux',
}, async t => {
  const { port } = await fullBacklog(t)
  assert.equal(await probe(port, 50), 'timeout')
  const controller = new AbortController()
  const cancelled = probe(port, PATIENT_MS, controller.signal)
  setImmediate(() => controller.abort())
  assert.equal(await cancelled, 'cancelled')
  assert.equal(await probe(port, PATIENT_MS, controller.signal), 'cancelled')
})

test('an address this machine has no way to is no fault of the peer', {
  skip: process.platform !== 'linux',
}, async () => {
  // Refused by the system itself, so no packet leaves.
  const everybody = addressBytes('255.255.255.255')
  assert.equal(await probeReachability(everybody, 9, PATIENT_MS, never), 'localFault')
})

test('without a descriptor left nothing is said about the peer', {
  skip: process.platform === 'win32',
}, async t => {
  const { port } = await listen(t, socket => void socket.once('end', () => socket.end()))
  const program = new URL('../support/out-of-descriptors.ts', import.meta.url).pathname
  const command = ['-c', 'ulimit -n 64 && exec "$0" "$1" "$2"', process.execPath, program, String(port)]
  const child = spawn('sh', command, { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill())
  assert.equal(await text(child.stdout), 'reached localFault reached')
})

test('reaches every address of this machine, the link-local ones too', async t => {
  const own = Object.values(networkInterfaces()).flatMap(list => list ?? [])
  // The network of a link-local address is known where there is one only.
  const linkLocals = own.filter(({ family, address }) => family === 'IPv6' && address.startsWith('fe80:'))
  const addresses = own.filter(info => linkLocals.length === 1 || !linkLocals.includes(info))
  const hasIPv6 = own.some(({ family }) => family === 'IPv6')
  const { port } = await listen(
    t,
    socket => void socket.once('end', () => socket.end()),
    hasIPv6 ? '::' : '0.0.0.0',
  )
  for (const { address } of addresses) {
    const bytes = addressBytes(address)
    assert.equal(await probeReachability(bytes, port, PATIENT_MS, never), 'reached', formatAddress(bytes))
  }
})

test('a connection that the system made of one port to itself is told apart', {
  skip: process.platform !== 'linux',
}, async t => {
  const { port } = await closedPort()
  const itself = connect({ host: '127.0.0.1', port, localPort: port })
  t.after(() => itself.destroy())
  await once(itself, 'connect')
  assert.equal(isConnectedToItself(itself), true)

  const other = await listen(t, () => {})
  const honest = connect({ host: '127.0.0.1', port: other.port })
  t.after(() => honest.destroy())
  await once(honest, 'connect')
  assert.equal(isConnectedToItself(honest), false)
})

test('leaves nothing open, and nothing at the signal', async () => {
  const { port } = await closedPort()
  const { signal } = new AbortController()
  await Promise.all(Array.from({ length: 20 }, () => probe(port, PATIENT_MS, signal)))
  assert.deepEqual(getEventListeners(signal, 'abort'), [])
  await assertOpenResources({})
})
