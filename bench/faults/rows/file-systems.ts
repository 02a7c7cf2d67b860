import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { checkFolder } from '../check-folder.ts'
import { MIXED_SIZES, makeImages } from '../fault-images.ts'
import type { FaultRow } from '../fault-row.ts'

/** Milliseconds until a download counts as one that does not end: the queue gives an image up after three minutes. */
const PATIENCE_MS = 240_000

/** Bytes of the disk that gets full: what is downloaded, and twice what the queue wants free before it goes on. */
const DISK_MEGABYTES = 320

/** Megabytes left at first: the reserve of a download, and less than all of the images. */
const SCARCE_MEGABYTES = 64 + 20

/** The highest number of the call that fails. */
const MOST_CALLS = 200
const QUICK_CALL = 13

/** Milliseconds for which a download goes on whose calls fail again and again. */
const FAILING_MS = 1500

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

/** Calls of the downloader fail: the k-th alone, and each k-th; then it is started again without. */
export const failingCalls: FaultRow = {
  name: 'calls',
  title: `The k-th call of the file system fails, and every k-th (k = 1..${MOST_CALLS})`,
  async obstacle({ failingCalls }) {
    return failingCalls === undefined ? 'there is no C compiler' : undefined
  },
  async run({ network, scratch, seed, isQuick, tally, failingCalls = '', say }) {
    const shared = join(scratch, 'shared')
    const images = await makeImages(shared, seed, FAILING_SIZES)
    const owners = isQuick ? 1 : 2
    for (let owner = 0; owner < owners; owner += 1) await network.startOwner(shared)
    const numbers = isQuick ? [QUICK_CALL] : Array.from({ length: MOST_CALLS }, (_, place) => place + 1)
    let byItself = 0
    let again = 0
    const failed = new Map<string, number>()
    for (const number of numbers) {
      for (const isEach of [false, true]) {
        const when = isEach ? `each call of number ${number}` : `call ${number}`
        const into = join(scratch, `got-${number}-${isEach}`)
        const told = `${into}.told`
        const download = await network.get(into, {
          LD_PRELOAD: failingCalls,
          FAILING_FOLDER: into,
          FAILING_CALL: String(number),
          FAILING_EVERY: isEach ? '1' : '0',
          FAILING_TOLD: told,
        })
        if (isEach) {
          await Promise.race([download.ended, delay(FAILING_MS)])
          await download.kill(number % 2 === 0 ? 'SIGKILL' : 'SIGTERM')
        } else if (await download.succeeds(PATIENCE_MS)) byItself += 1
        await tally.check(into, images, when)
        const lines = (await readFile(told, 'latin1').catch(() => '')).split('\n').filter(line => line !== '')
        for (const line of lines) {
          const call = line.split(' ')[1] ?? ''
          failed.set(call, (failed.get(call) ?? 0) + 1)
        }
        tally.faults += lines.length
        const { missing } = await checkFolder(into, images)
        if (missing.length > 0) again += 1
        const ended = missing.length === 0 || (await (await network.get(into)).succeeds(PATIENCE_MS))
        await tally.checkFinished(into, images, ended, `${when}, then none`)
        await rm(into, { recursive: true, force: true })
      }
      if (number % 10 === 0) say(`${number} of ${MOST_CALLS} calls, ${tally.faults} failed`)
    }
    tally.notes.push(
      `of ${numbers.length} runs in which one call failed ${byItself} fetched everything by themselves; ${again} runs of both kinds were started again without faults`,
      `failed calls: ${[...failed].map(([call, count]) => `${call} ${count}`).join(', ')}`,
    )
  },
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
