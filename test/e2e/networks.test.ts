import assert from 'node:assert/strict'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import type { ImagePage } from '../../src/protocol/catalog-api.ts'
import { FIELD_BUFFER_BYTES } from '../../src/protocol/limits.ts'
import { Asker } from '../support/asker.ts'
import { md5 } from '../support/md5.ts'
import { type Machine, makeNetwork, type SmallNetwork } from '../support/network-namespaces.ts'
import { writePicture } from '../support/pictures.ts'
import { programCommand, startCommand } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

const PORT = 13377

/** Starts an index server on a machine, on every address of it, and waits until it answers. */
async function startServerOn(t: TestContext, { server }: SmallNetwork, options: readonly string[] = []) {
  const argv = ['server', '--port', String(PORT), '--memory', ...options]
  const program = startCommand(t, [...server.prefix, ...programCommand(argv)])
  await program.until(/"event":"listening"/)
}

/** Starts a peer that shares one picture, and answers its port and the picture once it is registered. */
async function startPeerOn(t: TestContext, { prefix }: Machine, server: string, name: string, seed: number) {
  const folder = await temporaryFolder(t)
  const shared = join(folder, 'shared')
  await mkdir(shared)
  const picture = await writePicture(shared, name, seed)
  const argv = ['share', server, shared, '--data', join(folder, 'data')]
  const program = startCommand(t, [...prefix, ...programCommand(argv)])
  const [, port = ''] = await program.until(/on port ([0-9]+)/)
  await program.until(/Registered 1 picture/)
  return { port, picture }
}

suite('an index server in a network', { concurrency: 2 }, () => {
  test('names peers on its own machine by addresses that each asker can reach', async t => {
    const network = makeNetwork(t)
    if (network === undefined) return
    const [near, far] = network.others
    await startServerOn(t, network)
    const [four, six] = await Promise.all([
      startPeerOn(t, network.server, `127.0.0.1:${PORT}`, 'four.png', 1),
      startPeerOn(t, network.server, `[::1]:${PORT}`, 'six.png', 2),
    ])
    const [local, ...others] = [Asker.start(t, network.server), Asker.start(t, near), Asker.start(t, far)]
    const imageOf = (picture: Buffer, name: string) => `${md5(picture)},${name}`

    /** What a LST and the API answer to an asker who speaks to the server at this address. */
    const assertOwners = async (asker: Asker, host: string, ofFour: string, ofSix: string) => {
      const isIPv6 = host.includes(':')
      const listed = new Set((await asker.datagram(host, PORT, 'LST')).split(';'))
      // Old clients understand IPv4 owners only.
      const expected = [
        `${imageOf(four.picture, 'four.png')},${ofFour}`,
        ...(isIPv6 ? [`${imageOf(six.picture, 'six.png')},${ofSix}`] : []),
      ]
      assert.deepEqual(listed, new Set(expected), `LST to ${host}`)
      const { images } = await asker.json<ImagePage>(host, PORT, '/v1/images')
      const owners = Object.fromEntries(images.map(({ name, owners: named }) => [name, named]))
      assert.deepEqual(owners, { 'four.png': [ofFour], 'six.png': [ofSix] }, `the API to ${host}`)
    }
    for (const host of ['127.0.0.1', '::1']) {
      await assertOwners(local, host, `127.0.0.1:${four.port}`, `[::1]:${six.port}`)
    }
    for (const [index, { serverIPv4, serverIPv6 }] of network.others.entries()) {
      const asker = others[index]
      assert.ok(asker)
      await assertOwners(asker, serverIPv4, `${serverIPv4}:${four.port}`, `${serverIPv4}:${six.port}`)
      await assertOwners(asker, serverIPv6, `[${serverIPv6}]:${four.port}`, `[${serverIPv6}]:${six.port}`)
    }

    const out = await temporaryFolder(t)
    const argv = ['get', `${near.serverIPv4}:${PORT}`, 'four.png', '--out', out]
    const got = startCommand(t, [...near.prefix, ...programCommand(argv)])
    assert.equal((await got.exited()).status, 0, got.errors)
    assert.deepEqual(await readFile(join(out, 'four.png')), four.picture)
  })

  test('sends an unproven address no more than its share, and goes on answering others', async t => {
    const network = makeNetwork(t)
    if (network === undefined) return
    const bytesPerSecond = 20_000
    const burstBytes = 2 * bytesPerSecond
    await startServerOn(t, network, ['--reply-bytes-per-second', String(bytesPerSecond)])
    const [near, far] = network.others
    const [local, flooder, other] = [
      Asker.start(t, network.server),
      Asker.start(t, near),
      Asker.start(t, far),
    ]
    const list = Array.from({ length: 100 }, (_, index) => `${md5(Buffer.from(`${index}`))},${index}.jpeg`)
    await local.datagram('127.0.0.1', PORT, `REG pw 5001 ${list.join(';')}`)
    const listing = await local.datagram('127.0.0.1', PORT, 'LST')
    assert.ok(listing.length > FIELD_BUFFER_BYTES / 2)

    let isOver = false
    const answered = (async () => {
      let answers = 0
      while (!isOver) {
        assert.match(await other.datagram(far.serverIPv4, PORT, 'LST'), /^[0-9a-f]{32},0\.jpeg,/)
        answers += 1
      }
      return answers
    })()
    const sent = 20_000
    const flooded = await flooder.flood(near.serverIPv4, PORT, 'LST', sent)
    isOver = true
    assert.ok((await answered) > 0)
    // Both clocks count the same seconds; a tenth more for what each rounds.
    const share = burstBytes + (bytesPerSecond * (flooded.elapsedMs + 100)) / 1000
    assert.ok(flooded.received > 0)
    assert.ok(
      flooded.receivedBytes <= share,
      `${flooded.receivedBytes} bytes in ${flooded.elapsedMs} ms, where ${share} are its share`,
    )
    assert.ok(share < (sent * listing.length) / 100, 'the flood asked for much more than that')
    const dropped = async () => {
      const metrics = await local.text('127.0.0.1', PORT, '/metrics')
      return Number(/^imagep2p_replies_dropped_total ([0-9]+)$/m.exec(metrics)?.[1])
    }
    await until(async () => (await dropped()) > 0)

    // Whoever connects is there, and no victim of somebody who forges addresses.
    await flooder.text(near.serverIPv4, PORT, '/v1/counts')
    const proven = await flooder.flood(near.serverIPv4, PORT, 'LST', 100)
    assert.ok(proven.receivedBytes > burstBytes + (bytesPerSecond * (proven.elapsedMs + 100)) / 1000)
  })
})
