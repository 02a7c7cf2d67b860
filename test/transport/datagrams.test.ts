import assert from 'node:assert/strict'
import { readdirSync, readlinkSync } from 'node:fs'
import { test } from 'node:test'
import { type DatagramServerOptions, FastPathUnavailableError } from '../../src/transport/datagram-server.ts'
import {
  type ListeningDatagramServer,
  type ListenOptions,
  listenDatagrams,
} from '../../src/transport/datagrams.ts'
import { loadSystemCalls, type SystemCalls } from '../../src/transport/linux-datagrams.ts'
import { DatagramClient } from './datagram-client.ts'
import { FaultySystemCalls } from './faulty-system-calls.ts'
import { RecordingHandler } from './recording-handler.ts'
import { LOOPBACK, type Serving, serve } from './serving.ts'

const AF_INET = 2
const SOCK_STREAM = 1
const EACCES = 13
const EMFILE = 24
const EAFNOSUPPORT = 97

const real = await loadSystemCalls().catch((fault: Error) => fault)
const needsFast = { skip: real instanceof Error ? real.message : false }

/** Listens by `path` with the system calls of `load`. */
function serveBy(
  path: ListenOptions['path'],
  load?: () => Promise<SystemCalls>,
  host?: string,
  port?: number,
): Promise<Serving<ListeningDatagramServer>> {
  const listen = (options: DatagramServerOptions) => listenDatagrams({ ...options, path }, load)
  return serve(listen, new RecordingHandler(), host, port)
}

/** What keeps the fast path from being taken, and how the reason begins. */
const obstacles: readonly { name: string; load: () => Promise<SystemCalls>; reason: RegExp }[] = [
  {
    name: 'another system',
    load: () => loadSystemCalls({ platform: 'darwin', arch: 'arm64' }),
    reason: /^only on Linux on x64 and arm64, not on darwin on arm64$/,
  },
  {
    name: 'another processor',
    load: () => loadSystemCalls({ platform: 'linux', arch: 's390x' }),
    reason: /^only on Linux on x64 and arm64, not on linux on s390x$/,
  },
  {
    name: 'no koffi',
    load: () =>
      loadSystemCalls({ platform: 'linux', arch: 'x64' }, () =>
        Promise.reject(new Error("Cannot find package 'koffi'")),
      ),
    reason: /^koffi cannot be used: Cannot find package 'koffi'$/,
  },
  {
    name: 'a koffi that loads nothing',
    load: () =>
      loadSystemCalls({ platform: 'linux', arch: 'x64' }, async () => ({
        ...(await import('koffi')),
        load() {
          throw new Error('no such function: recvmmsg')
        },
      })),
    reason: /^koffi cannot be used: no such function: recvmmsg$/,
  },
]

for (const { name, load, reason } of obstacles) {
  test(`auto with ${name} answers by the portable path and says why`, async () => {
    await using serving = await serveBy('auto', load)
    assert.equal(serving.server.path, 'portable')
    assert.match(serving.server.fallbackReason ?? '', reason)
    await using client = await DatagramClient.open(serving.server.endpoint, LOOPBACK)
    assert.equal(`${await client.ask('hello')}`, 'hello')
  })

  test(`fast with ${name} is refused`, async () => {
    await assert.rejects(serveBy('fast', load), (fault: unknown) => {
      assert.ok(fault instanceof FastPathUnavailableError)
      assert.equal(fault.code, 'ERR_FAST_PATH_UNAVAILABLE')
      assert.match(fault.message, reason)
      return true
    })
  })
}

for (const path of ['auto', 'fast'] as const) {
  test(`${path} takes the fast path where there is one`, needsFast, async () => {
    await using serving = await serveBy(path)
    assert.equal(serving.server.path, 'fast')
    assert.equal(serving.server.fallbackReason, undefined)
  })
}

test('portable is taken when asked for, and loads nothing', async () => {
  await using serving = await serveBy('portable', () => assert.fail('nothing was to be loaded'))
  assert.equal(serving.server.path, 'portable')
  assert.equal(serving.server.fallbackReason, undefined)
})

