import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { suite, test } from 'node:test'
import {
  addressAfter,
  forEachAtOnce,
  getOverHttp,
  keptConnection,
  putList,
  showItself,
} from '../../bench/load/http-front.ts'
import { compileNativePrograms } from '../../bench/native/native-programs.ts'
import { inTurns, numbersIn, strainProgram } from '../../bench/strain/beside-load.ts'
import { latenciesOf } from '../../bench/strain/latencies.ts'
import { chooseCores } from '../../bench/system/cores.ts'
import { runProgram } from '../../bench/system/programs.ts'

const linux = process.platform === 'linux'
const needsLinux = linux ? false : 'peers come from addresses of 127.0.0.0/8, as only Linux has them'
const native = linux ? await compileNativePrograms() : undefined
const cores = linux ? await chooseCores() : 'not Linux'

suite('what strains a server', () => {
  test('a program says when it has begun, and at the end what it found', async () => {
    const source = `process.once('SIGTERM', () => { console.log('{"count":3,"more":1}'); process.exit() })
      console.log('{"begun":true}'); setInterval(() => {}, 1000)`
    const strain = strainProgram({ command: process.execPath, arguments: ['-e', source] }, ['count'])
    const { end } = await strain.begin()
    assert.equal((await end()).count, 3)
  })

  test('a program that fails is told with its complaint, before and after it has begun', async () => {
    const failing = (source: string) =>
      strainProgram({ command: process.execPath, arguments: ['-e', source] }, ['count'])
    await assert.rejects(failing('throw new Error("no server")').begin(), /no server/)
    const { end } = await failing(
      `process.once('SIGTERM', () => { throw new Error('gone') })
      console.log('{"begun":true}'); setInterval(() => {}, 1000)`,
    ).begin()
    await assert.rejects(end(), /gone/)
  })

  test('only a line with all the numbers is a report', () => {
    assert.deepEqual(numbersIn('{"a":1,"b":2}', ['a', 'b']), { a: 1, b: 2 })
    assert.equal(numbersIn('{"a":1,"b":"2"}', ['a', 'b']), undefined)
    assert.equal(numbersIn('nothing', ['a']), undefined)
    assert.equal(numbersIn('null', ['a']), undefined)
  })

  test('each round begins with another one', () => {
    assert.deepEqual(
      [0, 1, 2, 3].map(round => inTurns(['a', 'b', 'c'], round).join('')),
      ['abc', 'bca', 'cab', 'abc'],
    )
  })

  test('latencies are summed up by their ranks', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)
    assert.deepEqual(latenciesOf(hundred), { count: 100, p50Ms: 50, p99Ms: 99, maxMs: 100 })
  })

  test('a program that gives way is idle to the scheduler', {
    skip: typeof cores === 'string' ? cores : false,
  }, async () => {
    const core = typeof cores === 'string' ? undefined : cores.generator
    // The 41st field of /proc/PID/stat is the policy (proc(5)); SCHED_IDLE is 5.
    const program = { command: 'cut', arguments: ['-d', ' ', '-f', '41', '/proc/self/stat'], core }
    assert.equal((await runProgram({ ...program, givesWay: true })).stdout.trim(), '5')
    assert.equal((await runProgram(program)).stdout.trim(), '0')
  })
})

suite('peers over HTTP', { skip: needsLinux }, () => {
  test('come from their addresses, with their lists, and are told what is wrong', async () => {
    const seen: unknown[] = []
    const server = createServer(async (request, response) => {
      const { method, url, headers, socket } = request
      const body = await buffer(request)
      seen.push([method, url, socket.remoteAddress, headers['content-type'], body.toString()])
      response.statusCode = url === '/v1/registrations/2/images' ? 403 : 200
      response.end('{"ok":true}')
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    assert.ok(address !== null && typeof address === 'object')
    const agent = keptConnection()
    try {
      await putList(address.port, { address: '127.96.0.7', port: 1 }, Buffer.from('{}\n'))
      await assert.rejects(
        putList(address.port, { address: '127.96.0.8', port: 2 }, Buffer.from('')),
        /registrations\/2\/images was answered with 403: {"ok":true}/,
      )
      const ended = AbortSignal.abort()
      await assert.rejects(putList(address.port, { address: '127.0.0.1', port: 3 }, Buffer.from(''), ended))
      assert.equal((await getOverHttp(agent, address.port, '/x')).toString(), '{"ok":true}')
      await showItself(address.port, '127.96.0.9')
    } finally {
      agent.destroy()
      server.closeAllConnections()
      server.close()
    }
    assert.deepEqual(seen, [
      ['PUT', '/v1/registrations/1/images', '127.96.0.7', 'application/x-ndjson', '{}\n'],
      ['PUT', '/v1/registrations/2/images', '127.96.0.8', 'application/x-ndjson', ''],
      ['GET', '/x', '127.0.0.1', undefined, ''],
    ])
  })

  test('are so many at once, and no more', async () => {
    let now = 0
    let most = 0
    const done: number[] = []
    await forEachAtOnce(10, 3, async index => {
      now += 1
      most = Math.max(most, now)
      await new Promise(setImmediate)
      now -= 1
      done.push(index)
    })
    assert.equal(most, 3)
    assert.deepEqual(
      done.toSorted((one, other) => one - other),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    )
    await assert.rejects(
      forEachAtOnce(10, 3, index => (index === 4 ? Promise.reject(new Error('four')) : Promise.resolve())),
      /four/,
    )
  })

  test('have addresses one after another', () => {
    assert.equal(addressAfter('127.64.0.0', 0), '127.64.0.0')
    assert.equal(addressAfter('127.64.0.255', 1), '127.64.1.0')
    assert.equal(addressAfter('127.64.0.0', 65_536 + 257), '127.65.1.1')
  })
})

test('a flood is LST from one address, and counts what comes back', {
  skip: needsLinux || (native === undefined ? 'there is no C compiler' : false),
}, async () => {
  const server = createSocket('udp4')
  const senders = new Set<string>()
  const asked = new Set<string>()
  let answered = 0
  server.on('message', (request, from) => {
    senders.add(from.address)
    asked.add(request.toString())
    if (answered === 20) return
    answered += 1
    server.send('x'.repeat(100), from.port, from.address)
  })
  server.bind(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const program = { command: native?.flood ?? '', arguments: [String(server.address().port), '2000'] }
    const { end } = await strainProgram(program, ['sent', 'replies', 'bytes', 'dropped', 'seconds']).begin()
    while (answered < 20) await once(server, 'message')
    const report = await end()
    assert.ok(report.sent >= 20)
    assert.deepEqual([report.replies, report.bytes, report.dropped], [20, 2000, 0])
    assert.ok(report.seconds > 0)
    assert.deepEqual([...senders], ['127.210.0.1'])
    assert.deepEqual([...asked], ['LST'])
  } finally {
    server.close()
  }
})
