import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkFolder } from '../../bench/faults/check-folder.ts'
import { imageBytes, makeImages } from '../../bench/faults/fault-images.ts'
import type { FaultRowResult } from '../../bench/faults/fault-results.ts'
import { mergeRows } from '../../bench/faults/fault-results.ts'
import { Relay, type RelayFault } from '../../bench/faults/relay.ts'
import { FAULT_ROWS } from '../../bench/faults/rows/rows.ts'
import { faultsSection, judgeFaults } from '../../bench/report/faults-section.ts'
import { startOwner } from '../support/owners.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

test('a folder is read to the last byte: partial, changed and foreign files are wrong, temporary ones are not', async t => {
  const folder = await temporaryFolder(t)
  const images = await makeImages(folder, 1, [[4, 5000]])
  const whole = imageBytes(1000, 5000)
  assert.deepEqual(await checkFolder(folder, images), { names: 4, wrong: [], missing: [], leftovers: 0 })
  await writeFile(join(folder, 'photo-000_downloaded.png'), whole)
  await writeFile(join(folder, 'photo-001.png'), whole)
  await writeFile(join(folder, 'photo-002.png'), imageBytes(1002, 5000).subarray(0, 4999))
  await writeFile(join(folder, 'other.png'), whole)
  await writeFile(join(folder, '.imagep2p-x.part'), 'half')
  const { names, wrong, missing, leftovers } = await checkFolder(folder, images)
  assert.deepEqual(
    { names, missing, leftovers },
    { names: 6, missing: ['photo-001.png', 'photo-002.png'], leftovers: 1 },
  )
  assert.deepEqual(wrong.map(sentence => sentence.split(' ')[0]).sort(), [
    'other.png',
    'photo-001.png',
    'photo-002.png',
  ])
})

test('a relay cuts, changes and holds at the very byte', async t => {
  const sent = Buffer.alloc(100_000, 1)
  const owner = await startOwner(t, socket => void socket.end(sent))
  const faults: RelayFault[] = [
    { cutAt: 70_000 },
    { flipAt: [5, 99_999] },
    { holdAt: 300 },
    { isOld: true },
    {},
  ]
  const relay = await Relay.start(owner, connection => faults[connection] ?? {})
  t.after(() => relay.close())
  const ask = async (request: string, onBytes = (_count: number) => {}): Promise<Buffer> => {
    const socket = connect(relay.port, '127.0.0.1').on('error', () => {})
    const pieces: Buffer[] = []
    socket.on('data', bytes => {
      pieces.push(bytes)
      onBytes(Buffer.concat(pieces).length)
    })
    socket.write(request)
    await once(socket, 'close')
    return Buffer.concat(pieces)
  }
  assert.equal((await ask('GET x')).length, 70_000)
  const changed = await ask('GET x')
  assert.deepEqual([changed[4], changed[5], changed[99_999], changed.length], [1, 0, 0, 100_000])
  let held = 0
  const released = await ask('GET x', count => {
    if (count === 300) {
      held = count
      relay.release()
    }
  })
  assert.deepEqual([held, released], [300, sent])
  assert.equal((await ask('GET / HTTP/1.1\r\n\r\n')).length, 0)
  assert.deepEqual(await ask('GET x'), sent)
  assert.deepEqual([relay.connections, relay.faults, relay.passed], [5, 4, 370_000])
})

function row(name: string, more: Partial<FaultRowResult> = {}): FaultRowResult {
  return {
    ...{
      name,
      title: name,
      seconds: 60,
      date: '2026-11-24T12:00:00.000Z',
      command: 'npm run faults',
      seed: 1,
      rounds: 1,
    },
    ...{ faults: 2, checks: 3, names: 4, wrong: [], due: 1, finished: 1, unfinished: [], notes: [] },
    ...more,
  }
}

test('the table bears out nothing while a row was not run, and one wrong file refutes it', () => {
  const machine = {
    ...{ processor: 'A processor', cores: 2, memoryBytes: 2 ** 34, kernel: 'Linux 6', node: 'v24' },
    ...{ compiler: undefined, python: undefined },
  }
  const all = FAULT_ROWS.map(({ name }) => row(name))
  const judged = (rows: readonly FaultRowResult[]) => judgeFaults({ machine, rows }).map(({ holds }) => holds)
  assert.deepEqual(judged(all), [true, true])
  assert.deepEqual(judged(all.slice(1)), [undefined, undefined])
  assert.deepEqual(judged([row('cut', { wrong: ['a.png has another MD5'] })]), [false, undefined])
  assert.deepEqual(judged([...all.slice(1), row(FAULT_ROWS[0]?.name ?? '', { obstacle: 'no root' })]), [
    undefined,
    undefined,
  ])
  assert.deepEqual(judged([row('cut', { finished: 0, unfinished: ['it did not end'] })]), [undefined, false])
  assert.match(
    faultsSection({ machine, rows: [row('cut', { wrong: ['a.png has another MD5'] })] }),
    /\*\*cut: a.png has another MD5\*\*/,
  )
  assert.match(faultsSection(undefined), /not measured/)
  const merged = mergeRows([row('b'), row('a')], [row('b', { faults: 9 })], ['a', 'b'])
  assert.deepEqual(
    merged.map(({ name, faults }) => [name, faults]),
    [
      ['a', 2],
      ['b', 9],
    ],
  )
})
