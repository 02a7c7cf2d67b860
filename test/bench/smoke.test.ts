import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { BenchResults } from '../../bench/measure/results.ts'
import { runProgram } from '../../bench/system/programs.ts'
import { findCompiler, findPython } from '../../bench/system/tools.ts'

const MAIN = fileURLToPath(new URL('../../bench/main.ts', import.meta.url))

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
      arguments: [MAIN, '--quick', '--seconds', '0.4', '--subjects', 'dgram-echo,python', '--output', folder],
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
