import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UploadFlows } from '../../../src/peer/sharing/upload-flows.ts'
import type { Digest } from '../../../src/protocol/digest.ts'
import type { RequestConnection } from '../../../src/transport/request-connection.ts'
import { md5 } from '../../support/md5.ts'

function connectionOf(address: string) {
  const state = { resets: 0 }
  const connection = {
    address,
    reset: () => {
      state.resets += 1
    },
  }
  return { state, connection: connection as unknown as RequestConnection }
}

const image = (name: string) => ({ digest: md5(Buffer.from(name)), name, size: 1000 })

test('an image that somebody asks for in parts is one upload, and nothing is begun of what is not shared', () => {
  const unshared = new Set<Digest>()
  const flows = new UploadFlows(digest => !unshared.has(digest))
  const [ana, bruno] = [connectionOf('192.0.2.1'), connectionOf('192.0.2.2')]
  const first = flows.begin(ana.connection, image('a'))
  first?.count(300)
  first?.end()
  flows.begin(connectionOf('192.0.2.1').connection, image('a'))?.count(200)
  flows.begin(bruno.connection, image('a'))?.count(50)
  flows.begin(bruno.connection, image('b'))
  assert.deepEqual(
    flows.all().map(({ name, address, sent, size }) => ({ name, address, sent, size })),
    [
      { name: 'a', address: '192.0.2.1', sent: 500, size: 1000 },
      { name: 'a', address: '192.0.2.2', sent: 50, size: 1000 },
      { name: 'b', address: '192.0.2.2', sent: 0, size: 1000 },
    ],
  )

  unshared.add(image('a').digest)
  flows.cutUnshared()
  assert.deepEqual([ana.state.resets, bruno.state.resets], [0, 1])
  assert.deepEqual(
    flows.all().map(({ name }) => name),
    ['b'],
  )
  assert.equal(flows.begin(ana.connection, image('a')), undefined)
})

test('however many ask, only so many are told of', () => {
  const flows = new UploadFlows(() => true)
  for (let index = 0; index < 3000; index += 1)
    flows.begin(connectionOf('192.0.2.1').connection, image(String(index)))?.end()
  const told = flows.all()
  assert.equal(told.length, 1024)
  assert.equal(told.at(-1)?.name, '2999')
})
