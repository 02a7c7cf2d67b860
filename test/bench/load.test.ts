import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { test } from 'node:test'
import { dgramGenerator, nativeGenerator } from '../../bench/load/generators.ts'
import type { LoadReport, LoadRun } from '../../bench/load/load-run.ts'
import { compileNativePrograms } from '../../bench/native/native-programs.ts'
import { formatRegistered, formatUpdated, Reply } from '../../src/protocol/index-reply.ts'
import { decodeIndexRequest, Word } from '../../src/protocol/index-request.ts'

const linux = process.platform === 'linux'
const native = linux ? await compileNativePrograms() : undefined
const needsLinux = linux ? false : 'the load comes from addresses of 127.0.0.0/8, as only Linux has them'
const generators = [
  {
    generator: native === undefined ? undefined : nativeGenerator(native, undefined),
    name: 'native',
    skip: needsLinux || (native === undefined ? 'there is no C compiler' : false),
  },
  { generator: dgramGenerator(undefined), name: 'dgram', skip: needsLinux },
]

const RUN: LoadRun = {
  mode: 'closed',
  workload: 'list',
  serverPort: 0,
  serverProcess: process.pid,
  firstAddress: '127.16.0.0',
  peers: 64,
  peerPort: 5001,
  images: 2,
  listingBytes: 0,
  window: 16,
  rate: 1,
  warmUpMs: 0,
  measuredMs: 100,
  resident: false,
}

/** What is answered to one datagram; `undefined` is no answer. */
type Answer = (request: Buffer, address: string) => string | undefined

for (const { generator, name, skip } of generators) {
  const load = async (answer: Answer, changed: Partial<LoadRun>): Promise<LoadReport> => {
    const server = createSocket('udp4')
    server.on('message', (request, from) => {
      const reply = answer(request, from.address)
      if (reply !== undefined) server.send(reply, from.port, from.address)
    })
    server.bind(0, '127.0.0.1')
    await once(server, 'listening')
    try {
      const report = await generator?.run({ ...RUN, serverPort: server.address().port, ...changed })
      assert.ok(report)
      return report
    } finally {
      server.close()
    }
  }

  test(`${name} load: right replies are counted, and the server's CPU time with them`, { skip }, async () => {
    const report = await load(() => Reply.nothingListed, { measuredMs: 300 })
    assert.ok(report.answered > 0)
    assert.equal(report.answeredBytes, report.answered * Reply.nothingListed.length)
    assert.ok(report.serverSeconds > 0)
    assert.equal(report.wrong, 0)
  })

  test(`${name} load: a server that answers rubbish scores nothing`, { skip }, async () => {
    for (const rubbish of ['', 'ERR', 'OK CLIENT_FINISHED', 'x'.repeat(4000)]) {
      const report = await load(() => rubbish, {})
      assert.equal(report.answered, 0, rubbish.slice(0, 20))
      assert.ok(report.wrong > 0)
    }
    const miscounting = await load(() => formatRegistered(3), { workload: 'register' })
    assert.equal(miscounting.answered, 0)
    const cut = await load(() => `${'0'.repeat(32)},a.png,1.2.3.4:5`, { listingBytes: 2800 })
    assert.equal(cut.answered, 0)
  })

  test(`${name} load: each peer has its address and speaks the protocol`, { skip }, async () => {
    const seen = new Map<string, Set<string>>()
    const answer: Answer = (request, address) => {
      const decoded = decodeIndexRequest(request)
      assert.ok(decoded, request.toString('latin1', 0, 80))
      const words = seen.get(address) ?? new Set()
      seen.set(address, words.add(decoded.word))
      if (decoded.word === Word.list) return Reply.nothingListed
      if (decoded.word === Word.end) return Reply.ended
      assert.equal(decoded.port, 5001)
      assert.equal(decoded.entryCount, 2)
      return decoded.word === Word.register ? formatRegistered(2) : formatUpdated(2)
    }
    const report = await load(answer, { workload: 'mixed', resident: true })
    assert.equal(report.wrong, 0)
    assert.equal(seen.size, 64)
    for (const words of seen.values()) assert.ok(words.has(Word.register) && words.has(Word.end))
    assert.ok([...seen.values()].some(words => words.has(Word.update)))
    assert.ok([...seen.values()].some(words => words.has(Word.list)))
  })

  test(`${name} load: END and REG follow one another`, { skip }, async () => {
    const registered = new Map<string, boolean>()
    const report = await load(
      (request, address) => {
        const word = decodeIndexRequest(request)?.word
        if ((word === Word.register) === (registered.get(address) ?? false)) return Reply.malformed
        registered.set(address, word === Word.register)
        return word === Word.register ? formatRegistered(2) : Reply.ended
      },
      { workload: 'end-register', resident: true },
    )
    assert.ok(report.answered > 0)
    assert.equal(report.wrong, 0)
  })

  test(`${name} load: what is lost is counted and sent again until everybody is answered`, {
    skip,
  }, async () => {
    const answered = new Set<string>()
    let dropped = 0
    const report = await load(
      (_, address) => {
        if (dropped < 5) {
          dropped += 1
          return undefined
        }
        answered.add(address)
        return formatRegistered(2)
      },
      { mode: 'once', workload: 'register' },
    )
    assert.equal(report.lost, 5)
    assert.equal(report.answered, 64)
    assert.equal(answered.size, 64)
  })

  test(`${name} load: an open loop tells latencies`, { skip }, async () => {
    const report = await load(() => Reply.nothingListed, { mode: 'open', rate: 1000, measuredMs: 300 })
    assert.ok(report.answered > 0)
    assert.ok(report.latency)
    assert.ok(report.latency.p50Ms > 0)
    assert.ok(report.latency.p99Ms >= report.latency.p50Ms)
  })
}
