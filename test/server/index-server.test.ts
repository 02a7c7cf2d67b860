import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { networkInterfaces } from 'node:os'
import { type TestContext, test } from 'node:test'
import { Failure } from '../../src/base/failure.ts'
import { DEFAULT_SERVER_CONFIG, type ServerConfig } from '../../src/server/config.ts'
import { startIndexServer } from '../support/index-servers.ts'

const hasIPv6 = Object.values(networkInterfaces()).some(list =>
  list?.some(({ address }) => address === '::1'),
)

async function startServer(t: TestContext, changes: Partial<ServerConfig> = {}): Promise<number> {
  const server = await startIndexServer(t, changes)
  return server.endpoint.port
}

async function ask(
  t: TestContext,
  address: '127.0.0.1' | '::1',
  port: number,
  message: string,
): Promise<string> {
  const socket = createSocket(address === '::1' ? 'udp6' : 'udp4')
  t.after(() => socket.close())
  socket.send(message, port, address)
  const [reply] = await once(socket, 'message')
  return String(reply)
}

const a = '0cc175b9c0f1b6a831c399e269772661'
const b = '92eb5ffee6ae2fec3ad71c777531578f'

test('a dual-stack server sees IPv4 clients by their IPv4 address, and tells each family what it can use', async t => {
  if (!hasIPv6) return t.skip('there is no IPv6 on this machine')
  const port = await startServer(t)
  assert.equal(await ask(t, '::1', port, `REG six 5006 ${a},a.png;${b},b.png`), 'OK 2_REGISTERED_IMAGES')
  assert.equal(await ask(t, '127.0.0.1', port, 'LST'), 'ERR NO_IMAGES_AVAILABLE')
  assert.equal(await ask(t, '127.0.0.1', port, `REG four 5004 ${b},b.png`), 'OK 1_REGISTERED_IMAGES')
  assert.equal(await ask(t, '127.0.0.1', port, 'LST'), `${b},b.png,127.0.0.1:5004`)
  assert.equal(await ask(t, '::1', port, 'LST'), `${a},a.png,[::1]:5006;${b},b.png,127.0.0.1:5004,[::1]:5006`)
  // The same port under another address is another client.
  assert.equal(await ask(t, '127.0.0.1', port, 'END six 5006'), 'ERR IP_REGISTERED_WITH_DIFFERENT_PASSWORD')
})

test('a registration of somebody else’s address and port with another password is refused, and changes nothing', async t => {
  const port = await startServer(t, { host: '127.0.0.1' })
  await ask(t, '127.0.0.1', port, `REG mine 5001 ${a},a.png`)
  assert.equal(
    await ask(t, '127.0.0.1', port, `REG theirs 5001 ${b},b.png`),
    'ERR IP_REGISTERED_WITH_DIFFERENT_PASSWORD',
  )
  assert.equal(await ask(t, '127.0.0.1', port, 'LST'), `${a},a.png,127.0.0.1:5001`)
})

test('a bound that is reached is answered with its own error, and changes nothing', async t => {
  const limits = { ...DEFAULT_SERVER_CONFIG.limits, registrationsPerAddress: 2, imagesPerRegistration: 1 }
  const port = await startServer(t, { host: '127.0.0.1', limits })
  await ask(t, '127.0.0.1', port, `REG pw 5001 ${a},a.png`)
  assert.equal(await ask(t, '127.0.0.1', port, `UPD pw 5001 ${a},a.png;${b},b.png`), 'ERR TOO_MANY_IMAGES')
  await ask(t, '127.0.0.1', port, `REG pw 5002 ${a},a.png`)
  assert.equal(await ask(t, '127.0.0.1', port, `REG pw 5003 ${a},a.png`), 'ERR TOO_MANY_REGISTRATIONS')
  assert.equal(await ask(t, '127.0.0.1', port, 'LST'), `${a},a.png,127.0.0.1:5001,127.0.0.1:5002`)
})

test('what cannot be listened on is a failure with its facts', async t => {
  const port = await startServer(t, { host: '127.0.0.1' })
  await assert.rejects(startIndexServer(t, { host: '127.0.0.1', port }), error => {
    assert.ok(error instanceof Failure)
    assert.deepEqual([error.code, error.details], ['portTaken', { host: '127.0.0.1', port }])
    return true
  })
})
