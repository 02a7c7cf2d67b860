import type { RunningProgram } from '../system/programs.ts'
import type { ContestantKind } from './transfer-results.ts'
import type { SourceSet } from './transfer-sets.ts'

/** What a download is made with. */
export interface TransferTask {
  readonly set: SourceSet
  /** An empty folder, where the files are to be. */
  readonly into: string
  /** An empty folder for whatever else is kept. */
  readonly scratch: string
}

/** Everything is ready, and nothing was asked for. */
export interface ReadyTransfer {
  /** The programs that give the files. */
  readonly owners: readonly RunningProgram[]
  /** Programs of the giving side that are neither: an index, a tracker. */
  readonly helpers: readonly RunningProgram[]
  /** The command that downloads, verifies, and ends with 0. */
  readonly download: { readonly command: string; readonly arguments: readonly string[] }
  /** Ends what is no program. */
  close?(): void
}

/** Something that downloads. */
export interface TransferContestant {
  readonly name: string
  readonly title: string
  readonly kind: ContestantKind
  /** Why it cannot run here; `undefined` where it can. */
  obstacle(): Promise<string | undefined>
  /** Starts what gives the files, and settles when it would. */
  prepare(task: TransferTask): Promise<ReadyTransfer>
}
