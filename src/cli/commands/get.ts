import { resolve } from 'node:path'
import { Failure } from '../../base/failure.ts'
import { printable } from '../../base/printable.ts'
import { downloadImage, removeAbandonedDownloads } from '../../peer/download/download-image.ts'
import { DEFAULT_FETCH_LIMITS } from '../../peer/download/fetch-image.ts'
import { parseDigest } from '../../protocol/digest.ts'
import type { ListedImage } from '../../protocol/listing.ts'
import type { CommandContext } from '../context.ts'
import { describeFailure } from '../describe-failure.ts'
import { indexClientOf } from '../index-client-of.ts'
import { reportDownload } from '../peer-reporter.ts'

/** `imagep2p get`: fetches pictures by MD5 or name; status 0 only when every one of them arrived. */
export async function runGet(context: CommandContext): Promise<number> {
  const { terminal, messages, options, signal } = context
  const [, ...wanted] = context.arguments
  const asJson = options.has('json')
  const directory = resolve(options.get('out') ?? '.')
  const { images } = await indexClientOf(context).list(signal)
  await removeAbandonedDownloads(directory)
  let failed = 0
  for (const text of wanted) {
    try {
      const image = findImage(text, images)
      const saved = await downloadImage({
        image,
        directory,
        limits: DEFAULT_FETCH_LIMITS,
        signal,
        observer: asJson ? silent : reportDownload(image, terminal, messages),
        onWrongContent: () => {},
      })
      terminal.endProgress()
      const { digest, fileName, path, bytes, owner } = saved
      terminal.print(
        asJson
          ? JSON.stringify({
              event: 'saved',
              wanted: text,
              md5: digest,
              name: fileName,
              path,
              bytes,
              owner,
              failed: saved.failed,
            })
          : messages.download.done(printable(fileName), messages.counted.bytes(bytes), owner),
      )
    } catch (error) {
      failed += 1
      terminal.endProgress()
      const sentence = describeFailure(error, messages)
      const code = error instanceof Failure ? error.code : 'unexpected'
      if (asJson) terminal.print(JSON.stringify({ event: 'failed', wanted: text, code, message: sentence }))
      else terminal.printError(messages.program(sentence))
      if (signal.aborted) break
    }
  }
  return failed === 0 ? 0 : 1
}

const silent = { onBytes: () => {}, onFailedAttempt: () => {} }

/** The one image that `text` means: by MD5, or by its name as listed. */
function findImage(text: string, images: readonly ListedImage[]): ListedImage {
  const digest = parseDigest(text)
  const normal = text.normalize('NFC')
  const found = images.filter(image => image.digest === digest || image.name.normalize('NFC') === normal)
  const [image] = found
  if (image === undefined) throw new Failure('imageNotListed', { wanted: text })
  if (found.length > 1)
    throw new Failure('imageAmbiguous', { wanted: text, digests: found.map(one => one.digest) })
  return image
}
