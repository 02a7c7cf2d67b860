import { resolve } from 'node:path'
import { Failure, isFailure } from '../../base/failure.ts'
import { printable } from '../../base/printable.ts'
import type { CatalogImage } from '../../peer/catalog-image.ts'
import { findImages } from '../../peer/find-images.ts'
import { isFinished } from '../../peer/transfers/transfer.ts'
import { parseEndpoint } from '../../protocol/endpoint.ts'
import type { CommandContext } from '../context.ts'
import { addListed, type Fetching, FilterRefusedError, untilFetched, withFetching } from '../fetch-all.ts'
import { parseDigestList, readList } from '../wanted-images.ts'

/** Options that choose among the pictures of the network. */
const CHOOSING = [
  ...['all', 'owner', 'search', 'format', 'min-size', 'min-width', 'min-height', 'orientation', 'like'],
]

/** `imagep2p get`: fetches pictures; status 0 only when every one that was wanted arrived or was there. */
export async function runGet(context: CommandContext): Promise<number> {
  const { messages, options, signal } = context
  const [, ...wanted] = context.arguments
  return withFetching(context, resolve(options.get('out') ?? '.'), async fetching => {
    const { transfers, reporter, say, excuses } = fetching
    const isChoosing = CHOOSING.some(option => options.has(option))
    const isGoingOn = wanted.length === 0 && !isChoosing && !options.has('from')
    const open = transfers.list().filter(transfer => !isFinished(transfer))
    if (isGoingOn && open.length === 0) {
      if (transfers.isKept) say(messages.transfers.nothingWanted)
      return 1
    }
    // What an earlier get left undone is kept for whoever asks for it, and not mixed into what is asked for now.
    if (isGoingOn) transfers.resumeAll()
    else for (const { digest } of open) transfers.wish('pause', digest)
    reporter.start()
    transfers.start()
    const wrongLines = await addListOf(context, fetching)
    const isMissing = await addNamed(context, fetching, wanted)
    let isWhole = true
    if (isChoosing) {
      const owner = parseEndpoint(options.get('owner') ?? '')
      try {
        isWhole = (await addListed(context, fetching, { owner })).isWhole
      } catch (error) {
        if (!(error instanceof FilterRefusedError)) throw error
        say(error.message)
        return 1
      }
    }
    await untilFetched(fetching, signal)
    reporter.stop()
    reporter.finish()
    if (isMissing || !isWhole) for (const excuse of excuses) say(excuse)
    const kept = transfers.counts.paused
    if (kept > 0) say(messages.transfers.left(kept))
    return reporter.failures === 0 && wrongLines === 0 && isWhole ? 0 : 1
  })
}

/** Adds the images of `--from`; the number of its lines that are no digest, or 1 where it cannot be read. */
async function addListOf(context: CommandContext, fetching: Fetching): Promise<number> {
  const { options, messages } = context
  const file = options.get('from')
  if (file === undefined) return 0
  const list = await readList(file)
  if ('reason' in list) {
    fetching.say(messages.transfers.unreadableList(printable(file), list.reason))
    return 1
  }
  const { digests, wrong } = parseDigestList(list.text)
  for (const { line, text } of wrong) fetching.say(messages.transfers.notADigest(line, printable(text, 60)))
  await addNamed(context, fetching, digests)
  return wrong.length
}

/** Adds the image that each text means; true where one is not listed. */
async function addNamed(
  { options, messages, signal }: CommandContext,
  { catalog, transfers, reporter, excuses, say }: Fetching,
  wanted: readonly string[],
): Promise<boolean> {
  let isMissing = false
  for (const text of wanted) {
    try {
      const { images, mayBeCut } = await findImages(catalog, text, signal)
      if (mayBeCut) excuses.add(messages.list.mayBeCut)
      if (transfers.add([theOne(text, images)], options.has('again')) > 0) say(messages.transfers.noRoom(1))
    } catch (error) {
      if (signal.aborted) throw error
      isMissing ||= isFailure(error, 'imageNotListed')
      reporter.fail(text, error)
    }
  }
  return isMissing
}

/** The one image that `text` means, of those that were found for it. */
function theOne(text: string, images: readonly CatalogImage[]): CatalogImage {
  const [image] = images
  if (image === undefined) throw new Failure('imageNotListed', { wanted: text })
  if (images.length > 1)
    throw new Failure('imageAmbiguous', { wanted: text, digests: images.map(({ digest }) => digest) })
  return image
}
