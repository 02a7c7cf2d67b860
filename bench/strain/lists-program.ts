/**
 * Registers long lists over HTTP, each of another peer in one request, and then lists the whole catalog page by page. Prints
 * how long that took, and whether everything was listed once, as one line of JSON.
 *
 *     lists-program.ts <server port> <server process> <peer port> <peers> <images of each> <requests at once>
 */
import { monotonicMs } from '../../src/base/clock.ts'
import { type ImagePage, MAX_PAGE_ENTRIES } from '../../src/protocol/catalog-api.ts'
import { forEachAtOnce, getOverHttp, keptConnection, putList } from '../load/http-front.ts'
import { processUsage } from '../system/process-usage.ts'
import { encodeList, listPeer, longList } from './lists.ts'
import type { RegisteredLists, WalkedListing } from './strain-results.ts'

const [port = 0, serverProcess = 0, peerPort = 0, peers = 0, imagesPerPeer = 0, atOnce = 1] = process.argv
  .slice(2)
  .map(Number)

const registered = new Set<string>()
const lists = Array.from({ length: peers }, (_, index) => {
  const entries = longList(index, imagesPerPeer)
  for (const { md5 } of entries) registered.add(md5)
  return encodeList(entries)
})
const { cpuSeconds } = usage()
const begunMs = monotonicMs()
await forEachAtOnce(peers, atOnce, async index => {
  await putList(port, listPeer(index, peerPort), lists[index] ?? Buffer.alloc(0))
})
const seconds = (monotonicMs() - begunMs) / 1000
const used = usage()
const report: RegisteredLists = {
  images: registered.size,
  seconds,
  serverSeconds: used.cpuSeconds - cpuSeconds,
  peakBytes: used.peakBytes,
  listing: await walkListing(),
}
process.stdout.write(`${JSON.stringify(report)}\n`)

async function walkListing(): Promise<WalkedListing> {
  const agent = keptConnection()
  const begunMs = monotonicMs()
  const listed = new Set<string>()
  let pages = 0
  let repeated = 0
  let unknown = 0
  let cursor: string | undefined
  do {
    const parameters = new URLSearchParams({
      limit: String(MAX_PAGE_ENTRIES),
      ...(cursor !== undefined && { cursor }),
    })
    const body = await getOverHttp(agent, port, `/v1/images?${parameters.toString()}`)
    const { images, next } = JSON.parse(body.toString()) as ImagePage
    for (const { md5 } of images) {
      if (listed.has(md5)) repeated += 1
      if (!registered.has(md5)) unknown += 1
      listed.add(md5)
    }
    pages += 1
    cursor = next
  } while (cursor !== undefined)
  agent.destroy()
  const seconds = (monotonicMs() - begunMs) / 1000
  return { seconds, pages, missing: registered.size - (listed.size - unknown), repeated, unknown }
}

function usage(): NonNullable<ReturnType<typeof processUsage>> {
  const found = processUsage(serverProcess)
  if (found === undefined) throw new Error('the server is gone')
  return found
}
