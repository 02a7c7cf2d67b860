import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createRandom, type Random } from '../../../src/demo/random.ts'
import { MIXED_SIZES, makeImages, QUICK_SIZES, totalBytes } from '../fault-images.ts'
import type { Download } from '../fault-network.ts'
import { type FaultRow, PATIENCE_MS } from '../fault-row.ts'
import type { Relay } from '../relay.ts'

/** Points at which somebody is killed. */
const POINTS = 20
const QUICK_POINTS = 2

/** Milliseconds after a point until the kill, at most. */
const MOST_AFTER_MS = 30

/** Milliseconds for which a killed owner is away, at most. */
const MOST_AWAY_MS = 1000

/** The downloader is killed, and started again over the same folder. */
export const downloaderKilled: FaultRow = {
  name: 'downloader-killed',
  title: 'Downloader killed (`kill -9`) and started again',
  async run({ network, scratch, seed, isQuick, tally }) {
    const random = createRandom(seed)
    const shared = join(scratch, 'shared')
    const images = await makeImages(shared, seed, isQuick ? QUICK_SIZES : MIXED_SIZES)
    const { owner, relay } = await network.startRelayed(shared, images)
    const relays = [relay, await network.relayTo(owner, images)]
    const into = join(scratch, 'got')
    for (const point of pointsIn(random, totalBytes(images), isQuick ? QUICK_POINTS : POINTS)) {
      const download = await network.get(into)
      const afterMs = random() * MOST_AFTER_MS
      await passed(relays, point, download)
      await delay(afterMs)
      await download.kill()
      tally.faults += 1
      await tally.check(into, images, `killed after ${point} bytes`)
    }
    const ended = await (await network.get(into)).succeeds(PATIENCE_MS)
    await tally.checkFinished(into, images, ended, 'after the last kill')
    const bytes = relays.reduce((sum, relay) => sum + relay.passed, 0)
    const twice = (bytes - totalBytes(images)) / 1e6
    tally.notes.push(
      `${twice.toFixed(1)} MB of ${(totalBytes(images) / 1e6).toFixed(1)} MB left the owner twice, ${(twice / tally.faults).toFixed(1)} MB a kill, with what was on its way`,
    )
  },
}

/** The only owner is killed, and started again on the same port. */
export const ownerKilled: FaultRow = {
  name: 'owner-killed',
  title: 'The only owner killed (`kill -9`) and started again',
  async run({ network, scratch, seed, isQuick, tally }) {
    const random = createRandom(seed)
    const shared = join(scratch, 'shared')
    const images = await makeImages(shared, seed, isQuick ? QUICK_SIZES : MIXED_SIZES)
    const owner = await network.startOwner(shared)
    const into = join(scratch, 'got')
    const download = await network.get(into)
    for (const point of pointsIn(random, totalBytes(images), isQuick ? QUICK_POINTS : POINTS)) {
      const awayMs = random() * MOST_AWAY_MS
      if (!(await download.reaches(point))) break
      await owner.kill()
      tally.faults += 1
      await delay(awayMs)
      await owner.restart()
    }
    const ended = await download.succeeds(PATIENCE_MS)
    await tally.checkFinished(into, images, ended, 'after the last kill')
  },
}

function pointsIn(random: Random, bytes: number, count: number): number[] {
  return Array.from({ length: count }, () => Math.floor(random() * bytes)).sort((one, other) => one - other)
}

/** Resolves when so many bytes passed all of `relays` together, or the download ended. */
async function passed(relays: readonly Relay[], bytes: number, { ended }: Download): Promise<void> {
  const reached = Promise.withResolvers<void>()
  const look = () => {
    if (relays.reduce((sum, relay) => sum + relay.passed, 0) >= bytes) reached.resolve()
  }
  for (const relay of relays) relay.onPassed = look
  look()
  await Promise.race([reached.promise, ended])
}
