import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CrashResults } from '../crash/crash-results.ts'
import { type FaultResults, mergeRows } from '../faults/fault-results.ts'
import { FAULT_ROWS } from '../faults/rows/rows.ts'
import type { LikenessResults } from '../likeness/likeness-results.ts'
import type { BenchResults } from '../measure/results.ts'
import type { SoakResults } from '../soak/soak-results.ts'
import type { StrainResults } from '../strain/strain-results.ts'
import type { TransferResults } from '../transfers/transfer-results.ts'
import type { WallResults } from '../wall/wall-results.ts'
import { benchmarksPage } from './benchmarks-page.ts'
import { catalogImage } from './catalog-image.ts'
import { soakImage } from './soak-image.ts'

/** The folder the report belongs in: that of the project. */
export const PROJECT_FOLDER: string = fileURLToPath(new URL('../..', import.meta.url))

const LATEST = join('bench', 'results', 'latest.json')
const STRAIN = join('bench', 'results', 'strain.json')
const CRASHES = join('bench', 'results', 'crash.json')
const TRANSFERS = join('bench', 'results', 'transfers.json')
const FAULTS = join('bench', 'results', 'faults.json')
const LIKENESS = join('bench', 'results', 'likeness.json')
const WALL = join('bench', 'results', 'wall.json')
const SOAK_PATHS = ['fast', 'portable'] as const

/** Keeps the results of a run under `folder`, and writes the page and the images again. */
export async function keepBenchResults(folder: string, results: BenchResults): Promise<void> {
  await writeJson(join(folder, LATEST), results)
  await writeReport(folder)
}

/** Keeps the results of a soak under `folder`, and writes the page and the images again. */
export async function keepSoakResults(folder: string, soak: SoakResults): Promise<void> {
  await writeJson(join(folder, soakFile(soak.path)), soak)
  await writeReport(folder)
}

/** Keeps the results of a run under strain under `folder`, and writes the page and the images again. */
export async function keepStrainResults(folder: string, strain: StrainResults): Promise<void> {
  await writeJson(join(folder, STRAIN), strain)
  await writeReport(folder)
}

/** Keeps what killing the server found under `folder`, and writes the page again. */
export async function keepCrashResults(folder: string, crashes: CrashResults): Promise<void> {
  await writeJson(join(folder, CRASHES), crashes)
  await writeReport(folder)
}

/** Keeps what transfers took under `folder`, and writes the page again. */
export async function keepTransferResults(folder: string, transfers: TransferResults): Promise<void> {
  await writeJson(join(folder, TRANSFERS), transfers)
  await writeReport(folder)
}

/** Keeps what breaking transfers found under `folder`, beside what was found before in other rows, and writes the page again. */
export async function keepFaultResults(folder: string, { machine, rows }: FaultResults): Promise<void> {
  const path = join(folder, FAULTS)
  const before = await readJson(path, isFaultResults)
  const order = FAULT_ROWS.map(({ name }) => name)
  await writeJson(path, { machine, rows: mergeRows(before?.rows ?? [], rows, order) })
  await writeReport(folder)
}

/** Keeps what likenesses find under `folder`, and writes the page again. */
export async function keepLikenessResults(folder: string, likeness: LikenessResults): Promise<void> {
  await writeJson(join(folder, LIKENESS), likeness)
  await writeReport(folder)
}

/** Keeps what opening and scrolling a large wall took under `folder`, and writes the page again. */
export async function keepWallResults(folder: string, wall: WallResults): Promise<void> {
  await writeJson(join(folder, WALL), wall)
  await writeReport(folder)
}

/** Writes BENCHMARKS.md and its images from the results that are there. */
async function writeReport(folder: string): Promise<void> {
  const results = await readJson(join(folder, LATEST), isBenchResults)
  const strain = await readJson(join(folder, STRAIN), isStrainResults)
  const soaks: SoakResults[] = []
  for (const path of SOAK_PATHS) {
    const soak = await readJson(join(folder, soakFile(path)), isSoakResults)
    if (soak !== undefined) soaks.push(soak)
  }
  const crashes = await readJson(join(folder, CRASHES), isCrashResults)
  const transfers = await readJson(join(folder, TRANSFERS), isTransferResults)
  const faults = await readJson(join(folder, FAULTS), isFaultResults)
  const likeness = await readJson(join(folder, LIKENESS), isLikenessResults)
  const wall = await readJson(join(folder, WALL), isWallResults)
  const images: readonly [string, string | undefined][] = [
    ['bench-catalog.svg', results && catalogImage(results)],
    ['bench-soak.svg', soakImage(soaks)],
  ]
  for (const [name, image] of images) {
    if (image !== undefined) await write(join(folder, 'docs', name), image)
  }
  await write(
    join(folder, 'BENCHMARKS.md'),
    benchmarksPage({
      results,
      soaks,
      ...(strain !== undefined && { strain }),
      ...(crashes !== undefined && { crashes }),
      ...(transfers !== undefined && { transfers }),
      ...(faults !== undefined && { faults }),
      ...(likeness !== undefined && { likeness }),
      ...(wall !== undefined && { wall }),
    }),
  )
}

function soakFile(path: 'fast' | 'portable'): string {
  return join('bench', 'results', `soak-${path}.json`)
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}

async function writeJson(
  path: string,
  value:
    | BenchResults
    | SoakResults
    | StrainResults
    | CrashResults
    | TransferResults
    | FaultResults
    | LikenessResults
    | WallResults,
): Promise<void> {
  await write(path, `${JSON.stringify(value, undefined, 1)}\n`)
}

/** Reads what an earlier run has written; `undefined` where there is none. Throws where it is something else. */
async function readJson<T>(path: string, is: (value: unknown) => value is T): Promise<T | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch {
    return undefined
  }
  const value: unknown = JSON.parse(text)
  if (!is(value)) throw new Error(`${path} does not hold what this version of the bench writes`)
  return value
}

function isBenchResults(value: unknown): value is BenchResults {
  return hasArrays(value, ['subjects', 'skipped', 'cells', 'memory'])
}

function isSoakResults(value: unknown): value is SoakResults {
  return hasArrays(value, ['samples']) && 'path' in value && 'machine' in value
}

function isStrainResults(value: unknown): value is StrainResults {
  return typeof value === 'object' && value !== null && 'machine' in value && 'loadBefore' in value
}

function isCrashResults(value: unknown): value is CrashResults {
  return hasArrays(value, ['violations']) && 'requests' in value && 'machine' in value
}

function isTransferResults(value: unknown): value is TransferResults {
  return hasArrays(value, ['downloads', 'serving', 'contestants', 'sets', 'skipped'])
}

function isFaultResults(value: unknown): value is FaultResults {
  return hasArrays(value, ['rows']) && 'machine' in value
}

function isLikenessResults(value: unknown): value is LikenessResults {
  return hasArrays(value, ['hashes']) && 'set' in value && 'machine' in value
}

function isWallResults(value: unknown): value is WallResults {
  return hasArrays(value, ['rounds']) && 'browser' in value && 'machine' in value
}

function hasArrays(value: unknown, names: readonly string[]): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const fields = new Map<string, unknown>(Object.entries(value))
  return names.every(name => Array.isArray(fields.get(name)))
}
