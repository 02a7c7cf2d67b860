import type { CatalogImage } from '../../peer/catalog-image.ts'
import { type CatalogPage, ServerCatalog, WHOLE_PAGE } from '../../peer/server-catalog.ts'
import type { Image, ImageQuery } from '../../protocol/catalog-api.ts'
import { formatEndpoint } from '../../protocol/endpoint.ts'
import { askedQuery } from '../asked-query.ts'
import type { CommandContext } from '../context.ts'
import { formatImages, formatRemarks, WIDE_LAYOUT } from '../format-listing.ts'
import { optionsOf } from '../list-query.ts'
import { openConnection } from '../open-connection.ts'

/**
 * `imagep2p list`: the pictures of the network, however many, for a person or as one JSON object a line. Status 1 when the
 * server could not be asked for all that the options say.
 */
export async function runList(context: CommandContext): Promise<number> {
  const { terminal, messages, options, signal } = context
  const sayBeside = (sentence: string) => terminal.printError(messages.program(sentence))
  const connection = openConnection(context, sayBeside)
  const catalog = new ServerCatalog(connection)
  const limit = Number(options.get('limit') ?? Number.POSITIVE_INFINITY)
  let left = limit
  let notApplied: CatalogPage['notApplied'] = []
  try {
    const query = await askedQuery(options, catalog, signal)
    const print = options.has('json')
      ? new JsonListing(context)
      : new PrintedListing(context, query, () => catalog.imageCount(signal))
    for await (const page of catalog.pages({ ...query, limit: Math.min(limit, WHOLE_PAGE) }, signal)) {
      const images = page.images.slice(0, left)
      left -= images.length
      const isCutHere = images.length < page.images.length || (left === 0 && page.next !== undefined)
      await print.page({ ...page, images }, isCutHere)
      await terminal.drained(signal)
      notApplied = page.notApplied
      if (left === 0) break
    }
    print.end()
  } finally {
    connection.close()
  }
  if (notApplied.length === 0) return 0
  sayBeside(messages.list.notApplied(optionsOf(notApplied)))
  return 1
}

/** A listing for scripts: one image a line, with the keys of the catalog API. */
class JsonListing {
  readonly #context: CommandContext

  constructor(context: CommandContext) {
    this.#context = context
  }

  async page({ images, mayBeCut }: CatalogPage): Promise<void> {
    const { terminal, messages } = this.#context
    if (images.length > 0) terminal.print(images.map(image => JSON.stringify(jsonOf(image))).join('\n'))
    if (mayBeCut) terminal.printError(messages.program(messages.list.mayBeCut))
  }

  end(): void {}
}

function jsonOf({ digest, name, owners, ownerCount, details, disputed }: CatalogImage): Image {
  return {
    ...{ md5: digest, name, owners: owners.map(formatEndpoint), ownerCount, ...details },
    ...(disputed ? { disputed } : {}),
  }
}

/** A listing for a person. Of one that is longer than a page, nothing is kept. */
class PrintedListing {
  readonly #context: CommandContext
  readonly #isRestricted: boolean
  readonly #countImages: () => Promise<number | undefined>
  #printed = 0
  #hasHeading = false
  #hasSeveralPages = false

  constructor(context: CommandContext, query: ImageQuery, countImages: () => Promise<number | undefined>) {
    this.#context = context
    this.#isRestricted = Object.keys(query).some(part => part !== 'sort')
    this.#countImages = countImages
  }

  /** `isCut` says that there are more images, which were not asked for. */
  async page(page: CatalogPage, isCut: boolean): Promise<void> {
    const { terminal, messages } = this.#context
    const { images, next } = page
    if (!this.#hasHeading) {
      this.#hasHeading = true
      this.#hasSeveralPages = next !== undefined && !isCut
      terminal.print(await this.#heading(images.length, isCut))
    }
    const layout = { first: this.#printed + 1, ...(this.#hasSeveralPages ? WIDE_LAYOUT : {}) }
    const lines = [...formatImages(images, layout, () => false, messages), ...formatRemarks(page, messages)]
    if (lines.length > 0) terminal.print(lines.join('\n'))
    this.#printed += images.length
  }

  end(): void {
    const { terminal, messages } = this.#context
    if (this.#hasSeveralPages && this.#isRestricted) terminal.print(messages.list.total(this.#printed))
  }

  async #heading(count: number, isCut: boolean): Promise<string> {
    const { list } = this.#context.messages
    if (count === 0) return this.#isRestricted ? list.nothingFound : list.empty
    if (isCut) return list.first(count)
    if (!this.#hasSeveralPages) return this.#isRestricted ? list.found(count) : list.heading(count)
    const all = this.#isRestricted ? undefined : await this.#countImages()
    return all === undefined ? list.finding : list.heading(all)
  }
}
