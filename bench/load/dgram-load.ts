/**
 * The load generator for machines without a C compiler: it takes the same arguments as native/load and prints the same
 * line of JSON, over `node:dgram`, one socket for each peer. It does not announce to trackers.
 */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv4 } from 'node:net'
import { argv, stderr, stdout } from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Word } from '../../src/protocol/index-request.ts'
import { percentile } from '../report/statistics.ts'
import { processUsage } from '../system/process-usage.ts'
import { isRightReply, requestText } from './index-exchange.ts'
import type { LoadReport } from './load-run.ts'

/** Milliseconds after which a request counts as lost; the same in native/load. */
const TIMEOUT_MS = 500
/** Milliseconds between two looks for lost requests. */
const EXPIRE_EVERY_MS = 50
/** Losses of one request in a row after which the server counts as gone. */
const MAX_ATTEMPTS = 20
/** Of ten requests of a mixed workload one is a LST. */
const MIXED_PERIOD = 10
/** Latencies kept: a minute at the rates this generator reaches. */
const MAX_LATENCIES = 1 << 22

interface Peer {
  readonly socket: Socket
  readonly index: number
  readonly port: number
  generation: number
  awaiting: Word | undefined
  attempts: number
  /** Milliseconds of `performance.now()`. */
  sentAt: number
  dueAt: number
  registered: boolean
}

const { values } = parseArgs({
  args: argv.slice(2),
  options: {
    mode: { type: 'string', default: '' },
    workload: { type: 'string', default: '' },
    'server-port': { type: 'string', default: '0' },
    'server-process': { type: 'string', default: '0' },
    'first-address': { type: 'string', default: '127.16.0.0' },
    peers: { type: 'string', default: '1' },
    'peer-port': { type: 'string', default: '1' },
    images: { type: 'string', default: '1' },
    'listing-bytes': { type: 'string', default: '0' },
    window: { type: 'string', default: '1' },
    rate: { type: 'string', default: '1' },
    'warm-up-ms': { type: 'string', default: '0' },
    'measured-ms': { type: 'string', default: '1000' },
    resident: { type: 'string', default: '0' },
  },
})
const serverPort = Number(values['server-port'])
const images = Number(values.images)
const listingBytes = Number(values['listing-bytes'])
const window = Number(values.window)

const counts = { answered: 0, answeredBytes: 0, wrong: 0, lost: 0, late: 0 }
const latencies: number[] = []
let keepLatencies = false
let begun = 0
let inFlight = 0
let onFree: (peer: Peer) => void = () => undefined

const peers = await openPeers(values['first-address'], Number(values.peers), Number(values['peer-port']))
const expiry = setInterval(expireRequests, EXPIRE_EVERY_MS)
const report = await (values.mode === 'once' ? runOnce() : runLoop())
clearInterval(expiry)
for (const { socket } of peers) socket.close()
stdout.write(`${JSON.stringify(report)}\n`)

async function runOnce(): Promise<LoadReport> {
  const end = beginMeasurement()
  await askEveryone(values.workload === 'register' ? Word.register : Word.list)
  return end()
}

async function runLoop(): Promise<LoadReport> {
  if (values.resident === '1') await askEveryone(Word.register)
  const stop = values.mode === 'open' ? startOpenLoop() : startClosedLoop()
  await delay(Number(values['warm-up-ms']))
  const end = beginMeasurement()
  keepLatencies = values.mode === 'open'
  await delay(Number(values['measured-ms']))
  const measured = end()
  stop()
  while (inFlight > 0) await delay(1)
  if (values.resident === '1') await askEveryone(Word.end)
  return measured
}

function beginMeasurement(): () => LoadReport {
  const before = { ...counts }
  const startedAt = performance.now()
  const usedBefore = serverSeconds()
  return () => {
    const lost = counts.lost - before.lost
    const measured = {
      answered: counts.answered - before.answered,
      answeredBytes: counts.answeredBytes - before.answeredBytes,
      wrong: counts.wrong - before.wrong,
      lost,
      late: counts.late - before.late,
      dropped: 0,
      seconds: (performance.now() - startedAt) / 1000,
      serverSeconds: serverSeconds() - usedBefore,
    }
    if (!keepLatencies) return measured
    // A request that was lost took at least the timeout.
    const all = [...latencies, ...Array<number>(lost).fill(TIMEOUT_MS)]
    return { ...measured, latency: { p50Ms: percentile(all, 50) ?? 0, p99Ms: percentile(all, 99) ?? 0 } }
  }
}

function serverSeconds(): number {
  return processUsage(Number(values['server-process']))?.cpuSeconds ?? 0
}

