import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { networkInterfaces } from 'node:os'
import { Worker } from 'node:worker_threads'
import { systemReason } from '../../src/base/failure.ts'
import { MAX_DATAGRAM_BYTES } from '../../src/protocol/limits.ts'
import { DatagramClient } from './datagram-client.ts'
import { RecordingHandler } from './recording-handler.ts'
import { type Listen, LOOPBACK, type Serving, serve } from './serving.ts'
import { sendFromPortZero, whyNotFromPortZero } from './spoofed-datagram.ts'

/** One promise of datagram-server.ts, the same on every path. */
export interface DatagramCase {
  readonly name: string
  /** Why this machine cannot try it. */
  readonly skip?: string | undefined
  run(listen: Listen): Promise<void>
}

const LOOPBACK_6 = '::1'

const interfaces = Object.values(networkInterfaces()).flatMap(addresses => addresses ?? [])
const noIPv6 = interfaces.some(({ address }) => address === LOOPBACK_6) ? undefined : 'no IPv6 here'
/** A link-local address of this machine with its zone, if it has one. */
const linkLocal = Object.entries(networkInterfaces()).flatMap(([zone, addresses]) =>
  (addresses ?? [])
    .filter(({ address }) => address.startsWith('fe80:'))
    .map(({ address }) => `${address}%${zone}`),
)[0]
const noLinkLocal = linkLocal === undefined ? 'no interface with a link-local address' : undefined
const noLargeDatagrams =
  process.platform === 'darwin' ? 'the system sends 9,216 bytes at most (net.inet.udp.maxdgram)' : undefined

/** What the handlers below make of a datagram: as long, and no byte the same. */
function inverted(datagram: Uint8Array): Uint8Array {
  return datagram.map(byte => byte ^ 0xff)
}

/** Asks the requests, `window` at a time, and checks that each reply is one of those awaited, inverted. */
async function askAll(client: DatagramClient, requests: readonly Buffer[], window: number): Promise<void> {
  const awaited = new Map(
    requests.map(request => [Buffer.from(inverted(request)).toString('latin1'), request]),
  )
  assert.equal(awaited.size, requests.length, 'the requests must differ')
  let next = 0
  const sendNext = async (): Promise<void> => {
    const request = requests[next]
    next += 1
    if (request !== undefined) await client.send(request)
  }
  for (let sent = 0; sent < window; sent += 1) await sendNext()
  for (let received = 0; received < requests.length; received += 1) {
    const reply = await client.reply()
    assert.ok(
      awaited.delete(reply.toString('latin1')),
      `no reply to this client: ${reply.toString('latin1', 0, 40)}`,
    )
    await sendNext()
  }
}

/** Sends all of it before the server's turn comes. */
async function sendAtOnce(client: DatagramClient, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, index) => client.send(`${index}`)))
}

