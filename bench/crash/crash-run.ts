import { mkdir } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { createRandom, type Random } from '../../src/demo/random.ts'
import { listenAsPeers, type PeerListener } from '../system/peer-listener.ts'
import { ApiFront } from './api-front.ts'
import { checkCatalog, type Fate } from './check-catalog.ts'
import { CrashPeer, type Fronts, type LoadObserver } from './crash-peer.ts'
import { type Answer, REQUEST_KINDS, type RequestKind } from './crash-request.ts'
import { CrashServer } from './crash-server.ts'
import { DatagramFront } from './datagram-front.ts'
import { readCatalog } from './read-catalog.ts'

/** How it is run. */
export interface CrashOptions {
  readonly rounds: number
  /** Chooses the requests and the moments; on which request a moment falls is up to the machine. */
  readonly seed: number
  /** An empty folder for the server's journal. */
  readonly folder: string
}

/** Requests of one kind, by how they were answered. */
interface RequestTally {
  done: number
  refused: number
  unanswered: number
}

/** What was found. */
export interface CrashFindings {
  readonly seed: number
  readonly rounds: number
  readonly peers: number
  /** Kills of a server that had not come to answer yet, beside the one under load in each round. */
  readonly killsWhileStarting: number
  readonly requests: Readonly<Record<RequestKind, Readonly<RequestTally>>>
  /** What became of the requests that were under way. */
  readonly fates: Readonly<Record<Fate, number>>
  /** Registrations and pairs of an image and an owner that were compared, over all restarts. */
  readonly registrations: number
  readonly holdings: number
  /** Restarts that found less in the journal's log than the one before: it had been folded. */
  readonly folds: number
  /** Bytes of the log that were found, at most. */
  readonly longestLogBytes: number
  /** Milliseconds that a restart took until it answered, at most. */
  readonly slowestStartMs: number
  /** What must not be; the first round that finds something is the last. */
  readonly violations: readonly string[]
}

/** Addresses that peers speak from, and ports that each of them registers: fewer in all than owners that are listed of an image. */
const ADDRESSES = 8
const PORTS = 3

/** Milliseconds of load before a kill. One load in so many lasts longer: the journal's log is then folded meanwhile. */
const LEAST_LOAD_MS = 20
const MOST_LOAD_MS = 1000
const LONG_LOAD_ONE_IN = 6
const MOST_LONG_LOAD_MS = 5000

/**
 * When a kill comes after that: at once, or as soon as something was done for a request over UDP or over HTTP. What is
 * acknowledged too early is lost at just that moment.
 */
const MOMENTS = ['now', 'udp', 'api'] as const
type Moment = (typeof MOMENTS)[number]

/** One restart in so many is killed too, within so many milliseconds. */
const KILLED_AT_START_ONE_IN = 6
const MOST_START_MS = 1200

/** Milliseconds for what a server that is gone had sent to be read. */
const SETTLE_MS = 20

/**
 * Kills an index server again and again while both its fronts are under load, starts it over the same folder, and holds
 * what it then shows against what was acknowledged.
 */
export async function runCrashRounds(
  { rounds, seed, folder }: CrashOptions,
  say: (progress: string) => void,
): Promise<CrashFindings> {
  const random = createRandom(seed)
  await mkdir(folder, { recursive: true })
  const listeners = await Promise.all(Array.from({ length: PORTS }, () => listenAsPeers()))
  const peers = makePeers(listeners, random)
  const tally = new Tally()
  let server = await CrashServer.start(folder)
  try {
    await server.listening
    let round = 0
    while (round < rounds && tally.violations.length === 0) {
      round += 1
      const mostMs = random() * LONG_LOAD_ONE_IN < 1 ? MOST_LONG_LOAD_MS : MOST_LOAD_MS
      const afterMs = LEAST_LOAD_MS + random() * (mostMs - LEAST_LOAD_MS)
      const moment = MOMENTS[Math.floor(random() * MOMENTS.length)] ?? 'now'
      await loadAndKill(server, peers, afterMs, moment, tally)
      if (random() * KILLED_AT_START_ONE_IN < 1) {
        tally.killsWhileStarting += 1
        await startAndKill(folder, random() * MOST_START_MS)
      }
      const begunMs = performance.now()
      server = await CrashServer.start(folder)
      const port = await server.listening
      tally.slowestStartMs = Math.max(tally.slowestStartMs, performance.now() - begunMs)
      await check(server, port, peers, tally)
      if (round % 10 === 0) say(`${round} rounds, ${tally.acknowledged} requests acknowledged`)
    }
    const { violations } = tally
    return { seed, rounds: round, peers: peers.length, ...tally.figures(), violations }
  } finally {
    await server.stop()
    for (const listener of listeners) listener.close()
  }
}

function makePeers(listeners: readonly PeerListener[], random: Random): CrashPeer[] {
  return Array.from({ length: ADDRESSES }, (_, index) => `127.0.1.${index + 1}`).flatMap(address =>
    listeners.map(({ port }) => new CrashPeer(address, port, Math.floor(random() * 2 ** 32))),
  )
}