for (const path of ['auto', 'portable'] as const) {
  test(`${path} refuses a port in use instead of falling back`, async () => {
    await using holder = await serveBy('portable')
    const { port } = holder.server.endpoint
    await assert.rejects(serveBy(path, undefined, LOOPBACK, port), {
      code: 'EADDRINUSE',
      syscall: 'bind',
      port,
    })
  })
}

/** The steps of setting a socket up, each made to fail: the fast path gives back what it took, and auto goes on. */
const failures: readonly {
  step: string
  replace: (real: SystemCalls) => Partial<SystemCalls>
  reason: RegExp
  host?: string
}[] = [
  { step: 'socket', replace: () => ({ socket: () => -1 }), reason: /: socket EMFILE/ },
  {
    step: 'setsockopt',
    replace: () => ({ setsockopt: () => -1 }),
    reason: /: setsockopt EMFILE/,
    host: '::',
  },
  { step: 'bind', replace: () => ({ bind: () => -1 }), reason: /: bind EMFILE/ },
  {
    step: 'node:dgram',
    replace: real => ({ socket: domain => real.socket(domain, SOCK_STREAM, 0) }),
    reason: /: Unsupported fd type: TCP/,
  },
  {
    step: 'the memory',
    replace: () => ({ addressOf: () => assert.fail('no memory') }),
    reason: /: no memory/,
  },
]

/** What this process has open: a socket is `socket:[<its own number>]`. */
function openDescriptors(): string[] {
  return readdirSync('/proc/self/fd').flatMap(fd => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)]
    } catch {
      // The descriptor that read the folder.
      return []
    }
  })
}

for (const { step, replace, reason, host } of failures) {
  test(`auto falls back when ${step} fails, and leaves no descriptor open`, needsFast, async () => {
    if (real instanceof Error) throw real
    const opened: string[] = []
    const calls = { ...real, errno: () => EMFILE, ...replace(real) }
    const load = async (): Promise<SystemCalls> => ({
      ...calls,
      socket(...parameters) {
        const fd = calls.socket(...parameters)
        if (fd !== -1) opened.push(readlinkSync(`/proc/self/fd/${fd}`))
        return fd
      },
    })
    {
      await using serving = await serveBy('auto', load, host)
      assert.equal(serving.server.path, 'portable')
      assert.match(serving.server.fallbackReason ?? '', reason)
    }
    await assert.rejects(serveBy('fast', load, host), FastPathUnavailableError)
    await new Promise(setImmediate)
    const open = openDescriptors()
    for (const socket of opened) assert.ok(!open.includes(socket), `${socket} is still open`)
  })
}

test('a bind without the right to it is refused, not fallen back from', needsFast, async () => {
  if (real instanceof Error) throw real
  const load = async (): Promise<SystemCalls> => ({ ...real, bind: () => -1, errno: () => EACCES })
  await assert.rejects(serveBy('auto', load, LOOPBACK, 53), {
    errno: -EACCES,
    code: 'EACCES',
    syscall: 'bind',
    address: LOOPBACK,
    port: 53,
    message: 'bind EACCES 127.0.0.1:53',
  })
})

test(':: is answered on 0.0.0.0 where there is no IPv6', needsFast, async () => {
  if (real instanceof Error) throw real
  const faulty = new FaultySystemCalls(real, (real, faulty) => ({
    socket: (domain, type, protocol) =>
      domain === AF_INET ? real.socket(domain, type, protocol) : faulty.failWith(EAFNOSUPPORT),
  }))
  await using serving = await serveBy('fast', async () => faulty.calls, '::')
  assert.equal(serving.server.path, 'fast')
  assert.equal(serving.server.endpoint.address, '0.0.0.0')
  await using client = await DatagramClient.open({ ...serving.server.endpoint, address: LOOPBACK }, LOOPBACK)
  assert.equal(`${await client.ask('hello')}`, 'hello')
  assert.deepEqual(serving.faults, [])
})
