import { rm } from 'node:fs/promises'
import { makeScratchFolder } from '../system/scratch-folder.ts'
import { FaultNetwork } from './fault-network.ts'
import type { FaultRow } from './fault-row.ts'
import { type RowFigures, RowTally } from './row-tally.ts'

/** How the rows are run. */
export interface FaultOptions {
  /** Each with a seed of its own: `seed`, and those that follow it. */
  readonly rounds: number
  readonly seed: number
  readonly isQuick: boolean
  readonly failingCalls: string | undefined
}

/** A row in the results. */
export interface FaultFindings extends RowFigures {
  readonly name: string
  readonly title: string
  readonly seconds: number
  /** Why it was not run; its figures are all 0 then. */
  readonly obstacle?: string
}

/** Runs one row, and ends every process of it. */
export async function runFaultRow(
  row: FaultRow,
  { rounds, seed, isQuick, failingCalls }: FaultOptions,
  say: (progress: string) => void,
): Promise<FaultFindings> {
  const { name, title } = row
  const tally = new RowTally()
  const obstacle = await row.obstacle?.({ failingCalls })
  if (obstacle !== undefined) return { name, title, seconds: 0, obstacle, ...tally.figures }
  const begunMs = performance.now()
  for (let round = 0; round < rounds; round += 1) {
    const scratch = await makeScratchFolder()
    const network = await FaultNetwork.start(scratch)
    try {
      await row.run({ network, scratch, seed: seed + round, isQuick, tally, failingCalls, say })
    } finally {
      await network.close()
      await rm(scratch, { recursive: true, force: true })
    }
  }
  return { name, title, seconds: Math.round((performance.now() - begunMs) / 1000), ...tally.figures }
}