async function loadAndKill(
  server: CrashServer,
  peers: readonly CrashPeer[],
  afterMs: number,
  moment: Moment,
  tally: Tally,
): Promise<void> {
  const serverPort = await server.listening
  const apis = new Map(peers.map(({ address }) => [address, new ApiFront(address, serverPort)]))
  const fronts = await Promise.all(peers.map(peer => openFronts(peer, serverPort, apis)))
  let isOver = false
  const loads = peers.map((peer, index) => {
    const own = fronts[index]
    return own === undefined ? Promise.resolve() : peer.load(own, tally, () => isOver)
  })
  const kill = () => {
    if (!isOver) server.kill()
    isOver = true
  }
  await delay(afterMs)
  if (moment === 'now') kill()
  else tally.atNextDone(moment, kill)
  // The second where every load broke off, which is found by itself.
  await Promise.race([server.gone(), Promise.all(loads)])
  kill()
  await server.gone()
  tally.atNextDone(undefined)
  // What was sent to us before is in the sockets' buffers.
  await delay(SETTLE_MS)
  for (const { datagrams } of fronts) datagrams.giveUp()
  await Promise.all(loads)
  for (const { datagrams } of fronts) datagrams.close()
  for (const api of apis.values()) api.close()
}

async function openFronts(
  { address, port }: CrashPeer,
  serverPort: number,
  apis: ReadonlyMap<string, ApiFront>,
): Promise<Fronts> {
  const api = apis.get(address)
  if (api === undefined) throw new Error(`nobody speaks for ${address}`)
  return { api, datagrams: await DatagramFront.open(address, port, serverPort) }
}

async function startAndKill(folder: string, afterMs: number): Promise<void> {
  const server = await CrashServer.start(folder)
  await delay(afterMs)
  server.kill()
  await server.gone()
}

async function check(
  server: CrashServer,
  port: number,
  peers: readonly CrashPeer[],
  tally: Tally,
): Promise<void> {
  const shown = await readCatalog(port)
  const renew = async ({ address, port: registered }: CrashPeer, password: string) => {
    const api = new ApiFront(address, port)
    const answer = await api.ask({ kind: 'lease', password }, registered)
    api.close()
    return answer === 'done'
  }
  const found = await checkCatalog(peers, shown, renew)
  tally.violations.push(...found.violations, ...server.warnings)
  for (const fate of found.fates) tally.fates[fate] += 1
  tally.registrations += found.registrations
  tally.holdings += found.holdings
  tally.noteLog(shown.journalLogBytes)
}

/** What is counted over the rounds. */
class Tally implements LoadObserver {
  readonly violations: string[] = []
  readonly fates: Record<Fate, number> = { kept: 0, lost: 0, partly: 0, changesNothing: 0 }
  readonly #requests = Object.fromEntries(
    Object.keys(REQUEST_KINDS).map(kind => [kind, { done: 0, refused: 0, unanswered: 0 }]),
  ) as Record<RequestKind, RequestTally>
  acknowledged = 0
  killsWhileStarting = 0
  registrations = 0
  holdings = 0
  slowestStartMs = 0
  #folds = 0
  #logBytes = 0
  #longestLogBytes = 0

  #nextDone: { readonly front: 'udp' | 'api'; readonly act: () => void } | undefined

  /** Has `act` be done in the very moment in which a change over `front` is acknowledged; nothing for `undefined`. */
  atNextDone(front: 'udp' | 'api' | undefined, act: () => void = () => {}): void {
    this.#nextDone = front === undefined ? undefined : { front, act }
  }

  onAnswer(kind: RequestKind, answer: Answer): void {
    const next = this.#nextDone
    const isChange = kind !== 'ALV' && kind !== 'lease'
    if (answer === 'done' && isChange && next?.front === REQUEST_KINDS[kind]) {
      this.#nextDone = undefined
      next.act()
    }
    if (answer === undefined) this.#requests[kind].unanswered += 1
    else if (answer === 'done' || answer === 'refused') {
      this.#requests[kind][answer] += 1
      this.acknowledged += 1
    }
  }

  onWrong(sentence: string): void {
    this.violations.push(sentence)
  }

  noteLog(bytes: number): void {
    if (bytes < this.#logBytes) this.#folds += 1
    this.#logBytes = bytes
    this.#longestLogBytes = Math.max(this.#longestLogBytes, bytes)
  }

  figures(): Omit<CrashFindings, 'seed' | 'rounds' | 'peers' | 'violations'> {
    return {
      killsWhileStarting: this.killsWhileStarting,
      requests: this.#requests,
      fates: this.fates,
      registrations: this.registrations,
      holdings: this.holdings,
      folds: this.#folds,
      longestLogBytes: this.#longestLogBytes,
      slowestStartMs: Math.round(this.slowestStartMs),
    }
  }
}
