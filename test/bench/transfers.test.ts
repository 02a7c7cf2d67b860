import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { runProgram } from '../../bench/system/programs.ts'
import { findCompiler } from '../../bench/system/tools.ts'
import type { TransferResults } from '../../bench/transfers/transfer-results.ts'
import { countDiffering, makeSet } from '../../bench/transfers/transfer-sets.ts'
import { ImageFormat, recogniseImage } from '../../src/peer/image-format.ts'

const TRANSFERS = fileURLToPath(new URL('../../bench/transfers.ts', import.meta.url))
const obstacle =
  process.platform !== 'linux'
    ? 'the bench needs Linux'
    : (await findCompiler()) === undefined && 'there is no C compiler'

test('sets are valid pictures that all differ, and what differs from them is counted', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'transfer-sets-'))
  try {
    // More filling than one chunk holds.
    const large = { name: 'large', title: 'large', files: 1, bytes: 2_500_000 }
    for (const { name, bytes } of (await makeSet(large, join(folder, 'large'))).sources) {
      assert.equal(await decodedBytes(join(folder, 'large', name)), bytes)
    }
    await rm(join(folder, 'large'), { recursive: true })
    const set = { name: 'some', title: 'some', files: 3, bytes: 5000 }
    const { sources } = await makeSet(set, folder)
    assert.equal(new Set(sources.map(({ md5 }) => md5)).size, 3)
    const path = join(folder, sources[0]?.name ?? '')
    const content = await readFile(path)
    assert.equal(await decodedBytes(path), 5000)
    assert.equal(recogniseImage(content), ImageFormat.png)
    assert.equal(countDiffering(folder, sources), 0)
    await writeFile(path, content.fill(0, 4000))
    // The one is missing, and another one is there.
    assert.equal(countDiffering(folder, sources), 2)
    await rm(path)
    assert.equal(countDiffering(folder, sources), 1)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

/** Bytes of a picture that decodes without a warning. */
async function decodedBytes(path: string): Promise<number> {
  const content = await readFile(path)
  const { info } = await sharp(content, { failOn: 'warning' }).raw().toBuffer({ resolveWithObject: true })
  assert.deepEqual([info.width, info.height], [64, 48])
  return content.length
}

test('a set is downloaded, files are served, and the report says how', { skip: obstacle }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'transfers-smoke-'))
  try {
    await runProgram({
      command: process.execPath,
      arguments: [TRANSFERS, '--quick', '--only', 'small,serving', '--seconds', '0.1', '--output', folder],
    })
    const { downloads, serving }: TransferResults = JSON.parse(
      await readFile(join(folder, 'bench', 'results', 'transfers.json'), 'utf8'),
    )
    const ours = downloads.find(({ contestant }) => contestant === 'imagep2p')
    assert.equal(ours?.set, 'small')
    for (const { contestant, runs } of downloads) {
      assert.equal(runs.length, 1)
      for (const run of runs) {
        assert.equal(run.differing, 0, contestant)
        assert.ok(run.seconds > 0 && run.receiverPeakBytes > 0 && run.ownerPeakBytes > 0, contestant)
      }
    }
    const raw = serving.filter(({ server, way }) => server === 'imagep2p' && way === 'raw')
    assert.deepEqual(
      raw.map(({ bytes, runs }) => [bytes, runs.map(({ wrong }) => wrong)]),
      [
        [20_000, [0]],
        [5_000_000, [0]],
      ],
    )
    assert.match(await readFile(join(folder, 'BENCHMARKS.md'), 'utf8'), /## Transfers/)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