async function openPeers(firstAddress: string, count: number, port: number): Promise<Peer[]> {
  if (!isIPv4(firstAddress)) throw new Error(`${firstAddress} is not an IPv4 address`)
  const first = firstAddress.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  return Promise.all(
    Array.from({ length: count }, async (_, at) => {
      const index = first + at
      const socket = createSocket('udp4')
      const peer: Peer = {
        socket,
        index,
        port,
        generation: 0,
        awaiting: undefined,
        attempts: 0,
        sentAt: 0,
        dueAt: 0,
        registered: false,
      }
      socket.on('message', reply => takeReply(peer, reply))
      socket.bind(0, [24, 16, 8, 0].map(shift => (index >>> shift) & 255).join('.'))
      await once(socket, 'listening')
      return peer
    }),
  )
}

function nextWord(peer: Peer): Word {
  switch (values.workload) {
    case 'register':
      return Word.register
    case 'update':
      return Word.update
    case 'end-register':
      return peer.registered ? Word.end : Word.register
    case 'mixed':
      return begun % MIXED_PERIOD === 0 ? Word.list : Word.update
    default:
      return Word.list
  }
}

function beginRequest(peer: Peer, word: Word, dueAt: number): void {
  peer.awaiting = word
  peer.attempts = 0
  peer.generation += 1
  peer.dueAt = dueAt
  inFlight += 1
  begun += 1
  send(peer, word)
}

function send(peer: Peer, word: Word): void {
  peer.attempts += 1
  peer.sentAt = performance.now()
  peer.socket.send(requestText(word, peer, images), serverPort, '127.0.0.1')
}

function takeReply(peer: Peer, reply: Buffer): void {
  const word = peer.awaiting
  if (word === undefined) {
    counts.late += 1
    return
  }
  if (isRightReply(word, reply, { images, listingBytes, repeated: peer.attempts > 1 })) {
    counts.answered += 1
    counts.answeredBytes += reply.length
    if (word === Word.register) peer.registered = true
    if (word === Word.end) peer.registered = false
    if (keepLatencies && latencies.length < MAX_LATENCIES) latencies.push(performance.now() - peer.dueAt)
  } else {
    if (counts.wrong === 0)
      stderr.write(`load: a wrong reply: ${JSON.stringify(reply.toString('latin1', 0, 80))}\n`)
    counts.wrong += 1
  }
  forgetRequest(peer)
}

function forgetRequest(peer: Peer): void {
  peer.awaiting = undefined
  inFlight -= 1
  onFree(peer)
}

function expireRequests(): void {
  const now = performance.now()
  for (const peer of peers) {
    if (peer.awaiting === undefined || now - peer.sentAt < TIMEOUT_MS) continue
    counts.lost += 1
    if (values.mode === 'open') forgetRequest(peer)
    else if (peer.attempts < MAX_ATTEMPTS) send(peer, peer.awaiting)
    else throw new Error(`no reply to one request sent ${MAX_ATTEMPTS} times: the server is gone`)
  }
}

/** Has every peer send `word` once (END: every registered one), and waits until each is answered. */
async function askEveryone(word: Word): Promise<void> {
  const waiting = peers.filter(peer => word !== Word.end || peer.registered).reverse()
  const fill = (): void => {
    while (inFlight < window) {
      const peer = waiting.pop()
      if (peer === undefined) return
      beginRequest(peer, word, performance.now())
    }
  }
  onFree = fill
  fill()
  while (waiting.length > 0 || inFlight > 0) await delay(1)
  onFree = () => undefined
}

function startClosedLoop(): () => void {
  let next = 0
  let stopped = false
  const fill = (): void => {
    for (let tried = 0; !stopped && inFlight < window && tried < peers.length; tried += 1) {
      const peer = peers[next]
      next = (next + 1) % peers.length
      if (peer?.awaiting === undefined && peer !== undefined)
        beginRequest(peer, nextWord(peer), performance.now())
    }
  }
  onFree = fill
  fill()
  return () => {
    stopped = true
  }
}

/** Requests leave at random moments of the given mean rate; where every peer awaits a reply they wait, and count on. */
function startOpenLoop(): () => void {
  const meanGapMs = 1000 / Number(values.rate)
  let next = 0
  let stopped = false
  let dueAt = performance.now()
  const sendDue = (): void => {
    if (stopped) return
    const now = performance.now()
    while (dueAt <= now) {
      const peer = idlePeer()
      if (peer === undefined) break
      beginRequest(peer, nextWord(peer), dueAt)
      dueAt -= Math.log(1 - Math.random()) * meanGapMs
    }
    setImmediate(sendDue)
  }
  const idlePeer = (): Peer | undefined => {
    for (let tried = 0; tried < peers.length; tried += 1) {
      const peer = peers[next]
      next = (next + 1) % peers.length
      if (peer !== undefined && peer.awaiting === undefined) return peer
    }
    return undefined
  }
  sendDue()
  return () => {
    stopped = true
  }
}
