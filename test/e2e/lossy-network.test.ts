import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { startIndexServer } from '../support/index-servers.ts'
import { startLossyProxy } from '../support/lossy-proxy.ts'
import { writePicture } from '../support/pictures.ts'
import { startProgram } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { UdpClient } from '../support/udp-client.ts'

const faults = { loss: 0.3, doubling: 0.2, maxDelayMs: 120 }

test('register, list, update and disconnect through a network that loses 30 % each way, doubles, delays and reorders', {
  concurrency: 4,
}, async t => {
  const runs = [1, 2, 3, 4].map(seed =>
    t.test(`seed ${seed}`, async t => {
      const folder = await temporaryFolder(t)
      const shared = join(folder, 'shared')
      await mkdir(shared)
      await writePicture(shared, 'one.png', seed)
      const { port } = (await startIndexServer(t, { host: '127.0.0.1' })).endpoint
      const outsider = await UdpClient.open(t, port)
      const proxy = await startLossyProxy(t, port, faults, seed)
      const peer = startProgram(t, [
        'client',
        `127.0.0.1:${proxy.port}`,
        shared,
        '--data',
        join(folder, 'data'),
      ])

      peer.type('1\n')
      await peer.until(/Registered 1 picture/)
      assert.match(await outsider.ask('LST'), /,one\.png,/)
      peer.type('2\n')
      await peer.until(/1 {2}one\.png/)
      await writePicture(shared, 'two.png', seed + 100)
      peer.type('4\n')
      await peer.until(/now lists 2 pictures/)
      assert.match(await outsider.ask('LST'), /,one\.png,.*,two\.png,/)
      peer.type('5\n')
      await peer.until(/Disconnected/)
      peer.type('6\n')
      assert.equal((await peer.exited()).status, 0)
      assert.equal(peer.errors, '')
    }),
  )
  await Promise.all(runs)
})
