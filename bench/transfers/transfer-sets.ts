import { createHash } from 'node:crypto'
import { closeSync, openSync, readdirSync, readSync, writeSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { samplePicture } from './sample-picture.ts'

/** Files of one size that are downloaded together. */
export interface TransferSet {
  /** Its name on the command line and in the results. */
  readonly name: string
  readonly title: string
  readonly files: number
  /** Bytes of each. */
  readonly bytes: number
}

/** A file as it is to arrive. */
export interface SourceFile {
  readonly name: string
  readonly bytes: number
  readonly md5: string
}

/** A set on the disk. */
export interface SourceSet extends TransferSet {
  readonly folder: string
  readonly sources: readonly SourceFile[]
}

/** What is downloaded. */
export const TRANSFER_SETS: readonly TransferSet[] = [
  { name: 'large', title: '200 x 5 MB', files: 200, bytes: 5_000_000 },
  { name: 'small', title: '5,000 x 100 KB', files: 5000, bytes: 100_000 },
  { name: 'huge', title: '1 x 1 GB', files: 1, bytes: 1_000_000_000 },
]

/** Small ones under the same names, that tell whether it works. */
export const QUICK_SETS: readonly TransferSet[] = [
  { name: 'large', title: '4 x 1 MB', files: 4, bytes: 1_000_000 },
  { name: 'small', title: '10 x 10 KB', files: 10, bytes: 10_000 },
  { name: 'huge', title: '1 x 4 MB', files: 1, bytes: 4_000_000 },
]

/** Bytes that are read at a time. */
const PIECE_BYTES = 1_048_576

/** Writes a set of files into `folder`: valid pictures that all differ, see `samplePicture`. */
export async function makeSet(set: TransferSet, folder: string): Promise<SourceSet> {
  await mkdir(folder, { recursive: true })
  const sources = Array.from({ length: set.files }, (_, number) => {
    const name = `photo-${String(number).padStart(5, '0')}.png`
    const digest = createHash('md5')
    const file = openSync(join(folder, name), 'wx')
    for (const piece of samplePicture(set.bytes)) {
      digest.update(piece)
      writeSync(file, piece)
    }
    closeSync(file)
    return { name, bytes: set.bytes, md5: digest.digest('hex') }
  })
  return { ...set, folder, sources }
}

/** How many files of a folder, subfolders with it, are missing of the sources, not among them, or there too often. */
export function countDiffering(folder: string, sources: readonly SourceFile[]): number {
  const expected = new Map<string, number>()
  for (const { md5, bytes } of sources) {
    const key = `${md5} ${bytes}`
    expected.set(key, (expected.get(key) ?? 0) + 1)
  }
  let surplus = 0
  const piece = Buffer.allocUnsafe(PIECE_BYTES)
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue
    const key = contentOf(join(entry.parentPath, entry.name), piece)
    const left = expected.get(key) ?? 0
    if (left === 0) surplus += 1
    else expected.set(key, left - 1)
  }
  return surplus + expected.values().reduce((sum, left) => sum + left, 0)
}

function contentOf(path: string, piece: Buffer): string {
  const digest = createHash('md5')
  const file = openSync(path, 'r')
  let bytes = 0
  for (let count = readSync(file, piece); count > 0; count = readSync(file, piece)) {
    digest.update(piece.subarray(0, count))
    bytes += count
  }
  closeSync(file)
  return `${digest.digest('hex')} ${bytes}`
}
