import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeTransfers } from '../../bench/report/transfer-claims.ts'
import { transfersSection } from '../../bench/report/transfers-section.ts'
import type { TransferResults } from '../../bench/transfers/transfer-results.ts'
import { TRANSFER_SETS } from '../../bench/transfers/transfer-sets.ts'

const SECONDS: Readonly<Record<string, number>> = { imagep2p: 2, md5sum: 1.6, curl: 2, rsync: 3 }

function results(change: { differing?: number; peakBytes?: number; title?: string } = {}): TransferResults {
  const { differing = 0, peakBytes = 200e6 } = change
  const kinds = { imagep2p: 'ours', md5sum: 'yardstick', curl: 'bound', rsync: 'peer' } as const
  return {
    date: '2026-11-24T12:00:00.000Z',
    command: 'npm run transfers',
    machine: {
      ...{ processor: 'A processor', cores: 2, memoryBytes: 2 ** 34, kernel: 'Linux 6', node: 'v24' },
      ...{ compiler: undefined, python: undefined },
    },
    loadBefore: 0.5,
    rounds: 1,
    seconds: 2,
    contestants: Object.entries(kinds).map(([name, kind]) => ({ name, title: name, kind })),
    sets: TRANSFER_SETS.map(({ name, title }) => ({ name, title: change.title ?? title })),
    skipped: [{ title: 'webtorrent', reason: 'it is not installed' }],
    downloads: TRANSFER_SETS.flatMap(({ name: set }) =>
      Object.entries(SECONDS).map(([contestant, seconds]) => ({
        set,
        contestant,
        runs: [
          {
            ...{
              seconds,
              programSeconds: seconds,
              ownerCpuSeconds: 1,
              receiverCpuSeconds: 2,
              ownerPeakBytes: 1e8,
            },
            receiverPeakBytes: peakBytes,
            differing: contestant === 'imagep2p' ? differing : 0,
          },
        ],
      })),
    ),
    serving: (['raw', 'closed'] as const).flatMap(way =>
      (['imagep2p', 'nginx'] as const)
        .filter(server => server === 'imagep2p' || way !== 'raw')
        .map(server => ({
          ...{ server, way, bytes: 5_000_000 },
          runs: [
            {
              answered: server === 'nginx' ? 1000 : way === 'raw' ? 800 : 700,
              wrong: 0,
              seconds: 2,
              serverSeconds: 1,
            },
          ],
        })),
    ),
  }
}

const judged = (...given: Parameters<typeof results>): Map<string, boolean | undefined> =>
  new Map(judgeTransfers(results(...given)).map(({ text, holds }) => [text, holds]))

test('times are held against each peer system, the bound and md5sum', () => {
  const claims = judged()
  assert.equal(claims.get('200 x 5 MB: time ÷ that of rsync'), true)
  assert.equal(claims.get('5,000 x 100 KB: time ÷ that of curl from nginx, then md5sum'), true)
  assert.equal(claims.get('1 x 1 GB: time ÷ that of md5sum alone'), true)
  assert.equal(claims.get('200 x 5 MB: peak memory of either side'), true)
  assert.equal(judged({ peakBytes: 251e6 }).get('200 x 5 MB: peak memory of either side'), false)
})

test('times are divided within each round', () => {
  const inRounds = (contestant: string, seconds: readonly number[]) => {
    const whole = results()
    const cell = whole.downloads.find(found => found.set === 'large' && found.contestant === contestant)
    const [run] = cell?.runs ?? []
    assert.ok(cell !== undefined && run !== undefined)
    return { ...cell, runs: seconds.map(taken => ({ ...run, seconds: taken })) }
  }
  // In each round ours takes 0.9 times as long, whatever the machine did.
  const downloads = [inRounds('imagep2p', [1.8, 9, 3.6]), inRounds('rsync', [2, 10, 4])]
  const claim = (cells: typeof downloads) =>
    judgeTransfers({ ...results(), rounds: 3, downloads: cells }).find(({ text }) =>
      text.startsWith('200 x 5 MB: time ÷ that of rsync'),
    )
  assert.deepEqual([claim(downloads)?.reached, claim(downloads)?.holds], ['0.90', true])
  // Ours wins by its median, but loses in two rounds of three.
  const losing = [inRounds('imagep2p', [3, 2, 9]), inRounds('rsync', [2.5, 8, 5])]
  assert.deepEqual([claim(losing)?.reached, claim(losing)?.holds], ['1.20', false])
})

test('the old request stands beside a connection each, and what was not measured is not judged', () => {
  const claims = judged()
  const serving = (way: string) =>
    claims.get(`Serving 5 MB, ${way}: files per server CPU second ÷ those of nginx`)
  assert.equal(serving('old request, a connection each'), true)
  assert.equal(serving('HTTP, a connection each'), false)
  assert.equal(serving('HTTP, keep-alive'), undefined)
})

test('files that differ refute everything about them, smaller sets say nothing', () => {
  for (const [text, holds] of judged({ differing: 1 })) {
    if (!text.startsWith('Serving')) assert.equal(holds, false, text)
  }
  for (const [text, holds] of judged({ title: '4 x 1 MB' })) {
    if (!text.startsWith('Serving')) assert.equal(holds, undefined, text)
  }
})

test('the section has every program, and says what is missing', () => {
  const section = transfersSection(results())
  for (const part of [/\| 200 x 5 MB +\| rsync +\| +3\.00 \|/, /webtorrent: it is not installed/, /0\.80/]) {
    assert.match(section, part)
  }
  assert.match(transfersSection(results({ differing: 2 })), /imagep2p: files differ/)
  assert.match(transfersSection(undefined), /not measured/)
})
