import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { decodeIndexRequest } from '../../src/protocol/index-request.ts'
import { md5 } from '../support/md5.ts'
import { writePicture } from '../support/pictures.ts'
import { startProgram, startServerProcess } from '../support/program.ts'
import { ReferenceServer } from '../support/reference-server.ts'
import { below, seededRandom } from '../support/seeded-random.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { UdpClient } from '../support/udp-client.ts'

const DIGEST_A = '0cc175b9c0f1b6a831c399e269772661'
const DIGEST_B = '92eb5ffee6ae2fec3ad71c777531578f'

const messages = [
  'LST',
  `REG pw 5001 ${DIGEST_A},a.png;${DIGEST_B},b, with commas.jpg`,
  `REG other 5002 ${DIGEST_B},praça ☀️.png`,
  `UPD pw 5001 ${DIGEST_B},b.jpg`,
  'END pw 5001',
  'END other 5002',
]

/** One to eight changes of any kind that bytes can suffer. */
function mutate(message: Buffer, random: () => number): Buffer {
  let bytes = Buffer.from(message)
  for (let left = 1 + below(random, 8); left > 0; left -= 1) {
    const at = below(random, bytes.length + 1)
    const noise = Buffer.from(Array.from({ length: 1 + below(random, 4) }, () => below(random, 256)))
    switch (below(random, 7)) {
      case 0:
        if (at < bytes.length) bytes[at] = below(random, 256)
        break
      case 1:
        bytes = Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at)])
        break
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(random, 20))])
        break
      case 3:
        bytes = bytes.subarray(0, at)
        break
      case 4:
        bytes = Buffer.concat([bytes, bytes.subarray(at)])
        break
      case 5:
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from('\0'), bytes.subarray(at)])
        break
      default:
        if (random() < 0.02)
          bytes = Buffer.concat([bytes, Buffer.alloc(65_507 - Math.min(65_507, bytes.length), 0x41)])
        else if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << below(random, 8))
    }
  }
  return bytes.subarray(0, 65_507)
}

/** A reply whose runs of owners are sorted: the server moves those behind that it could not connect to by then. */
function inAnyOrder(reply: string): string {
  return reply.replaceAll(/(?:,[0-9.]+:[0-9]+)+/g, owners => owners.split(',').sort().join(','))
}

test('10,000 mutated datagrams: the server answers on, and only valid messages change what it lists', async t => {
  const { program, port } = await startServerProcess(t)
  const client = await UdpClient.open(t, port)
  const model = new ReferenceServer()
  const random = seededRandom(20_261_122)
  let valid = 0
  for (let sent = 1; sent <= 10_000; sent += 1) {
    const datagram = mutate(Buffer.from(messages[below(random, messages.length)] ?? ''), random)
    const reply = await client.ask(datagram)
    const request = decodeIndexRequest(datagram)
    if (request === undefined) assert.equal(reply, 'ERR INVALID_MESSAGE_FORMAT')
    else {
      valid += 1
      assert.equal(inAnyOrder(reply), inAnyOrder(model.answer(datagram, '127.0.0.1')), `datagram ${sent}`)
    }
    if (sent % 100 === 0) {
      for (const message of messages) {
        assert.equal(
          inAnyOrder(await client.ask(message)),
          inAnyOrder(model.answer(Buffer.from(message), '127.0.0.1')),
          `after ${sent}: ${message}`,
        )
      }
    }
  }
  assert.ok(valid > 100, `only ${valid} of the mutants were still valid`)
  assert.ok(program.isRunning)
  assert.equal(program.errors, '')
})

test('1,000 mutated requests over TCP: the peer serves on, and gives nothing but its image', async t => {
  const folder = await temporaryFolder(t)
  const shared = join(folder, 'shared')
  await mkdir(shared)
  const image = await writePicture(shared, 'a.png', 1)
  const { address } = await startServerProcess(t)
  const peer = startProgram(t, ['share', address, shared, '--data', join(folder, 'data')])
  const [, portText = ''] = await peer.until(/on port ([0-9]+)/)
  await peer.until(/Registered/)
  const port = Number(portText)
  const request = Buffer.from(`GET ${md5(image)}`)
  const random = seededRandom(7)
  for (let sent = 1; sent <= 1000; sent += 1) {
    const bytes = await answerTo(port, mutate(request, random))
    const isRefusal = bytes.length === 0 || /^HTTP\/1\.1 4[0-9]{2} /.test(bytes.toString('latin1'))
    assert.ok(isRefusal || bytes.equals(image), `${bytes.length} bytes for mutant ${sent}`)
    if (sent % 100 === 0) assert.ok((await answerTo(port, request)).equals(image), `after ${sent}`)
  }
  assert.ok(peer.isRunning)
  assert.equal(peer.errors, '')
})

/** Sends one request, ends our side, and reads until the other ends. A reset counts as nothing more. */
async function answerTo(port: number, request: Uint8Array): Promise<Buffer> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const chunks: Buffer[] = []
  socket.on('error', () => {})
  socket.on('data', chunk => chunks.push(chunk))
  socket.end(request)
  await new Promise(resolve => socket.once('close', resolve))
  return Buffer.concat(chunks)
}
