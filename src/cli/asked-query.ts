import { Failure } from '../base/failure.ts'
import { likenessOfFile } from '../peer/likeness/likeness-of-file.ts'
import { ImageDecoder } from '../peer/previews/image-decoder.ts'
import type { ServerCatalog } from '../peer/server-catalog.ts'
import type { ImageQuery } from '../protocol/catalog-api.ts'
import { parseDigest } from '../protocol/digest.ts'
import { queryOfOptions } from './list-query.ts'

/**
 * The query that checked options ask for; the likeness of `--like` is that of a listed picture, by its MD5 sum, or of one in
 * a file. Rejects with `imageNotListed` or `likenessUnknown`, with a failure of the server's clients, or with the signal's
 * reason.
 */
export async function askedQuery(
  options: ReadonlyMap<string, string>,
  catalog: Pick<ServerCatalog, 'image'>,
  signal: AbortSignal,
): Promise<ImageQuery> {
  const query = queryOfOptions(options)
  const picture = options.get('like')
  return picture === undefined ? query : { ...query, like: await likenessOf(picture, catalog, signal) }
}

async function likenessOf(
  picture: string,
  catalog: Pick<ServerCatalog, 'image'>,
  signal: AbortSignal,
): Promise<string> {
  const digest = parseDigest(picture)
  if (digest === undefined) return likenessInFile(picture, signal)
  const image = await catalog.image(digest, signal)
  if (image === undefined) throw new Failure('imageNotListed', { wanted: picture })
  const { likeness } = image.details
  if (likeness === undefined) throw new Failure('likenessUnknown', { picture, reason: 'untold' })
  return likeness
}

async function likenessInFile(picture: string, signal: AbortSignal): Promise<string> {
  const decoder = new ImageDecoder()
  try {
    const found = await likenessOfFile(picture, decoder, signal)
    if (found.kind === 'none') throw new Failure('likenessUnknown', { picture, reason: found.reason })
    return found.likeness
  } finally {
    await decoder.stop()
  }
}
