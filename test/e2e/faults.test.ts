import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runFaultRow } from '../../bench/faults/fault-run.ts'
import { FAULT_ROWS } from '../../bench/faults/rows/rows.ts'
import { compileNativePrograms } from '../../bench/native/native-programs.ts'

/** Chooses images and moments; on which byte a moment falls is up to the machine. `npm run faults` has every point. */
const SEED = 31

/** What no test nearer to the downloader breaks in this way: an owner’s process, its files, and the calls below the downloader. */
const NAMES = ['owner-killed', 'changed', 'one-call']

const native = await compileNativePrograms()

test('whatever breaks, no wrong file gets a name, and the download finishes', { concurrency: 2 }, async t => {
  await Promise.all(
    NAMES.map(name =>
      t.test(name, async t => {
        const row = FAULT_ROWS.find(row => row.name === name)
        assert.ok(row !== undefined)
        const options = { rounds: 1, seed: SEED, isQuick: true, failingCalls: native?.failingCalls }
        const { obstacle, faults, names, wrong, due, finished, unfinished } = await runFaultRow(
          row,
          options,
          () => {},
        )
        if (obstacle !== undefined) return t.skip(obstacle)
        assert.deepEqual({ wrong, unfinished }, { wrong: [], unfinished: [] })
        assert.ok(faults > 0 && names > 0 && due > 0, 'nothing was broken, or nothing checked')
        assert.equal(finished, due)
      }),
    ),
  )
})
