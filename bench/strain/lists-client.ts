/**
 * Peers that register long lists over HTTP until SIGTERM, one after another, each in one request. So many lists are made up
 * before; what follows are the same ones, of further peers. Says when it has begun, and at the end how many images were
 * registered, each as one line of JSON.
 *
 *     lists-client.ts <server port> <peer port> <first list> <images of each> <requests at once> <lists made up>
 */
import { monotonicMs } from '../../src/base/clock.ts'
import type { Counts } from '../../src/protocol/catalog-api.ts'
import { forEachAtOnce, getOverHttp, keptConnection, putList } from '../load/http-front.ts'
import { encodeList, listPeer, longList } from './lists.ts'

/** Lists at most: the addresses they come from are no more. */
const MOST_LISTS = 100_000

const [port = 0, peerPort = 0, firstList = 0, imagesPerPeer = 0, atOnce = 1, madeUp = 1] = process.argv
  .slice(2)
  .map(Number)
const ended = new AbortController()
process.once('SIGTERM', () => ended.abort())

const prepared = Array.from({ length: madeUp }, (_, index) =>
  encodeList(longList(firstList + index, imagesPerPeer)),
)
const before = await holdings()
const begunMs = monotonicMs()
process.stdout.write('{"begun":true}\n')
await forEachAtOnce(MOST_LISTS, atOnce, async index => {
  const list = prepared[index % prepared.length]
  if (list === undefined || ended.signal.aborted) return
  await putList(port, listPeer(firstList + index, peerPort), list, ended.signal).catch((fault: unknown) => {
    if (!ended.signal.aborted) throw fault
  })
})
const seconds = (monotonicMs() - begunMs) / 1000
process.stdout.write(`${JSON.stringify({ images: (await holdings()) - before, seconds })}\n`)

async function holdings(): Promise<number> {
  const agent = keptConnection()
  const body = await getOverHttp(agent, port, '/v1/counts')
  agent.destroy()
  const counts = JSON.parse(body.toString()) as Counts
  return counts.holdings
}
