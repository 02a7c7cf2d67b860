import type { CatalogImage } from '../peer/catalog-image.ts'
import { bestCopies, COMPARED_AT_ONCE } from '../peer/likeness/best-copies.ts'
import type { Peer } from '../peer/peer.ts'
import { isFinished } from '../peer/transfers/transfer.ts'
import { MAX_PAGE_ENTRIES } from '../protocol/catalog-api.ts'
import type { MatchingAmount, MatchingQuery, MatchingTaken } from './gallery-shapes.ts'
import type { HeldPictures } from './held-pictures.ts'

/** Pictures of one take at most: as many as a queue holds. */
const MAX_MATCHING = 100_000

/** Pages of the catalog looked through at most: a million pictures, of which the folder may hold most. */
const MAX_PAGES = 1000

/**
 * All that a query matches and that the folder neither holds nor waits for, whether or not a page shows it: the catalog is
 * walked through, page by page. Of near copies only the best is meant where the query says so, if it is one that the folder
 * does not have; they are told among some ten thousand at a time.
 */
export class MatchingPictures {
  readonly #peer: Pick<Peer, 'pages' | 'transfers'>
  readonly #held: Pick<HeldPictures, 'has'>
  readonly #stopping = new AbortController()

  constructor(peer: Pick<Peer, 'pages' | 'transfers'>, held: Pick<HeldPictures, 'has'>) {
    this.#peer = peer
    this.#held = held
  }

  /** How much that is. Rejects as {@link Peer.pages}. */
  async amount(query: MatchingQuery, signal: AbortSignal): Promise<MatchingAmount> {
    const amount = emptyAmount()
    for await (const images of this.#walk(query, amount, signal)) count(amount, images)
    return amount
  }

  /** Wants all of it, in the query's order. What was wanted before an error stays so. */
  async take(query: MatchingQuery, signal: AbortSignal): Promise<MatchingTaken> {
    const amount = emptyAmount()
    let left = 0
    for await (const images of this.#walk(query, amount, signal)) {
      count(amount, images)
      left += this.#peer.transfers.add(images, false)
      if (left > 0) break
    }
    return { ...amount, left }
  }

  /** Ends what is being walked through. */
  stop(): void {
    this.#stopping.abort()
  }

  async *#walk(
    { holding, likeOf: _, copies, ...query }: MatchingQuery,
    amount: MutableAmount,
    signal: AbortSignal,
  ): AsyncGenerator<readonly CatalogImage[]> {
    if (holding === 'mine') return
    let pages = 0
    const wanted = { ...query, limit: MAX_PAGE_ENTRIES }
    const ending = AbortSignal.any([signal, this.#stopping.signal])
    let compared: CatalogImage[] = []
    for await (const page of this.#peer.pages(wanted, ending)) {
      pages += 1
      // The wall folds what is shown of it.
      const shown =
        holding === 'missing' ? page.images.filter(({ digest }) => !this.#held.has(digest)) : page.images
      compared.push(...shown)
      const isLast = page.next === undefined || pages === MAX_PAGES
      if (copies === 'best' && !isLast && compared.length < COMPARED_AT_ONCE) continue
      const found = copies === 'best' ? await bestCopies(compared, ending) : compared
      compared = []
      const images = found.filter(({ digest }) => this.#isWanted(digest))
      const room = MAX_MATCHING - amount.count
      amount.isWhole =
        images.length <= room && (pages < MAX_PAGES || page.next === undefined) && !page.mayBeCut
      yield images.slice(0, room)
      if (!amount.isWhole) return
    }
  }

  #isWanted(digest: CatalogImage['digest']): boolean {
    const transfer = this.#peer.transfers.get(digest)
    return !this.#held.has(digest) && (transfer === undefined || isFinished(transfer))
  }
}

interface MutableAmount {
  count: number
  bytes: number
  unknown: number
  isWhole: boolean
}

function emptyAmount(): MutableAmount {
  return { count: 0, bytes: 0, unknown: 0, isWhole: true }
}

function count(amount: MutableAmount, images: readonly CatalogImage[]): void {
  amount.count += images.length
  for (const { details } of images) {
    if (details.bytes === undefined) amount.unknown += 1
    else amount.bytes += details.bytes
  }
}