export const datagramCases: readonly DatagramCase[] = [
  {
    name: 'an IPv4 socket answers, and tells the source as IPv4-mapped bytes',
    async run(listen) {
      const handler = new RecordingHandler(inverted)
      await using serving = await serve(listen, handler)
      await using client = await DatagramClient.open(serving.server.endpoint, LOOPBACK)
      assert.equal(serving.server.endpoint.address, LOOPBACK)
      assert.deepEqual(await client.ask('hello'), Buffer.from(inverted(Buffer.from('hello'))))
      await sendAtOnce(client, 5)
      for (let count = 0; count < 5; count += 1) await client.reply()
      assert.deepEqual(handler.sources, Array(6).fill(LOOPBACK))
      assert.deepEqual(serving.faults, [])
    },
  },
  {
    name: 'an IPv6 socket answers, and tells the source',
    skip: noIPv6,
    async run(listen) {
      const handler = new RecordingHandler(inverted)
      await using serving = await serve(listen, handler, LOOPBACK_6)
      await using client = await DatagramClient.open(serving.server.endpoint, LOOPBACK_6)
      assert.equal(serving.server.endpoint.address, LOOPBACK_6)
      await sendAtOnce(client, 5)
      for (let count = 0; count < 5; count += 1) {
        assert.deepEqual(await client.reply(), Buffer.from(inverted(Buffer.from(`${count}`))))
      }
      assert.deepEqual(handler.sources, Array(5).fill(LOOPBACK_6))
      assert.deepEqual(serving.faults, [])
    },
  },
  {
    name: 'a socket on :: answers IPv4 and IPv6, each under its own address',
    skip: noIPv6,
    async run(listen) {
      const handler = new RecordingHandler((_, source) => Buffer.from(source))
      await using serving = await serve(listen, handler, '::')
      const { port } = serving.server.endpoint
      await using old = await DatagramClient.open({ address: LOOPBACK, port }, LOOPBACK)
      await using young = await DatagramClient.open({ address: LOOPBACK_6, port }, LOOPBACK_6)
      await Promise.all([sendAtOnce(old, 3), sendAtOnce(young, 3)])
      for (let count = 0; count < 3; count += 1) {
        assert.equal((await old.reply()).toString(), LOOPBACK)
        assert.equal((await young.reply()).toString(), LOOPBACK_6)
      }
      assert.deepEqual(serving.faults, [])
    },
  },
  {
    name: 'a client at a link-local address is answered',
    skip: noLinkLocal,
    async run(listen) {
      assert.ok(linkLocal)
      for (const host of ['::', linkLocal]) {
        await using serving = await serve(listen, new RecordingHandler(inverted), host)
        await using client = await DatagramClient.open(
          { ...serving.server.endpoint, address: linkLocal },
          linkLocal,
        )
        await sendAtOnce(client, 3)
        for (let count = 0; count < 3; count += 1) {
          assert.deepEqual(await client.reply(), Buffer.from(inverted(Buffer.from(`${count}`))))
        }
        assert.deepEqual(serving.faults, [])
      }
    },
  },
  {
    name: 'datagrams and replies without a byte',
    async run(listen) {
      const handler = new RecordingHandler(datagram => Buffer.alloc(datagram.length === 0 ? 2 : 0))
      await using serving = await serve(listen, handler)
      await using client = await DatagramClient.open(serving.server.endpoint, LOOPBACK)
      assert.equal((await client.ask('')).length, 2)
      assert.equal((await client.ask('x')).length, 0)
      await Promise.all(['', 'x', ''].map(datagram => client.send(datagram)))
      const lengths = [await client.reply(), await client.reply(), await client.reply()].map(
        ({ length }) => length,
      )
      assert.deepEqual(lengths, [2, 0, 2])
      assert.deepEqual(serving.faults, [])
    },
  },
  {
    name: 'datagrams and replies of 65,507 bytes, several in one batch',
    skip: noLargeDatagrams,
    async run(listen) {
      await using serving = await serve(listen, new RecordingHandler(inverted))
      await using first = await DatagramClient.open(serving.server.endpoint, LOOPBACK)
      await using second = await DatagramClient.open(serving.server.endpoint, LOOPBACK)
      const longest = [7, 77].map(fill => Buffer.alloc(MAX_DATAGRAM_BYTES, fill))
      const [ofFirst = Buffer.of(), ofSecond = Buffer.of()] = longest
      for (let count = 0; count < 3; count += 1) {
        await Promise.all([first.send(ofFirst), second.send(ofSecond)])
        assert.ok((await first.reply()).equals(inverted(ofFirst)))
        assert.ok((await second.reply()).equals(inverted(ofSecond)))
      }
      assert.deepEqual(serving.faults, [])
    },
  },
  {
    name: 'a handler may give no reply',
    async run(listen) {
      const handler = new RecordingHandler(datagram => (Number(datagram) % 2 === 0 ? datagram : undefined))
      await using serving = await serve(listen, handler)
      await using client = await DatagramClient.open(serving.server.endpoint, LOOPBACK)
      await sendAtOnce(client, 9)
      for (const awaited of ['0', '2', '4', '6', '8']) assert.equal(`${await client.reply()}`, awaited)
      assert.equal(handler.sources.length, 9)
      assert.deepEqual(serving.faults, [])
    },
  },
  {
    name: 'in one batch, replies go to those who asked and to nobody who is given none',
    async run(listen) {
      const handler = new RecordingHandler(datagram => (datagram.length > 3 ? datagram : undefined))
      await using serving = await serve(listen, handler)
      await using silent = await DatagramClient.open(serving.server.endpoint, LOOPBACK)
      await using first = await DatagramClient.open(serving.server.endpoint, LOOPBACK)
      await using second = await DatagramClient.open(serving.server.endpoint, LOOPBACK)
      for (const round of ['1', '2', '3']) {
        await Promise.all(
          [silent, first, silent, second, first].map((client, index) =>
            client.send(client === silent ? `${index}` : `${round} to ${index}`),
          ),
        )
        assert.equal(`${await second.reply()}`, `${round} to 3`)
        assert.equal(`${await first.reply()}`, `${round} to 1`)
        assert.equal(`${await first.reply()}`, `${round} to 4`)
      }
      assert.equal(`${await silent.ask('last')}`, 'last')
      assert.deepEqual(serving.faults, [])
    },
  },
  {
    name: '2,000 datagrams of many lengths from 8 clients: each gets its own replies',
    async run(listen) {
      await using serving = await serve(listen, new RecordingHandler(inverted))
      const clients = await Promise.all(
        Array.from({ length: 8 }, () => DatagramClient.open(serving.server.endpoint, LOOPBACK)),
      )
      await Promise.all(
        clients.map((client, index) => {
          const requests = Array.from({ length: 250 }, (_, number) =>
            Buffer.from(`${index} ${number} `.padEnd((number * 37) % 1400, '.')),
          )
          return askAll(client, requests, 16)
        }),
      )
      assert.deepEqual(serving.faults, [])
      await Promise.all(clients.map(client => client.close()))
    },
  },
  {
    name: 'what came together is answered in batches, with one commit behind the answers of each',
    async run(listen) {
      const handler = new RecordingHandler()
      await using serving = await serve(listen, handler)
      await using client = await DatagramClient.open(serving.server.endpoint, LOOPBACK)
      await sendAtOnce(client, 150)
      for (let index = 0; index < 150; index += 1) {
        const reply = await client.reply()
        assert.equal(`${reply}`, `${index}`)
        const answered = handler.record.indexOf(`answer ${index}`)
        assert.ok(handler.record.indexOf('commit', answered) > answered, `${index} came back uncommitted`)
      }
      const batches = handler.batches()
      assert.equal(
        batches.reduce((sum, size) => sum + size, 0),
        150,
      )
      // Windows completes one receive at a time.
      if (process.platform === 'win32') return
      assert.ok(Math.max(...batches) >= 32, `batches of ${batches.join(', ')}`)
    },
  },
  {
    name: 'no reply leaves before the commit returned',
    async run(listen) {
      // A client on another thread sees a reply that left even while this thread is inside commit().
      const seen = new Int32Array(new SharedArrayBuffer(4))
      const seenByEndOfCommit: number[] = []
      const handler = new RecordingHandler(undefined, () => {
        Atomics.wait(seen, 0, 0, 300)
        seenByEndOfCommit.push(Atomics.load(seen, 0))
      })
      await using serving = await serve(listen, handler)
      const client = new Worker(new URL('./datagram-worker.ts', import.meta.url), {
        workerData: { server: serving.server.endpoint, datagrams: 3, seen },
      })
      await once(client, 'exit')
      assert.equal(Atomics.load(seen, 0), 3)
      assert.equal(seenByEndOfCommit[0], 0)
    },
  },
  {
    name: 'a handler that throws costs its own datagram only',
    async run(listen) {
      const handler = new RecordingHandler(datagram => {
        if (`${datagram}` === '1') throw new TypeError('one')
        // A handler in error need not throw an Error.
        if (`${datagram}` === '3') throw null
        return datagram
      })
      await using serving = await serve(listen, handler)
      await using client = await DatagramClient.open(serving.server.endpoint, LOOPBACK)
      await sendAtOnce(client, 5)
      for (const awaited of ['0', '2', '4']) assert.equal(`${await client.reply()}`, awaited)
      assert.deepEqual(
        serving.faults.map(fault => [fault.name, fault.cause]),
        [
          ['TypeError', undefined],
          ['Error', null],
        ],
      )
      assert.equal(`${await client.ask('on')}`, 'on')
    },
  },
  {
    name: 'a length that no datagram has is a fault and no reply',
    async run(listen) {
      const lengths = [MAX_DATAGRAM_BYTES + 1, Number.NaN, 1.5, -2, Number.POSITIVE_INFINITY]
      await using serving = await serve(listen, {
        answer: (bytes, start) => lengths[(bytes[start] ?? 0) - 0x30] ?? 2,
        commit() {},
      })
      await using client = await DatagramClient.open(serving.server.endpoint, LOOPBACK)
      await sendAtOnce(client, 6)
      assert.equal((await client.reply()).length, 2)
      assert.deepEqual(
        serving.faults.map(fault => fault.constructor),
        lengths.map(() => RangeError),
      )
    },
  },
  {
    name: 'a commit that throws lets no reply of its batch leave',
    async run(listen) {
      let failing = true
      const handler = new RecordingHandler(undefined, () => {
        if (failing) throw new Error('the disk is full')
      })
      await using serving = await serve(listen, handler)
      await using client = await DatagramClient.open(serving.server.endpoint, LOOPBACK)
      await sendAtOnce(client, 3)
      while (handler.sources.length < 3) await new Promise(setImmediate)
      while (serving.faults.length === 0) await new Promise(setImmediate)
      failing = false
      assert.equal(`${await client.ask('durable')}`, 'durable')
      assert.ok(serving.faults.every(({ message }) => message === 'the disk is full'))
    },
  },
  {
    name: 'clients that vanish disturb nobody',
    async run(listen) {
      await using serving = await serve(listen, new RecordingHandler(inverted))
      await using client = await DatagramClient.open(serving.server.endpoint, LOOPBACK)
      for (let round = 0; round < 20; round += 1) {
        const vanishing = await DatagramClient.open(serving.server.endpoint, LOOPBACK)
        await sendAtOnce(vanishing, 5)
        await vanishing.close()
        const requests = Array.from({ length: 10 }, (_, index) => Buffer.from(`${round} ${index}`))
        await askAll(client, requests, 10)
      }
      // Windows tells an unconnected socket of the ICMP message, others do not.
      for (const fault of serving.faults) assert.equal(systemReason(fault), 'ECONNRESET')
    },
  },
  {
    name: 'a client that takes no replies disturbs nobody',
    async run(listen) {
      const long = Buffer.alloc(8000, 'x')
      const handler = new RecordingHandler(datagram => (datagram.length < 4 ? long : inverted(datagram)))
      await using serving = await serve(listen, handler)
      await using deaf = await DatagramClient.open(serving.server.endpoint, LOOPBACK, 1)
      await using client = await DatagramClient.open(serving.server.endpoint, LOOPBACK)
      for (let round = 0; round < 5; round += 1) {
        await sendAtOnce(deaf, 100)
        await askAll(
          client,
          Array.from({ length: 20 }, (_, index) => Buffer.from(`${round} ${index} alive`)),
          20,
        )
      }
      assert.deepEqual(serving.faults, [])
    },
  },
  {
    name: 'a datagram from port 0 is dropped unanswered, and what comes with it is answered',
    skip: await whyNotFromPortZero(),
    async run(listen) {
      const handler = new RecordingHandler()
      await using serving = await serve(listen, handler)
      await using client = await DatagramClient.open(serving.server.endpoint, LOOPBACK)
      for (let round = 0; round < 3; round += 1) {
        await sendFromPortZero(serving.server.endpoint.port, 'zero')
        await client.send('before')
        await sendFromPortZero(serving.server.endpoint.port, 'zero')
        assert.equal(`${await client.reply()}`, 'before')
        assert.equal(`${await client.ask('after')}`, 'after')
      }
      assert.ok(!handler.record.includes('answer zero'))
      assert.deepEqual(serving.faults, [])
    },
  },
  {
    name: 'close() from inside an answer finishes the batch and lets its replies leave',
    async run(listen) {
      let closed: Promise<void> | undefined
      const handler = new RecordingHandler(datagram => {
        if (`${datagram}` === '2') closed = serving.server.close()
        return datagram
      })
      await using serving: Serving = await serve(listen, handler)
      await using client = await DatagramClient.open(serving.server.endpoint, LOOPBACK)
      await sendAtOnce(client, 100)
      for (const awaited of ['0', '1', '2']) assert.equal(`${await client.reply()}`, awaited)
      await closed
      const answered = handler.sources.length
      assert.equal(handler.record.at(-1), 'commit')
      for (let index = 3; index < answered; index += 1) assert.equal(`${await client.reply()}`, `${index}`)
      await client.send('late').catch(() => {})
      await new Promise(setImmediate)
      assert.equal(handler.sources.length, answered)
      assert.deepEqual(serving.faults, [])
    },
  },
  {
    name: 'close() from inside a commit lets the replies of the batch leave',
    async run(listen) {
      let closed: Promise<void> | undefined
      const handler = new RecordingHandler(undefined, () => {
        closed = serving.server.close()
      })
      await using serving: Serving = await serve(listen, handler)
      await using client = await DatagramClient.open(serving.server.endpoint, LOOPBACK)
      await sendAtOnce(client, 3)
      assert.equal(`${await client.reply()}`, '0')
      await closed
      for (let index = 1; index < handler.sources.length; index += 1) {
        assert.equal(`${await client.reply()}`, `${index}`)
      }
      assert.equal(handler.batches().length, 1)
      assert.deepEqual(serving.faults, [])
    },
  },
  {
    name: 'close() twice is closed once, and the port can be bound again',
    async run(listen) {
      await using serving = await serve(listen, new RecordingHandler())
      const { endpoint } = serving.server
      assert.equal(serving.server.close(), serving.server.close())
      await serving.server.close()
      await using again = await serve(listen, new RecordingHandler(), endpoint.address, endpoint.port)
      assert.deepEqual(again.server.endpoint, endpoint)
      await using client = await DatagramClient.open(endpoint, LOOPBACK)
      assert.equal(`${await client.ask('again')}`, 'again')
    },
  },
  {
    name: 'a port in use is refused with EADDRINUSE, as node:dgram refuses it',
    async run(listen) {
      await using serving = await serve(listen, new RecordingHandler())
      const { port } = serving.server.endpoint
      const plain = createSocket('udp4')
      const refused = once(plain, 'error')
      plain.bind(port, LOOPBACK)
      const [expected] = await refused
      plain.close()
      assert.equal(expected.code, 'EADDRINUSE')
      await assert.rejects(serve(listen, new RecordingHandler(), LOOPBACK, port), (fault: unknown) => {
        assert.ok(fault instanceof Error)
        assert.deepEqual({ ...fault }, { ...expected })
        assert.equal(fault.message, expected.message)
        return true
      })
    },
  },
  {
    name: 'an address that is not ours is refused with EADDRNOTAVAIL',
    async run(listen) {
      // 192.0.2.0/24 is nobody's (RFC 5737).
      await assert.rejects(serve(listen, new RecordingHandler(), '192.0.2.1'), {
        code: 'EADDRNOTAVAIL',
        syscall: 'bind',
        address: '192.0.2.1',
      })
    },
  },
  {
    name: 'what is no address or no port is refused with a RangeError',
    async run(listen) {
      for (const host of ['localhost', '', '1.2.3', '[::1]']) {
        await assert.rejects(serve(listen, new RecordingHandler(), host), RangeError, host)
      }
      for (const port of [-1, 65_536, 1.5, Number.NaN]) {
        await assert.rejects(serve(listen, new RecordingHandler(), LOOPBACK, port), RangeError, `${port}`)
      }
    },
  },
  {
    name: 'port 0 is given a port of its own',
    async run(listen) {
      await using first = await serve(listen, new RecordingHandler())
      await using second = await serve(listen, new RecordingHandler())
      assert.ok(first.server.endpoint.port > 0)
      assert.ok(second.server.endpoint.port > 0)
      assert.notEqual(first.server.endpoint.port, second.server.endpoint.port)
    },
  },
]
