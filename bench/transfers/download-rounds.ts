import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { numbersIn } from '../strain/beside-load.ts'
import { treeUsage } from '../system/process-tree.ts'
import { type RunningProgram, runProgram } from '../system/programs.ts'
import { makeScratchFolder } from '../system/scratch-folder.ts'
import type { TransferContestant } from './transfer-contestant.ts'
import type { DownloadRun, TransferResults } from './transfer-results.ts'
import { countDiffering, type SourceSet } from './transfer-sets.ts'

/** Milliseconds between two looks at the memory of those that give: their processes may end with a connection. */
const LOOK_EVERY_MS = 100

/**
 * Files of a set from which on what came is removed only when all rounds are over: ext4 passes over each inode that was
 * deleted in the last minutes when it looks for a free one, which made whoever came next twice as slow.
 */
const MANY_FILES = 1000

/** Seconds a download may take before it is ended and counts as failed: many times what the slowest take for the largest set. */
const PATIENCE_SECONDS = 300

/** What is measured of downloads. */
export interface DownloadPlan {
  readonly sets: readonly SourceSet[]
  readonly contestants: readonly TransferContestant[]
  readonly rounds: number
  /** The compiled native/spent.c. */
  readonly spent: string
}

/** Every contestant with every set, in each round one after another; every round begins with another one. */
export async function measureDownloads(
  { sets, contestants, rounds, spent }: DownloadPlan,
  say: (progress: string) => void,
): Promise<Pick<TransferResults, 'downloads' | 'skipped'>> {
  const skipped = new Map<string, string>()
  const downloads: { set: string; contestant: string; runs: DownloadRun[] }[] = []
  for (const set of sets) {
    const cells = contestants.map(contestant => ({ contestant, runs: [] as DownloadRun[] }))
    const left: string[] = []
    for (let round = 0; round < rounds; round += 1) {
      const first = round % cells.length
      for (const { contestant, runs } of [...cells.slice(first), ...cells.slice(0, first)]) {
        try {
          const run = await downloadOnce(contestant, set, spent, left)
          runs.push(run)
          say(`${set.title}, round ${round + 1}, ${contestant.title}: ${describe(run)}`)
        } catch (fault) {
          const reason = fault instanceof Error ? fault.message : String(fault)
          say(`${set.title}, round ${round + 1}, ${contestant.title}: ${reason}`)
          skipped.set(`${contestant.title}, ${set.title}`, reason)
        }
      }
    }
    for (const folder of left) await rm(folder, { recursive: true, force: true })
    for (const { contestant, runs } of cells) {
      // One that failed in a round has not done what the others did.
      if (runs.length === rounds) downloads.push({ set: set.name, contestant: contestant.name, runs })
    }
  }
  return { downloads, skipped: [...skipped].map(([title, reason]) => ({ title, reason })) }
}

/** Downloads a set once, and holds what came against what was to come. */
async function downloadOnce(
  contestant: TransferContestant,
  set: SourceSet,
  spent: string,
  left: string[],
): Promise<DownloadRun> {
  const scratch = await makeScratchFolder()
  const into = join(scratch, 'result')
  await mkdir(into)
  const { owners, helpers, download, close } = await contestant.prepare({ set, into, scratch })
  try {
    // What earlier contestants wrote is not to be written during this one.
    await runProgram({ command: 'sync', arguments: [] })
    const giving = processIds(owners)
    const all = [...giving, ...processIds(helpers)]
    const before = treeUsage(all).cpuSeconds
    let ownerPeakBytes = treeUsage(giving).memoryBytes
    const looking = setInterval(() => {
      ownerPeakBytes = Math.max(ownerPeakBytes, treeUsage(giving).memoryBytes)
    }, LOOK_EVERY_MS)
    const { stdout } = await runProgram({
      command: spent,
      arguments: ['timeout', String(PATIENCE_SECONDS), download.command, ...download.arguments],
    }).finally(() => clearInterval(looking))
    const report = numbersIn(stdout, ['seconds', 'cpuSeconds', 'peakBytes'])
    if (report === undefined) throw new Error('what it took is not known')
    // What a program left in memory is not on the disk yet.
    const sync = await runProgram({ command: spent, arguments: ['sync', '-f', into] })
    const synced = numbersIn(sync.stdout, ['seconds'])
    if (synced === undefined) throw new Error('what syncing took is not known')
    return {
      seconds: report.seconds + synced.seconds,
      programSeconds: report.seconds,
      ownerCpuSeconds: treeUsage(all).cpuSeconds - before,
      receiverCpuSeconds: report.cpuSeconds,
      ownerPeakBytes: Math.max(ownerPeakBytes, treeUsage(giving).memoryBytes),
      receiverPeakBytes: report.peakBytes,
      differing: contestant.kind === 'yardstick' ? 0 : countDiffering(into, set.sources),
    }
  } finally {
    close?.()
    // Owners take back what the index server lists of them: it has to be there.
    for (const program of [...owners, ...helpers]) await program.stop()
    if (set.sources.length > MANY_FILES) left.push(scratch)
    else await rm(scratch, { recursive: true, force: true })
  }
}

function processIds(programs: readonly RunningProgram[]): number[] {
  return programs.map(({ processId }) => processId)
}

function describe({ seconds, differing }: DownloadRun): string {
  return differing === 0 ? `${seconds.toFixed(2)} s` : `${differing} files differ`
}
