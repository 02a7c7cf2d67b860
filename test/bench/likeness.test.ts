import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HashFindings, LikenessResults } from '../../bench/likeness/likeness-results.ts'
import { findingsOf, makeThumbnails } from '../../bench/likeness/measure-hashes.ts'
import { measureQueries } from '../../bench/likeness/measure-queries.ts'
import { drawOriginal } from '../../bench/likeness/picture-set.ts'
import { ourHash } from '../../bench/likeness/rival-hashes.ts'
import { SCENE_KINDS } from '../../bench/likeness/scenes.ts'
import { isWhole, judgeLikeness, likenessSection } from '../../bench/report/likeness-section.ts'
import { COPY_BITS } from '../../src/peer/likeness/near-copies.ts'
import { ALIKE_BITS } from '../../src/protocol/likeness.ts'

test('copies of a picture are found and other pictures are not', async () => {
  const originals = await Promise.all(
    [1, 2].flatMap(seed => SCENE_KINDS.map(kind => drawOriginal(kind, seed, seed === 1 ? 'png' : 'jpeg'))),
  )
  const set = await makeThumbnails(originals, 2)
  const alike = findingsOf(ourHash(ALIKE_BITS), set)
  assert.ok(alike.foundUnmirrored >= 0.95, `${alike.foundUnmirrored} found`)
  assert.ok(alike.unrelated <= 0.01, `${alike.unrelated} amiss`)
  assert.ok(alike.sameKind <= 0.01, `${alike.sameKind} amiss of a kind`)
  const { found, unrelated, sameKind } = findingsOf(ourHash(COPY_BITS), set)
  assert.deepEqual([found.half, found.recompressed, found.converted], [1, 1, 1])
  assert.deepEqual([unrelated, sameKind], [0, 0], 'nothing is folded away under another picture')
})

test('a small catalog is searched as a large one is', async () => {
  const queries = await measureQueries(1500, 3)
  assert.deepEqual([queries.images, queries.later.count], [1500, 3])
  assert.equal(queries.likenessBytes, 3 * 512 * 8)
  assert.ok(queries.catalogBytes > queries.likenessBytes)
})

const findings: HashFindings = {
  ...{ name: 'imagep2p', bits: 64, radius: 14, foundUnmirrored: 0.95, unrelated: 0.01, sameKind: 0.0123 },
  found: { half: 1, recompressed: 1, cropped: 0.75, brightened: 1, converted: 1, mirrored: 0 },
}
const latencies = { count: 9, p50Ms: 5, p99Ms: 31, maxMs: 40 }
const results: LikenessResults = {
  date: '2026-11-24T12:00:00.000Z',
  command: 'npm run likeness',
  machine: {
    ...{ processor: 'A processor', cores: 2, memoryBytes: 2 ** 34, kernel: 'Linux 6', node: 'v24' },
    ...{ compiler: undefined, python: undefined },
  },
  loadBefore: 0.5,
  set: { originals: 60, variants: 360, ofEachKind: 60 },
  hashes: [findings],
  hashMicroseconds: 250,
  queries: {
    ...{
      images: 1_000_000,
      later: latencies,
      cpuMs: 5,
      steps: latencies,
      likenessBytes: 8e6,
      catalogBytes: 2e8,
    },
  },
}

test('each claim is judged by its bound, and by a run that left nothing out', () => {
  assert.deepEqual(
    judgeLikeness(results).map(({ holds }) => holds),
    [true, true, false, false],
  )
  const short = { ...results, set: { ...results.set, originals: 59 } }
  assert.deepEqual([isWhole(results), isWhole(short)], [true, false])
  for (const run of [short, undefined]) {
    assert.deepEqual(
      judgeLikeness(run)
        .slice(0, 3)
        .map(({ holds }) => holds),
      [undefined, undefined, undefined],
    )
  }
  const section = likenessSection(results)
  assert.match(section, /\| imagep2p \| +64 \| +14 \| +100 % \|/)
  assert.match(section, /1\.2 %/)
  assert.match(section, /8\.0 MB/)
  assert.match(likenessSection(undefined), /not measured/)
})
