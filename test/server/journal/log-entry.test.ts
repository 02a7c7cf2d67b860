import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import type { Digest } from '../../../src/protocol/digest.ts'
import { ByteWriter } from '../../../src/server/journal/byte-writer.ts'
import { keyOfPeer } from '../../../src/server/journal/identity.ts'
import {
  beginRow,
  type LogEntry,
  LogRow,
  writeHappening,
  writeImages,
  writeList,
  writeRemoved,
} from '../../../src/server/journal/log-entry.ts'
import { logEntry } from '../../support/journal-arbitraries.ts'
import { assertProperty } from '../../support/property.ts'

function rowOf(entries: readonly LogEntry[]): Uint8Array {
  const writer = new ByteWriter(1_000_000)
  beginRow(writer)
  for (const entry of entries) write(writer, entry)
  return new Uint8Array(writer.written)
}

function write(writer: ByteWriter, entry: LogEntry): void {
  const { address, port } = entry.peer
  // The address stands somewhere in what came from the socket.
  const source = Buffer.concat([Buffer.from('…'), address, Buffer.from('…')])
  if (entry.kind === 'list') {
    const { passwordDigest, bytes, start, end } = entry
    writeList(writer, source, 3, port, passwordDigest, bytes, start, end)
  } else if (entry.kind === 'images') {
    writeImages(writer, entry.peer, entry.passwordDigest, entry.entries, 0, entry.entries.length)
  } else if (entry.kind === 'removed') {
    writeRemoved(writer, entry.peer, entry.digests, 0, entry.digests.length)
  } else writeHappening(writer, entry.kind, source, 3, port)
}

/** An entry without where its list stood. */
function shown(entry: LogEntry): unknown {
  if (entry.kind !== 'list') return entry
  const { kind, peer, passwordDigest, bytes, start, end } = entry
  return { kind, peer, passwordDigest, list: new Uint8Array(bytes.subarray(start, end)) }
}

const row = fc.array(logEntry, { maxLength: 8 })

suite('a row of the log', () => {
  test('gives back every entry as it was written', () => {
    assertProperty(
      fc.property(row, entries => {
        const read = new LogRow(rowOf(entries))
        assert.deepEqual([...read].map(shown), entries.map(shown))
        assert.equal(read.fault, undefined)
      }),
    )
  })

  test('tells whom its entries are about without reading them', () => {
    assertProperty(
      fc.property(row, entries => {
        const keys: string[] = []
        const read = new LogRow(rowOf(entries))
        read.forEachIdentity(key => keys.push(key))
        assert.deepEqual(
          keys,
          entries.map(({ peer }) => keyOfPeer(peer)),
        )
        assert.equal(read.fault, undefined)
      }),
    )
  })

  test('cut anywhere gives the entries before the cut, and says so unless it is between two', () => {
    assertProperty(
      fc.property(row, fc.nat(), (entries, seed) => {
        const ends = entries.map((_, index) => rowOf(entries.slice(0, index + 1)).length)
        const bytes = rowOf(entries)
        const length = seed % (bytes.length + 1)
        const read = new LogRow(bytes.subarray(0, length))
        const whole = ends.filter(end => end <= length).length
        assert.deepEqual([...read].map(shown), entries.slice(0, whole).map(shown))
        assert.equal(read.fault === undefined, length === 1 || ends.includes(length))
      }),
    )
  })

  test('with any byte changed is data, never an exception', () => {
    assertProperty(
      fc.property(row, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1 }), (entries, changes) => {
        const bytes = rowOf(entries)
        for (const [at, value] of changes) bytes[at % bytes.length] = value
        const read = [...new LogRow(bytes)]
        let count = 0
        new LogRow(bytes).forEachIdentity(() => {
          count += 1
        })
        assert.ok(count >= read.length)
      }),
    )
  })

  test('of random bytes is data, never an exception', () => {
    assertProperty(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        bytes[0] = 1
        for (const entry of new LogRow(bytes)) assert.ok(entry.kind)
      }),
    )
  })

  test('stands in these bytes', () => {
    const peer = { address: Uint8Array.from([...Array(10).fill(0), 255, 255, 10, 0, 0, 7]), port: 5001 }
    const passwordDigest = new Uint8Array(32).fill(0xaa)
    const digest = '00112233445566778899aabbccddeeff' as Digest
    const header = '00000000000000000000ffff0a0000071389'
    const password = 'aa'.repeat(32)
    const details = { bytes: 300, width: 2, height: 128, format: 'png', taken: -1, placeholder: '3q2+7w==' }
    const sha256 = '5c'.repeat(32)
    const likeness = 'c0ffee0123456789'
    const bytes = rowOf([
      { kind: 'list', peer, passwordDigest, bytes: Buffer.from('xab,c'), start: 1, end: 5 },
      { kind: 'images', peer, passwordDigest, entries: [{ md5: digest, name: 'é', ...details, sha256 }] },
      { kind: 'images', peer, passwordDigest, entries: [{ md5: digest, name: '', placeholder: '3q2+7w' }] },
      { kind: 'images', peer, passwordDigest, entries: [{ md5: digest, name: '', likeness }] },
      {
        ...{ kind: 'images', peer, passwordDigest },
        entries: [{ md5: digest, name: '', placeholder: '3q2+7w', likeness }],
      },
      { kind: 'removed', peer, digests: [digest] },
      { kind: 'ended', peer },
      { kind: 'absent', peer },
      { kind: 'present', peer },
      { kind: 'leased', peer },
    ])
    const expected = [
      '01',
      `01${header}00000024${password}61622c63`,
      `02${header}00000063${password}${digest}02c3a97fac02028001${'03706e67'}01${sha256}04deadbeef`,
      `02${header}00000039${password}${digest}008006${Buffer.from('3q2+7w').toString('hex')}`,
      `02${header}0000003b${password}${digest}00c001${likeness}`,
      `02${header}00000042${password}${digest}00c08106${Buffer.from('3q2+7w').toString('hex')}${likeness}`,
      `03${header}00000010${digest}`,
      ...['04', '05', '06', '07'].map(kind => `${kind}${header}00000000`),
    ]
    assert.equal(Buffer.from(bytes).toString('hex'), expected.join(''))
  })

  for (const [what, bytes, fault] of [
    ['an unknown format', '02', /format 2 at byte 1/],
    ['nothing', '', /cut at byte 0/],
    ['an unknown kind', `01${'08'}${'00'.repeat(18)}00000000`, /kind 8/],
    ['more than the entry has', `01${'04'}${'00'.repeat(18)}0000000100`, /more than an entry of kind 4 has/],
    ['a length beyond the row', `01${'03'}${'00'.repeat(18)}ffffffff`, /cut/],
    ['half a digest', `01${'03'}${'00'.repeat(18)}0000000800112233445566778`, /cut/],
    [
      'a number beyond 2^53',
      `01${'02'}${'00'.repeat(18)}0000003a${'00'.repeat(32 + 16)}0001${'ff'.repeat(7)}7f`,
      /too large/,
    ],
  ] as const) {
    test(`of ${what} says what is wrong`, () => {
      const read = new LogRow(Buffer.from(bytes, 'hex'))
      assert.deepEqual([...read], [])
      assert.match(read.fault ?? '', fault)
    })
  }
})
