import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { Counts, Image, ImagePage } from '../../src/protocol/catalog-api.ts'
import { encodeList } from '../../src/protocol/index-request.ts'

/** All that a server shows of its catalog while nothing changes. */
export interface ShownCatalog {
  /** Every image, in the order in which they came. */
  readonly images: readonly Image[]
  readonly counts: Counts
  /** The answer to LST. */
  readonly listing: string
  /** As /healthz has it. */
  readonly health: string
  /** Bytes of the journal's log that are not folded. */
  readonly journalLogBytes: number
}

/** Reads the whole catalog through both fronts. */
export async function readCatalog(port: number): Promise<ShownCatalog> {
  const images: Image[] = []
  let cursor: string | undefined
  do {
    const query = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const page = await getJson<ImagePage>(port, `/v1/images?limit=1000${query}`)
    images.push(...page.images)
    cursor = page.next
  } while (cursor !== undefined)
  const { status } = await getJson<{ status: string }>(port, '/healthz')
  const metrics = await getText(port, '/metrics')
  return {
    images: images.reverse(),
    counts: await getJson<Counts>(port, '/v1/counts'),
    listing: await askForListing(port),
    health: status,
    journalLogBytes: Number(/^imagep2p_journal_log_bytes ([0-9.e+]+)$/m.exec(metrics)?.[1]),
  }
}

async function getText(port: number, path: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`)
  const text = await response.text()
  if (!response.ok) throw new Error(`${path} was answered with ${response.status}: ${text.slice(0, 200)}`)
  return text
}

async function getJson<Value>(port: number, path: string): Promise<Value> {
  return JSON.parse(await getText(port, path)) as Value
}

async function askForListing(port: number): Promise<string> {
  const socket = createSocket('udp4')
  try {
    socket.send(encodeList(), port, '127.0.0.1')
    const [reply] = await once(socket, 'message', { signal: AbortSignal.timeout(5000) })
    return String(reply)
  } finally {
    socket.close()
  }
}
