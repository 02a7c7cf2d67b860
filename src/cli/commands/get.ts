import { resolve } from 'node:path'
import { Failure, isFailure } from '../../base/failure.ts'
import { printable } from '../../base/printable.ts'
import type { Messages } from '../../messages/messages.ts'
import type { CatalogImage } from '../../peer/catalog-image.ts'
import { removeAbandonedDownloads } from '../../peer/download/abandoned-downloads.ts'
import type { DownloadedImage } from '../../peer/download/download-request.ts'
import { DEFAULT_FETCH_LIMITS } from '../../peer/download/fetch-limits.ts'
import { ImageDownloader } from '../../peer/download/image-downloader.ts'
import { findImages } from '../../peer/find-images.ts'
import { ServerCatalog } from '../../peer/server-catalog.ts'
import type { CommandContext } from '../context.ts'
import { describeFailure } from '../describe-failure.ts'
import { openConnection } from '../open-connection.ts'
import { reportDownload } from '../peer-reporter.ts'

/** `imagep2p get`: fetches pictures by MD5 or name; status 0 only when every one of them arrived. */
export async function runGet(context: CommandContext): Promise<number> {
  const { terminal, messages, options, signal } = context
  const [, ...wanted] = context.arguments
  const asJson = options.has('json')
  const directory = resolve(options.get('out') ?? '.')
  /** Why pictures may be missing from what the server lists. */
  const excuses = new Set<string>()
  const connection = openConnection(context, sentence => excuses.add(sentence))
  const downloader = new ImageDownloader()
  const catalog = new ServerCatalog(connection)
  let failed = 0
  let isMissing = false
  try {
    await removeAbandonedDownloads(directory)
    for (const text of wanted) {
      const { images, mayBeCut } = await findImages(catalog, text, signal)
      if (mayBeCut) excuses.add(messages.list.mayBeCut)
      try {
        const image = theOne(text, images)
        const saved = await downloader.download({
          image,
          directory,
          limits: DEFAULT_FETCH_LIMITS,
          signal,
          observer: asJson ? silent : reportDownload(image, terminal, messages),
          onWrongContent: () => {},
        })
        terminal.endProgress()
        terminal.print(asJson ? savedEvent(text, saved) : describeSaved(saved, messages))
      } catch (error) {
        failed += 1
        isMissing ||= isFailure(error, 'imageNotListed')
        terminal.endProgress()
        const sentence = describeFailure(error, messages)
        const code = error instanceof Failure ? error.code : 'unexpected'
        if (asJson) terminal.print(JSON.stringify({ event: 'failed', wanted: text, code, message: sentence }))
        else terminal.printError(messages.program(sentence))
        if (signal.aborted) break
      }
    }
  } finally {
    await downloader.stop()
    connection.close()
  }
  if (isMissing) for (const excuse of excuses) terminal.printError(messages.program(excuse))
  return failed === 0 ? 0 : 1
}

const silent = { onBytes: () => {}, onFailedAttempt: () => {} }

/** The one image that `text` means, of those that were found for it. */
function theOne(text: string, images: readonly CatalogImage[]): CatalogImage {
  const [image] = images
  if (image === undefined) throw new Failure('imageNotListed', { wanted: text })
  if (images.length > 1)
    throw new Failure('imageAmbiguous', { wanted: text, digests: images.map(({ digest }) => digest) })
  return image
}

function savedEvent(
  wanted: string,
  { digest, fileName, path, bytes, owner, failed }: DownloadedImage,
): string {
  return JSON.stringify({ event: 'saved', wanted, md5: digest, name: fileName, path, bytes, owner, failed })
}

function describeSaved({ fileName, bytes, owner }: DownloadedImage, { download, counted }: Messages): string {
  return download.done(printable(fileName), counted.bytes(bytes), owner)
}
