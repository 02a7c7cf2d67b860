import { test } from 'node:test'
import { listenPortable } from '../../src/transport/portable-datagrams.ts'
import { datagramCases } from './datagram-conformance.ts'

for (const { name, skip = false, run } of datagramCases) {
  test(`portable: ${name}`, { skip, timeout: 60_000 }, () => run(listenPortable))
}
