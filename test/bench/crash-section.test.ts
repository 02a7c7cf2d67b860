import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CrashResults } from '../../bench/crash/crash-results.ts'
import { crashSection, judgeCrashes } from '../../bench/report/crash-section.ts'

const none = { done: 0, refused: 0, unanswered: 0 }

function results(rounds: number, violations: readonly string[] = []): CrashResults {
  return {
    date: '2026-11-24T12:00:00.000Z',
    command: 'npm run crash',
    machine: {
      processor: 'A processor',
      cores: 2,
      memoryBytes: 2 ** 34,
      kernel: 'Linux 6',
      node: 'v24',
      compiler: undefined,
      python: undefined,
    },
    seed: 1,
    rounds,
    peers: 24,
    killsWhileStarting: 2,
    requests: {
      ...{ REG: { done: 1234, refused: 1, unanswered: 2 }, UPD: none, END: none, ALV: none },
      ...{ put: none, post: none, removals: none, lease: none, delete: none },
    },
    fates: { kept: 1, lost: 2, partly: 3, changesNothing: 4 },
    registrations: 4000,
    holdings: 5000,
    folds: 6,
    longestLogBytes: 7e6,
    slowestStartMs: 800,
    violations,
  }
}

test('it holds when so many kills lost nothing; fewer say nothing, unless they did', () => {
  const judged = (...given: Parameters<typeof results>) => {
    const { reached, holds } = judgeCrashes(results(...given))
    return [reached, holds]
  }
  assert.deepEqual(judged(200), ['200 times', true])
  assert.deepEqual(judged(199), ['199 times', undefined])
  assert.deepEqual(judged(5, ['lost']), ['4 times', false])
  assert.equal(judgeCrashes(undefined).holds, undefined)
})

test('the section has what was asked, what was found, and what must not be', () => {
  const section = crashSection(results(5, ['one registration is gone']))
  for (const part of [
    /\| REG +\| 1,234 \|/,
    /7\.0 MB/,
    /\*\*one registration is gone\*\*/,
    /seed 1/,
    /\*\*no\*\*/,
  ]) {
    assert.match(section, part)
  }
  assert.match(crashSection(undefined), /not measured/)
})
