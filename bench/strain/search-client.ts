/**
 * People who search over HTTP until SIGTERM: so many at a time, each on a connection of its own and one search after
 * another. Says when it has begun, and at the end how long searches took, each as one line of JSON.
 *
 *     search-client.ts <server port> <at once> <peers of the catalog> <seed>
 */
import type { ImagePage } from '../../src/protocol/catalog-api.ts'
import { getOverHttp, keptConnection } from '../load/http-front.ts'
import { latenciesOf } from './latencies.ts'
import { parametersOf, SEARCH_KINDS, searchMix } from './search-mix.ts'
import { type Ask, searchAll } from './search-run.ts'

/** Searches that are made up at a time. */
const BATCH = SEARCH_KINDS.length

const [port = 0, atOnce = 1, peers = 0, seed = 0] = process.argv.slice(2).map(Number)
const ended = new AbortController()
process.once('SIGTERM', () => ended.abort())

const milliseconds: number[] = []
const searching = Promise.all(Array.from({ length: atOnce }, (_, index) => search(index)))
process.stdout.write('{"begun":true}\n')
await searching
process.stdout.write(`${JSON.stringify(latenciesOf(milliseconds))}\n`)

async function search(person: number): Promise<void> {
  const agent = keptConnection()
  const ask: Ask = async query => {
    const body = await getOverHttp(agent, port, `/v1/images?${parametersOf(query)}`)
    const { next } = JSON.parse(body.toString()) as ImagePage
    return next
  }
  for (let batch = 0; !ended.signal.aborted; batch += 1) {
    for (const one of searchMix(BATCH, seed + person * 1000 + batch, peers)) {
      if (ended.signal.aborted) break
      for (const { ms } of await searchAll([one], ask)) milliseconds.push(ms)
    }
  }
  agent.destroy()
}
