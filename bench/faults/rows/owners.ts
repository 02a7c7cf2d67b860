import { appendFile, copyFile, open, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { imageBytes, MIXED_SIZES, makeImages, QUICK_SIZES, totalBytes } from '../fault-images.ts'
import { type FaultRow, PATIENCE_MS } from '../fault-row.ts'

/** Milliseconds until the only one of many owners is back. */
const AWAY_MS = 60_000
const QUICK_AWAY_MS = 2000

/** Downloaders at once. */
const CROWD = 100
const QUICK_CROWD = 4

/** Bytes of an image that changes while it is sent: more than systems hold on the way of a connection. */
const CHANGED_BYTES = 20_000_000
/** Where it does. */
const CHANGED_AT = 4_000_000

/** Milliseconds for a download to take the change in, where nobody else has the image. */
const NOTICE_MS = 15_000

/** One of four owners is killed in the middle and does not come back. */
export const ownerDisappears: FaultRow = {
  name: 'disappears',
  title: 'An owner disappears while three others have the images',
  async run({ network, scratch, seed, isQuick, tally }) {
    const shared = join(scratch, 'shared')
    const images = await makeImages(shared, seed, isQuick ? QUICK_SIZES : MIXED_SIZES)
    const owners = await Promise.all([1, 2, 3, 4].map(() => network.startOwner(shared)))
    for (const [place, part] of (isQuick ? [0.5] : [0.1, 0.5, 0.9]).entries()) {
      const into = join(scratch, `got-${place}`)
      const download = await network.get(into)
      await download.reaches(totalBytes(images) * part)
      const leaving = owners[place]
      if (leaving === undefined) throw new RangeError('more points than owners')
      await leaving.kill()
      tally.faults += 1
      const ended = await download.succeeds(PATIENCE_MS)
      await tally.checkFinished(into, images, ended, `gone at ${part * 100} %`)
      if (!isQuick) await leaving.restart()
    }
  },
}

/** All owners are killed in the middle, and one comes back. */
export const allDisappear: FaultRow = {
  name: 'all-disappear',
  title: 'All owners disappear, one returns after a minute',
  async run({ network, scratch, seed, isQuick, tally }) {
    const shared = join(scratch, 'shared')
    const images = await makeImages(shared, seed, isQuick ? QUICK_SIZES : MIXED_SIZES)
    const owners = await Promise.all([1, 2].map(() => network.startOwner(shared)))
    const into = join(scratch, 'got')
    const download = await network.get(into)
    await download.reaches(totalBytes(images) * 0.4)
    await Promise.all(owners.map(owner => owner.kill()))
    tally.faults += owners.length
    await delay(isQuick ? QUICK_AWAY_MS : AWAY_MS)
    if (download.hasEnded) tally.notes.push('it did not wait')
    await owners[0]?.restart()
    await tally.checkFinished(into, images, await download.succeeds(PATIENCE_MS), 'one is back')
  },
}

type Change = (path: string, seed: number) => Promise<void>

/** What becomes of a file while it is sent. */
const CHANGES: Readonly<Record<string, Change>> = {
  'written over in place': async (path, seed) => {
    const file = await open(path, 'r+')
    await file.write(imageBytes(seed, CHANGED_BYTES), 0, CHANGED_BYTES, 0)
    await file.close()
  },
  'cut short': path => truncate(path, CHANGED_AT * 2),
  'made longer': path => appendFile(path, Buffer.alloc(100_000, 7)),
  'replaced by rename': async (path, seed) => {
    await writeFile(`${path}.new`, imageBytes(seed, CHANGED_BYTES))
    await rename(`${path}.new`, path)
  },
  deleted: path => rm(path),
}

/** The file changes on the owner while it is sent, with another owner and without; then it is as before. */
export const fileChanged: FaultRow = {
  name: 'changed',
  title: 'File changed, cut short, made longer, replaced or deleted on the owner during the transfer',
  async run({ network, scratch, seed, isQuick, tally }) {
    const changes = Object.entries(CHANGES).slice(0, isQuick ? 1 : undefined)
    const shared = join(scratch, 'shared')
    const other = join(scratch, 'other')
    const images = await makeImages(shared, seed, [[1, CHANGED_BYTES]])
    await makeImages(other, seed, [[1, CHANGED_BYTES]])
    const path = join(shared, images[0]?.name ?? '')
    const { owner, relay: first } = await network.startRelayed(shared, images, () => ({
      holdAt: CHANGED_AT,
    }))
    await network.forget(first)
    for (const [how, change] of changes) {
      const relay = await network.relayTo(owner, images, () => ({ holdAt: CHANGED_AT }))
      const into = join(scratch, `got ${how}`)
      const download = await network.get(into)
      await download.reaches(CHANGED_AT / 2)
      await change(path, seed + 500)
      tally.faults += 1
      relay.release()
      await download.tells('retrying', isQuick ? 2000 : NOTICE_MS)
      await tally.check(into, images, how)
      const { relay: honest } = await network.startRelayed(other, images)
      const ended = await download.succeeds(PATIENCE_MS)
      await tally.checkFinished(into, images, ended, `${how}, then another owner`)
      await network.forget(honest)
      await network.forget(relay)
      await copyFile(join(other, images[0]?.name ?? ''), path)
    }
  },
}

/** As many as that want everything that one owner has, all at once. */
export const crowd: FaultRow = {
  name: 'crowd',
  title: `${CROWD} downloaders of one owner at once`,
  async run({ network, scratch, seed, isQuick, tally }) {
    const shared = join(scratch, 'shared')
    const images = await makeImages(shared, seed, [[4, 250_000]])
    await network.startOwner(shared)
    const count = isQuick ? QUICK_CROWD : CROWD
    const folders = Array.from({ length: count }, (_, number) => join(scratch, `got-${number}`))
    const downloads = await Promise.all(folders.map(into => network.get(into)))
    tally.faults += downloads.length
    const ended = await Promise.all(downloads.map(download => download.succeeds(PATIENCE_MS)))
    for (const [place, into] of folders.entries())
      await tally.checkFinished(into, images, ended[place] === true, `downloader ${place}`)
  },
}
