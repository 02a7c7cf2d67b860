import { monotonicMs } from '../base/clock.ts'
import type { Failure } from '../base/failure.ts'
import { printable } from '../base/printable.ts'
import type { Messages } from '../messages/messages.ts'
import type { DownloadObserver, FailedAttempt } from '../peer/download/download-request.ts'
import type { PeerObserver, PeerPrivacy } from '../peer/peer.ts'
import type { RegistrationState } from '../peer/registration.ts'
import type { ServerLimit } from '../peer/server-connection.ts'
import type { Transfers } from '../peer/transfers/transfers.ts'
import type { ListedImage } from '../protocol/listing.ts'
import { describeFailure } from './describe-failure.ts'
import { ServedLines } from './served-lines.ts'
import type { Terminal } from './terminal.ts'

/** Milliseconds between two drawings of a progress line: faster than that nobody reads. */
const DRAW_MS = 100

/** Files below which reading them is not worth a line in a log. */
const LOGGED_FROM_FILES = 1000

/** Where a peer's own words go. */
export type PeerVoice = Pick<Terminal, 'print' | 'showProgress' | 'endProgress'>

/** Says in a person's words what a peer does by itself. */
export function reportPeer(terminal: PeerVoice, messages: Messages, server: string): PeerObserver {
  const { peer } = messages
  let drawnAtMs = 0
  const served = new ServedLines(line => terminal.print(line), messages)
  return {
    onReading(done, total) {
      if (done === total) {
        terminal.endProgress()
        if (total >= LOGGED_FROM_FILES) terminal.print(peer.reading(done, total))
        return
      }
      if (monotonicMs() - drawnAtMs < DRAW_MS) return
      drawnAtMs = monotonicMs()
      terminal.showProgress(peer.reading(done, total))
    },
    onServed: (name, address) => served.add(name, address),
    onRenewed: state => {
      for (const line of describeRegistration(state, 'update', messages)) terminal.print(line)
    },
    onRetry: attempts => {
      if (attempts === RETRIES_BEFORE_WORD) terminal.print(peer.retrying(server, attempts))
    },
    onLimit: limit => terminal.print(describeLimit(limit, server, messages)),
    onReachability: (news, port) =>
      terminal.print(news === 'unreachable' ? peer.unreachable(port) : peer.reachable(port)),
    onStoreCondition: condition => {
      if (condition.kind === 'setAside')
        terminal.print(peer.storeSetAside(condition.movedTo, printable(condition.reason)))
      if (condition.kind === 'memoryOnly') terminal.print(peer.storeMemoryOnly(printable(condition.reason)))
    },
    onTrouble: (failure: Failure) => terminal.print(peer.trouble(describeFailure(failure, messages))),
  }
}

/** Tries without an answer after which a person wonders what is going on. */
export const RETRIES_BEFORE_WORD = 2

/** What a server lacks, in a sentence. */
export function describeLimit(limit: ServerLimit, server: string, { peer }: Messages): string {
  return limit.kind === 'oldServer' ? peer.oldServer(server) : peer.noCatalog(server, printable(limit.reason))
}

/** Names of pictures that are not shared, as many as a line has room for. */
const NAMED_WITHHELD = 3

/** What becomes of the pictures' metadata, in sentences; none where they are shared as they are. */
export function describePrivacy(
  { cleanedCount, withheld }: PeerPrivacy,
  { privacy }: Pick<Messages, 'privacy'>,
): string[] {
  const names = withheld.slice(0, NAMED_WITHHELD).map(({ path }) => printable(path, 60))
  return [
    ...(cleanedCount > 0 ? [privacy.cleaned(cleanedCount)] : []),
    ...(withheld.length > 0 ? [privacy.withheld(withheld.length, names)] : []),
  ]
}

/** What came of a registration, an update or an end, in sentences. */
export function describeRegistration(
  state: RegistrationState,
  asked: 'register' | 'update' | 'end',
  { peer, menu }: Messages,
): string[] {
  switch (state.kind) {
    case 'registered': {
      const { registered, leftOut } = state
      const said = asked === 'register' ? peer.registered(registered) : peer.updated(registered)
      return leftOut > 0 ? [said, peer.leftOut(leftOut)] : [said]
    }
    case 'notRegistered':
      return [menu.notRegistered]
    case 'nothingToShare':
      return [peer.nothingToShare]
    case 'ended':
      return [state.wasKnown ? peer.ended : peer.endedUnknown]
    default:
      return state satisfies never
  }
}

/** Says what becomes of the downloads of the queue, except of one that somebody waits for, who says it. */
export function reportTransfers(
  transfers: Transfers,
  terminal: Pick<Terminal, 'print'>,
  messages: Messages,
): void {
  const { counted, download } = messages
  transfers.subscribe({
    onSaved: ({ digest }, { fileName, bytes, owner }) => {
      if (!transfers.isAwaited(digest))
        terminal.print(download.done(printable(fileName), counted.bytes(bytes), owner))
    },
    onFailed: ({ digest }, error) => {
      if (!transfers.isAwaited(digest)) terminal.print(describeFailure(error, messages))
    },
    onPaused: why => terminal.print(messages.transfers[why === 'asked' ? 'paused' : 'diskFull']),
    onResumed: why => terminal.print(messages.transfers[why === 'asked' ? 'goingOn' : 'resumed']),
  })
}

/** Shows one download's progress with its rate, and says which owners failed. */
export function reportDownload(image: ListedImage, terminal: Terminal, messages: Messages): DownloadObserver {
  const startedAtMs = monotonicMs()
  let drawnAtMs = 0
  return {
    onBytes(_owner, bytes) {
      const nowMs = monotonicMs()
      if (nowMs - drawnAtMs < DRAW_MS) return
      drawnAtMs = nowMs
      const rate = bytes / Math.max(0.001, (nowMs - startedAtMs) / 1000)
      const { counted, download } = messages
      terminal.showProgress(
        download.progress(printable(image.name, 60), counted.bytes(bytes), counted.rate(rate)),
      )
    },
    onFailedAttempt({ owner, reason, detail }: FailedAttempt) {
      terminal.print(messages.download.nextOwner(owner, reason, printable(detail)))
    },
  }
}
