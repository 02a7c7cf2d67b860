import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { checkFolder } from '../check-folder.ts'
import { MIXED_SIZES, makeImages } from '../fault-images.ts'
import { type FaultRow, PATIENCE_MS, type RowContext } from '../fault-row.ts'

/** Bytes of the disk that gets full: what is downloaded, and twice what the queue wants free before it goes on. */
const DISK_MEGABYTES = 320

/** Megabytes left at first: the reserve of a download, and less than all of the images. */
const SCARCE_MEGABYTES = 64 + 20

/** The highest number of the call that fails. */
const MOST_CALLS = 200
const QUICK_CALL = 13

/** Up to this number each is tried where calls fail again and again. */
const EACH_UP_TO = 20

/** Milliseconds for which a download then goes on after it had to try again. */
const FAILING_MS = 1000

/** Small images, and one that is fetched by blocks. */
const FAILING_SIZES = [
  [5, 100_000],
  [1, 17_500_000],
] as const

/** A disk that others fill while a download writes to it, and make room on later. */
export const diskFull: FaultRow = {
  name: 'disk-full',
  title: 'Disk full, before and in the middle of an image; then there is room',
  obstacle() {
    try {
      unmount(mountDisk())
      return Promise.resolve(undefined)
    } catch {
      return Promise.resolve('mounting a disk needs Linux and its root')
    }
  },
  async run({ network, scratch, seed, isQuick, tally }) {
    const shared = join(scratch, 'shared')
    const images = await makeImages(shared, seed, MIXED_SIZES)
    const { relay } = await network.startRelayed(shared, images, () => ({ holdAt: 100_000 }))
    const disk = mountDisk()
    try {
      for (const isSudden of isQuick ? [true] : [true, false]) {
        const into = join(disk, `got-${isSudden}`)
        const ballast = join(disk, 'ballast')
        await mkdir(into)
        if (!isSudden) fill(disk, ballast, SCARCE_MEGABYTES)
        const download = await network.get(into)
        if (isSudden) {
          await download.reaches(100_000)
          fill(disk, ballast, 0)
        }
        relay.release()
        const paused = await download.tells('paused', PATIENCE_MS)
        tally.faults += 1
        await tally.check(into, images, 'while the disk is full')
        await rm(ballast)
        const when = isSudden ? 'full at once' : 'full before all is there'
        const ended = (await download.succeeds(PATIENCE_MS)) && paused
        await tally.checkFinished(into, images, ended, when)
        await rm(into, { recursive: true })
      }
    } finally {
      unmount(disk)
    }
  },
}

/** One call of the downloader fails; what it does not mend by itself it mends when it is started again. */
export const callFails: FaultRow = {
  name: 'one-call',
  title: `The k-th call of the file system fails (k = 1..${MOST_CALLS})`,
  obstacle: needsCompiler,
  run: context => runWithFaults(context, false, context.isQuick ? [QUICK_CALL] : upTo(MOST_CALLS)),
}

/** Calls of the downloader fail again and again until it is ended; then it is started again without. */
export const callsFail: FaultRow = {
  name: 'each-call',
  title: `Every k-th call of the file system fails (k = 1..${EACH_UP_TO}, then each tenth to ${MOST_CALLS})`,
  obstacle: needsCompiler,
  run: context => {
    const numbers = upTo(MOST_CALLS).filter(number => number <= EACH_UP_TO || number % 10 === 0)
    return runWithFaults(context, true, context.isQuick ? [QUICK_CALL] : numbers)
  },
}

async function needsCompiler({
  failingCalls,
}: Pick<RowContext, 'failingCalls'>): Promise<string | undefined> {
  return failingCalls === undefined ? 'there is no C compiler' : undefined
}

function upTo(most: number): number[] {
  return Array.from({ length: most }, (_, place) => place + 1)
}

async function runWithFaults(
  { network, scratch, seed, isQuick, tally, failingCalls = '', say }: RowContext,
  isEach: boolean,
  numbers: readonly number[],
): Promise<void> {
  const shared = join(scratch, 'shared')
  const images = await makeImages(shared, seed, FAILING_SIZES)
  const owners = isQuick ? 1 : 2
  for (let owner = 0; owner < owners; owner += 1) await network.startOwner(shared)
  let byItself = 0
  const failed = new Map<string, number>()
  for (const number of numbers) {
    const when = isEach ? `every ${number}. call` : `call ${number}`
    const into = join(scratch, `got-${number}`)
    const told = `${into}.told`
    const download = await network.get(into, {
      LD_PRELOAD: failingCalls,
      FAILING_FOLDER: into,
      FAILING_CALL: String(number),
      FAILING_EVERY: isEach ? '1' : '0',
      FAILING_TOLD: told,
    })
    if (isEach) {
      const troubled = download.tells('retrying', PATIENCE_MS).then(() => delay(FAILING_MS))
      await Promise.race([download.ended, troubled])
    }
    if (isEach && !download.hasEnded) await download.kill(number % 2 === 0 ? 'SIGKILL' : 'SIGTERM')
    else if (await download.succeeds(PATIENCE_MS)) byItself += 1
    await tally.check(into, images, when)
    for (const call of await toldIn(told)) {
      failed.set(call, (failed.get(call) ?? 0) + 1)
      tally.faults += 1
    }
    const { missing } = await checkFolder(into, images)
    const ended = missing.length === 0 || (await (await network.get(into)).succeeds(PATIENCE_MS))
    await tally.checkFinished(into, images, ended, `${when}, then none`)
    await rm(into, { recursive: true, force: true })
    if (number % 10 === 0) say(`${number} of ${MOST_CALLS}, ${tally.faults} calls failed`)
  }
  tally.notes.push(
    `of ${numbers.length} runs ${byItself} fetched everything in spite of it, the others${isEach ? ' were ended after they had to try again, and fetched the rest' : ''} when they were started again without`,
    `failed calls: ${[...failed].map(([call, count]) => `${call} ${count}`).join(', ')}`,
  )
}

async function toldIn(path: string): Promise<string[]> {
  const text = await readFile(path, 'latin1').catch(() => '')
  return text.split('\n').flatMap(line => line.split(' ')[1] ?? [])
}

function mountDisk(): string {
  const disk = mkdtempSync(join(tmpdir(), 'imagep2p-faults-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MEGABYTES}m`, 'tmpfs', disk], {
      stdio: 'ignore',
    })
  } catch (error) {
    rmdirSync(disk)
    throw error
  }
  return disk
}

function unmount(disk: string): void {
  execFileSync('umount', ['--lazy', disk])
  rmSync(disk, { recursive: true })
}

/** Writes a file of zeros until no more than so many megabytes are free. */
function fill(disk: string, path: string, leave: number): void {
  const file = openSync(path, 'w')
  const piece = Buffer.alloc(1024 ** 2)
  try {
    for (;;) {
      const { bavail, bsize } = statfsSync(disk)
      const free = bavail * bsize - leave * 1e6
      if (free <= 0) return
      writeSync(file, piece, 0, Math.min(piece.length, Math.ceil(free)))
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
  } finally {
    closeSync(file)
  }
}
