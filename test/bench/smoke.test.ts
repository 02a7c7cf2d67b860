import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { BenchResults } from '../../bench/measure/results.ts'
import type { StrainResults } from '../../bench/strain/strain-results.ts'
import { runProgram } from '../../bench/system/programs.ts'
import { findCompiler, findPython } from '../../bench/system/tools.ts'

const MAIN = fileURLToPath(new URL('../../bench/main.ts', import.meta.url))
const STRAIN = fileURLToPath(new URL('../../bench/strain.ts', import.meta.url))

/** Why the bench cannot run here. */
async function obstacle(): Promise<string | false> {
  if (process.platform !== 'linux') return 'the bench needs Linux'
  if ((await findPython()) === undefined) return 'there is no Python 3.10 or newer'
  return (await findCompiler()) === undefined ? 'there is no C compiler' : false
}

test('the bench measures what answers, and writes its report', { skip: await obstacle() }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-smoke-'))
  try {
    await runProgram({
      command: process.execPath,
      arguments: [MAIN, '--quick', '--seconds', '0.3', '--subjects', 'dgram-echo,python', '--output', folder],
    })
    const results: BenchResults = JSON.parse(
      await readFile(join(folder, 'bench', 'results', 'latest.json'), 'utf8'),
    )
    const measured = results.cells.map(
      ({ workload, subject, catalog }) => `${workload} ${subject} ${catalog}`,
    )
    for (const expected of [
      'list python 0',
      'list python 40',
      'list dgram-echo 40',
      'register-2 python 1000',
      'update-40 dgram-echo 1000',
      'end-register python 1000',
      'mixed-latency python 1000',
    ]) {
      assert.ok(measured.includes(expected), expected)
    }
    for (const { workload, subject, rounds } of results.cells) {
      for (const round of rounds) {
        assert.ok(round.answered > 0, `${workload} ${subject}`)
        assert.equal(round.wrong, 0, `${workload} ${subject}`)
      }
    }
    assert.deepEqual(
      results.memory.map(({ subject, catalog }) => `${subject} ${catalog}`),
      ['python 0', 'python 40', 'python 1000'],
    )
    assert.match(await readFile(join(folder, 'BENCHMARKS.md'), 'utf8'), /## What must show/)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('a server is strained in every way, and the report says what came of it', {
  skip: await obstacle(),
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'strain-smoke-'))
  try {
    await runProgram({
      command: process.execPath,
      arguments: [STRAIN, '--quick', '--seconds', '0.1', '--output', folder],
    })
    const { searches, lists, flood }: StrainResults = JSON.parse(
      await readFile(join(folder, 'bench', 'results', 'strain.json'), 'utf8'),
    )
    assert.ok(searches !== undefined && lists !== undefined && flood !== undefined)
    const loads = [
      ...searches.quiet,
      ...searches.busy.flatMap(busy => busy.loads),
      ...lists.flatMap(list => [...list.quiet, ...list.busy.map(({ load }) => load)]),
      ...flood.quiet,
      ...flood.busy.map(({ load }) => load),
    ]
    assert.equal(loads.length, 1 + 2 + 2 * 2 + 2)
    for (const load of loads) assert.ok(load.answered > 0 && load.latency !== undefined)
    for (const { searches: found } of searches.busy) assert.ok((found[0]?.count ?? 0) > 0)
    assert.equal(searches.inProcess.rounds.length, 1)
    for (const { alone, busy } of lists) {
      assert.deepEqual(
        alone.map(({ images, listing: { missing, repeated, unknown } }) => [
          images,
          missing,
          repeated,
          unknown,
        ]),
        [[2000, 0, 0, 0]],
      )
      assert.ok((busy[0]?.images ?? 0) > 0)
    }
    for (const { flood: report } of flood.busy) assert.ok(report.sent > report.replies && report.replies > 0)
    assert.match(await readFile(join(folder, 'BENCHMARKS.md'), 'utf8'), /## Under strain/)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
