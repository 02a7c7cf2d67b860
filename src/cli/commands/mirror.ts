import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { CommandContext } from '../context.ts'
import { describeFailure } from '../describe-failure.ts'
import { addListed, FilterRefusedError, untilFetched, withFetching } from '../fetch-all.ts'

/** Milliseconds between two looks at what the network has: new pictures are there within a minute. */
const LOOK_MS = 60_000

/** `imagep2p mirror`: keeps a folder supplied with what the network has, until stopped, or once with `--once`. */
export async function runMirror(context: CommandContext): Promise<number> {
  const { messages, options, signal } = context
  const [, directory = ''] = context.arguments
  const isOnce = options.has('once')
  return withFetching(context, resolve(directory), async fetching => {
    const { transfers, reporter, say, excuses, lookAtFolder } = fetching
    for (let round = 0; ; round += 1) {
      const failuresBefore = reporter.failures
      let isWhole = false
      try {
        if (round > 0) await lookAtFolder()
        reporter.start()
        transfers.start()
        if (round === 0) transfers.resumeAll()
        isWhole = (await addListed(context, fetching)).isWhole
        await untilFetched(fetching, signal)
      } catch (error) {
        if (signal.aborted && !isOnce) return 0
        if (isOnce && !(error instanceof FilterRefusedError)) throw error
        if (error instanceof FilterRefusedError) {
          say(error.message)
          return 1
        }
        // The server may be restarting: it is asked again.
        say(describeFailure(error, messages))
      }
      reporter.stop()
      if (isOnce) {
        reporter.finish()
        if (!isWhole) for (const excuse of excuses) say(excuse)
        return isWhole && reporter.failures === failuresBefore ? 0 : 1
      }
      if (round === 0 && isWhole && reporter.failures === 0) say(messages.transfers.upToDate)
      await delay(LOOK_MS, undefined, { signal }).catch(() => {})
      if (signal.aborted) return 0
    }
  })
}
