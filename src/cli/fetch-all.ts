import { Failure } from '../base/failure.ts'
import { printable } from '../base/printable.ts'
import type { CatalogImage } from '../peer/catalog-image.ts'
import { removeAbandonedDownloads } from '../peer/download/abandoned-downloads.ts'
import { DEFAULT_FETCH_LIMITS } from '../peer/download/fetch-limits.ts'
import { bestCopies } from '../peer/likeness/best-copies.ts'
import { ServerCatalog, WHOLE_PAGE } from '../peer/server-catalog.ts'
import { knownImages } from '../peer/transfers/known-images.ts'
import { DEFAULT_AT_ONCE } from '../peer/transfers/transfer-engine.ts'
import { Transfers, transferStoreOf } from '../peer/transfers/transfers.ts'
import { type Endpoint, formatEndpoint } from '../protocol/endpoint.ts'
import { askedQuery } from './asked-query.ts'
import type { CommandContext } from './context.ts'
import { dataFolder, storePathOf } from './folders.ts'
import { optionsOf } from './list-query.ts'
import { openConnection } from './open-connection.ts'
import { limitsOfOptions } from './transfer-limit-options.ts'
import { TransferReporter } from './transfer-reporter.ts'

/** What a command that fetches many images works with while it runs. */
export interface Fetching {
  readonly catalog: ServerCatalog
  readonly transfers: Transfers
  readonly reporter: TransferReporter
  /** Looks at the folder anew. */
  readonly lookAtFolder: () => Promise<void>
  /** Says a sentence beside the output. */
  readonly say: (sentence: string) => void
  /** Why pictures may be missing from what the server lists. */
  readonly excuses: Set<string>
}

/** Runs `work` over the queue of `directory`, and leaves everything so that it can be gone on with. */
export async function withFetching<Result>(
  context: CommandContext,
  directory: string,
  work: (fetching: Fetching) => Promise<Result>,
): Promise<Result> {
  const { terminal, messages, options, signal } = context
  const say = (sentence: string) => terminal.printError(messages.program(sentence))
  const excuses = new Set<string>()
  const connection = openConnection(context, sentence => excuses.add(sentence))
  const catalog = new ServerCatalog(connection)
  const storePath = storePathOf(dataFolder(options.get('data')), directory)
  await removeAbandonedDownloads(directory)
  let known: Awaited<ReturnType<typeof knownImages>> = new Set()
  const lookAtFolder = async () => {
    const onProgress = (done: number, total: number) =>
      terminal.showProgress(messages.peer.reading(done, total))
    known = await knownImages({ directory, storePath }, onProgress, signal)
    terminal.endProgress()
  }
  const transfers = Transfers.open({
    storePath: transferStoreOf(storePath),
    directory,
    limits: DEFAULT_FETCH_LIMITS,
    has: digest => known.has(digest),
    find: (digest, lookUp) => catalog.image(digest, lookUp),
    atOnce: Number(options.get('at-once') ?? DEFAULT_AT_ONCE),
    givenLimits: limitsOfOptions(options),
    goOn: true,
  })
  const { condition } = transfers
  if (condition.kind === 'setAside')
    say(messages.peer.storeSetAside(condition.movedTo, printable(condition.reason)))
  if (condition.kind === 'memoryOnly') say(messages.peer.storeMemoryOnly(printable(condition.reason)))
  if (!transfers.isKept) say(messages.transfers.heldElsewhere)
  transfers.subscribe({ onSaved: ({ digest }) => void known.add(digest) })
  const reporter = new TransferReporter(context, transfers)
  try {
    await lookAtFolder()
    return await work({ catalog, transfers, reporter, lookAtFolder, say, excuses })
  } finally {
    reporter.stop()
    await transfers.stop()
    connection.close()
  }
}

/** Which of them. */
export interface Choice {
  readonly owner?: Endpoint | undefined
  readonly isWanted?: (image: CatalogImage) => boolean
}

/** Adds every image of the network that the options ask for; those of one owner where `owner` names one. */
export async function addListed(
  { options, messages, signal }: CommandContext,
  { catalog, transfers, say, excuses }: Fetching,
  { owner, isWanted = () => true }: Choice = {},
): Promise<{ readonly isWhole: boolean }> {
  const ofOwner = owner === undefined ? {} : { owner: formatEndpoint(owner) }
  const query = { ...(await askedQuery(options, catalog, signal)), ...ofOwner, limit: WHOLE_PAGE }
  const wanted: CatalogImage[] = []
  let isWhole = true
  for await (const page of catalog.pages(query, signal)) {
    if (page.notApplied.length > 0)
      throw new FilterRefusedError(messages.list.notApplied(optionsOf(page.notApplied)))
    if (page.mayBeCut) excuses.add(messages.list.mayBeCut)
    isWhole &&= !page.mayBeCut
    wanted.push(...page.images.filter(isWanted))
  }
  const chosen = options.has('best-copies') ? await bestCopies(wanted, signal) : wanted
  const left = transfers.add(ownersInTurn(chosen), options.has('again'))
  if (left > 0) say(messages.transfers.noRoom(left))
  return { isWhole: isWhole && left === 0 }
}

/**
 * Images so that one owner's follow another's: a listing has all of one folder in a row, and the queue looks only so far
 * ahead for an owner that is idle.
 */
function ownersInTurn(images: readonly CatalogImage[]): CatalogImage[] {
  const byOwner = new Map<string, CatalogImage[]>()
  for (const image of images) {
    const owner = image.owners[0] === undefined ? '' : formatEndpoint(image.owners[0])
    const ofOwner = byOwner.get(owner)
    if (ofOwner === undefined) byOwner.set(owner, [image])
    else ofOwner.push(image)
  }
  const places = [...byOwner.values()].flatMap(ofOwner => ofOwner.map((image, place) => ({ image, place })))
  return places.sort((one, other) => one.place - other.place).map(({ image }) => image)
}

/** The server cannot be asked for what the options say: fetching everything instead would be no help. */
export class FilterRefusedError extends Error {}

/** Waits until nothing goes on by itself; rejects when the person wants an end. */
export async function untilFetched({ transfers }: Fetching, signal: AbortSignal): Promise<void> {
  await transfers.whenIdle(signal)
  if (signal.aborted) throw new Failure('cancelled', {})
}
