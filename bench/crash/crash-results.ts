import type { Machine } from '../system/machine.ts'
import type { CrashFindings } from './crash-run.ts'

/** What one run found: what crash.json holds. */
export interface CrashResults extends CrashFindings {
  readonly date: string
  readonly command: string
  readonly machine: Machine
}
