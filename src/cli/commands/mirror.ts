import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { CatalogNews } from '../../peer/catalog-client.ts'
import { imageFromCatalog } from '../../peer/catalog-image.ts'
import type { Transfers } from '../../peer/transfers/transfers.ts'
import type { Digest } from '../../protocol/digest.ts'
import type { CommandContext } from '../context.ts'
import { describeFailure } from '../describe-failure.ts'
import { addListed, type Fetching, FilterRefusedError, untilFetched, withFetching } from '../fetch-all.ts'
import { queryOfOptions } from '../list-query.ts'

/** Milliseconds between two looks at what a network has whose server does not tell what comes. */
const LOOK_MS = 60_000

/** Milliseconds after which everything is looked at anew, whatever the server told meanwhile. */
const LOOK_ANYWAY_MS = 600_000

/** Milliseconds in which further news are waited for before a listing that is restricted is asked for anew. */
const NEWS_MS = 2000

/** Milliseconds before a server that ended its stream is asked again: at least, and up to as many more. */
const RETURN_MS = 1000

/** `imagep2p mirror`: keeps a folder supplied with what the network has, until stopped, or once with `--once`. */
export async function runMirror(context: CommandContext): Promise<number> {
  const { messages, options, signal } = context
  const [, directory = ''] = context.arguments
  const isOnce = options.has('once')
  return withFetching(context, resolve(directory), async fetching => {
    const { transfers, reporter, say, excuses } = fetching
    reporter.start()
    transfers.start()
    transfers.resumeAll()
    for (let round = 0; ; round += 1) {
      const ending = new AbortController()
      try {
        const { isWhole, followed } = await beginRound(context, fetching, round, ending.signal)
        await untilFetched(fetching, signal)
        if (isOnce) {
          reporter.stop()
          reporter.finish()
          if (!isWhole) for (const excuse of excuses) say(excuse)
          return isWhole && reporter.failures === 0 ? 0 : 1
        }
        if (round === 0 && isWhole && reporter.failures === 0) say(messages.transfers.upToDate)
        await (followed ?? delay(LOOK_MS, undefined, { signal }))
      } catch (error) {
        if (signal.aborted && !isOnce) return 0
        if (isOnce && !(error instanceof FilterRefusedError)) throw error
        if (error instanceof FilterRefusedError) {
          say(error.message)
          return 1
        }
        // The server may be restarting: it is asked again.
        say(describeFailure(error, messages))
        await delay(LOOK_MS, undefined, { signal }).catch(() => {})
      } finally {
        ending.abort()
      }
      if (signal.aborted) return 0
    }
  })
}

/**
 * Adds what the network has. `followed` resolves when it is time to do so again, where the server tells what comes; it is
 * listened to before the listing is asked for, so that nothing is missed between them.
 */
async function beginRound(
  context: CommandContext,
  fetching: Fetching,
  round: number,
  ending: AbortSignal,
): Promise<{ readonly isWhole: boolean; readonly followed: Promise<void> | undefined }> {
  const { options, signal } = context
  const { catalog, transfers } = fetching
  if (round > 0) await fetching.lookAtFolder()
  const until = AbortSignal.any([signal, ending, AbortSignal.timeout(LOOK_ANYWAY_MS)])
  const changes = options.has('once') ? undefined : await catalog.changes(until)
  const isWanted = ({ digest }: { readonly digest: Digest }) => !isHeldBack(transfers, digest)
  const { isWhole } = await addListed(context, fetching, { isWanted })
  const isRestricted = options.has('like') || Object.keys(queryOfOptions(options)).length > 0
  const followed = changes && follow(changes, transfers, isRestricted, until)
  return { isWhole, followed }
}

/** Wants what comes, until the stream ends or it takes a new listing to say what is wanted. Never rejects. */
async function follow(
  changes: AsyncGenerator<CatalogNews, void>,
  transfers: Transfers,
  isRestricted: boolean,
  until: AbortSignal,
): Promise<void> {
  for await (const news of changes) {
    if (news.kind === 'gone') continue
    if (news.kind === 'reset' || isRestricted) {
      await delay(NEWS_MS, undefined, { signal: until }).catch(() => {})
      return
    }
    const image = imageFromCatalog(news.image)
    if (image !== undefined && !isThere(transfers, image.digest)) transfers.add([image], false)
  }
  const pause = RETURN_MS * (1 + Math.random())
  await delay(pause, undefined, { signal: until }).catch(() => {})
}

/** True also for what was fetched before, of which only the owners or details changed. */
function isThere(transfers: Transfers, digest: Digest): boolean {
  const state = transfers.get(digest)?.state
  return state === 'done' || state === 'skipped' || isHeldBack(transfers, digest)
}

/** True for what a person paused or cancelled: that it is still there makes no difference. */
function isHeldBack(transfers: Transfers, digest: Digest): boolean {
  const state = transfers.get(digest)?.state
  return state === 'paused' || state === 'cancelled'
}
