import { join } from 'node:path'
import { MIXED_SIZES, makeImages, QUICK_SIZES } from '../fault-images.ts'
import { type FaultRow, PATIENCE_MS } from '../fault-row.ts'
import type { RelayFault } from '../relay.ts'

/** Bytes of the images whose connection is cut: one from one owner, one fetched by blocks. */
const CUT_BYTES = [3_000_000, 20_000_000]

/** Bytes between two that are changed, in what an owner sends. */
const FLIP_BYTES = 700_001

/** The first connection to the only owner ends at each tenth of the image, in turn by a clean end and by a reset. */
export const connectionCut: FaultRow = {
  name: 'cut',
  title: 'Connection cut at every 10 %, by HTTP and by the old request',
  async run({ network, scratch, seed, isQuick, tally }) {
    const sizes = isQuick ? CUT_BYTES.slice(0, 1) : CUT_BYTES
    for (const [place, bytes] of sizes.entries()) {
      const shared = join(scratch, `shared-${bytes}`)
      const images = await makeImages(shared, seed * 10 + place, [[1, bytes]])
      let fault: RelayFault = {}
      let before = 0
      const { relay } = await network.startRelayed(shared, images, connection =>
        connection === before ? fault : { isOld: fault.isOld ?? false },
      )
      for (const isOld of [false, true]) {
        for (let tenth = isQuick ? 4 : 0; tenth <= (isQuick ? 5 : 10); tenth += 1) {
          const when = `${bytes} bytes cut at ${tenth * 10} %, ${isOld ? 'old request' : 'HTTP'}`
          const cutAt = Math.min(bytes - 1, Math.floor((bytes * tenth) / 10))
          // An owner that knows only the old request gets a connection for HTTP first.
          before = relay.connections + (isOld ? 1 : 0)
          fault = { cutAt, byReset: tenth % 2 === 1, isOld }
          const into = join(scratch, `got-${bytes}-${tenth}-${isOld}`)
          const ended = await (await network.get(into)).succeeds(PATIENCE_MS)
          await tally.checkFinished(into, images, ended, when)
        }
      }
      tally.faults += relay.faults
      await network.forget(relay)
    }
  },
}

/** Every connection to the only owner ends after a tenth of the image: what came is gone on from. */
export const everyConnectionCut: FaultRow = {
  name: 'cut-each',
  title: 'Every connection cut after 10 % of the image',
  async run({ network, scratch, seed, tally }) {
    const bytes = 3_000_000
    const shared = join(scratch, 'shared')
    const images = await makeImages(shared, seed, [[1, bytes]])
    const { relay } = await network.startRelayed(shared, images, connection => ({
      ...{ cutAt: bytes / 10, byReset: connection % 2 === 1 },
    }))
    const into = join(scratch, 'got')
    const ended = await (await network.get(into)).succeeds(PATIENCE_MS)
    tally.faults += relay.faults
    await tally.checkFinished(into, images, ended, 'every connection cut')
    tally.notes.push(`${relay.connections} connections for one image`)
  },
}

/** One of two owners goes silent in the middle of what it sends, and stays so. */
export const ownerStalls: FaultRow = {
  name: 'stall',
  title: 'An owner stalls in the middle, another has the images; then the only one stalls once',
  async run({ network, scratch, seed, isQuick, tally }) {
    const shared = join(scratch, 'shared')
    const images = await makeImages(shared, seed, isQuick ? QUICK_SIZES : MIXED_SIZES)
    const { owner, relay } = await network.startRelayed(shared, images, () => ({ holdAt: 200_000 }))
    const other = await network.relayTo(owner, images)
    const into = join(scratch, 'got')
    const ended = await (await network.get(into)).succeeds(PATIENCE_MS)
    await tally.checkFinished(into, images, ended, 'one of two stalls')
    tally.faults += relay.faults
    if (isQuick) return
    const before = relay.faults
    await network.forget(other)
    const alone = join(scratch, 'got-alone')
    const download = await network.get(alone)
    await download.tells('retrying', PATIENCE_MS)
    tally.faults += relay.faults - before
    relay.release()
    await tally.checkFinished(alone, images, await download.succeeds(PATIENCE_MS), 'the only one stalls')
  },
}

/** One of four owners sends other bytes than it has, of every image and every block. */
export const wrongBytes: FaultRow = {
  name: 'wrong-bytes',
  title: 'An owner sends wrong bytes in the middle, three others are honest',
  async run({ network, scratch, seed, isQuick, tally }) {
    const shared = join(scratch, 'shared')
    const images = await makeImages(shared, seed, isQuick ? QUICK_SIZES : MIXED_SIZES)
    const flipAt = Array.from({ length: 100 }, (_, number) => 100_000 + number * FLIP_BYTES)
    const { owner, relay } = await network.startRelayed(shared, images, () => ({ flipAt }))
    for (let honest = 0; honest < 3; honest += 1) await network.relayTo(owner, images)
    const into = join(scratch, 'got')
    const ended = await (await network.get(into)).succeeds(PATIENCE_MS)
    tally.faults += relay.faults
    await tally.checkFinished(into, images, ended, 'one of four lies')
  },
}

/** The only owner sends wrong bytes at first, and the right ones later. */
export const wrongBytesAlone: FaultRow = {
  name: 'wrong-alone',
  title: 'The only owner sends wrong bytes twice for each image, then the right ones',
  async run({ network, scratch, seed, tally }) {
    const shared = join(scratch, 'shared')
    const images = await makeImages(shared, seed, [[1, 2_000_000]])
    const { relay } = await network.startRelayed(shared, images, connection =>
      connection === 0 ? { flipAt: [1_000_000, 3_000_000] } : {},
    )
    const into = join(scratch, 'got')
    const ended = await (await network.get(into)).succeeds(PATIENCE_MS)
    tally.faults += relay.faults
    await tally.checkFinished(into, images, ended, 'wrong at first')
  },
}
