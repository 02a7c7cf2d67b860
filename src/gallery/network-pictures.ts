import type { CatalogImage } from '../peer/catalog-image.ts'
import { COPY_BITS, compareQuality } from '../peer/likeness/near-copies.ts'
import type { Peer } from '../peer/peer.ts'
import { DEFAULT_PAGE_ENTRIES, type ImageQuery, MAX_PAGE_ENTRIES } from '../protocol/catalog-api.ts'
import type { Digest } from '../protocol/digest.ts'
import { formatEndpoint } from '../protocol/endpoint.ts'
import { likenessDistance } from '../protocol/likeness.ts'
import { FarPages } from './far-pages.ts'
import type { Picture, PictureDetails, PicturePage, PictureQuery } from './gallery-shapes.ts'
import type { HeldCopies } from './held-copies.ts'
import { GalleryProblem } from './problems.ts'

/** Pages of the catalog looked through for one page of what only this peer can tell apart; the rest waits for the next. */
const MAX_LOOKED_THROUGH = 10

/** Images remembered, so that a preview and a take need not ask the index server again; the oldest goes first. */
const MAX_REMEMBERED = 20_000

/** What there is in the network, as the page asks for it. */
export class NetworkPictures {
  readonly #peer: Pick<Peer, 'page' | 'image' | 'has'>
  readonly #copies: Pick<HeldCopies, 'copyOf' | 'meet'>
  readonly #farPages: FarPages
  readonly #remembered = new Map<Digest, CatalogImage>()

  constructor(peer: Pick<Peer, 'page' | 'image' | 'has'>, copies: Pick<HeldCopies, 'copyOf' | 'meet'>) {
    this.#peer = peer
    this.#copies = copies
    this.#farPages = new FarPages(peer)
  }

  /**
   * One page. Where it is restricted by what the index server does not know, a page may have fewer pictures than asked for,
   * even none, and others after it. Rejects as {@link Peer.page}.
   */
  async page(
    { holding, offset = 0, likeOf, ...query }: PictureQuery,
    signal: AbortSignal,
  ): Promise<PicturePage> {
    if (offset > 0 && (holding !== undefined || query.cursor !== undefined))
      throw new GalleryProblem('badRequest', '“offset” stands alone')
    if (offset > 0) {
      const place = await this.#farPages.find(ordered(query), offset, signal)
      if (place === undefined) return { pictures: [], notApplied: [] }
      return this.#pageFrom({ ...query, ...place }, undefined, signal)
    }
    const page = await this.#pageFrom(query, holding, signal)
    return query.like === undefined || query.sort !== undefined || page.notApplied.includes('like')
      ? page
      : { ...page, pictures: copiesFirst(page.pictures, query.like, likeOf) }
  }

  async #pageFrom(
    query: ImageQuery,
    holding: PictureQuery['holding'],
    signal: AbortSignal,
  ): Promise<PicturePage> {
    const isWanted = (image: CatalogImage): boolean =>
      holding === undefined || this.#peer.has(image.digest) === (holding === 'mine')
    const isRestricted = holding !== undefined
    const wanted = query.limit ?? DEFAULT_PAGE_ENTRIES
    const limit = isRestricted ? MAX_PAGE_ENTRIES : wanted
    const found: CatalogImage[] = []
    let cursor = query.cursor
    for (let looked = 1; ; looked += 1) {
      const page = await this.#peer.page(
        { ...ordered(query), limit, ...(cursor === undefined ? {} : { cursor }) },
        signal,
      )
      found.push(...page.images.filter(isWanted))
      cursor = page.next
      const isEnough = !isRestricted || found.length >= wanted || looked === MAX_LOOKED_THROUGH
      if (cursor !== undefined && !isEnough) continue
      for (const image of found) {
        this.#remember(image)
        if (this.#peer.has(image.digest)) this.#copies.meet(image)
      }
      return {
        pictures: found.map(image => this.#pictureOf(image)),
        ...(cursor === undefined ? {} : { next: cursor }),
        ...(page.total === undefined || isRestricted ? {} : { total: page.total }),
        notApplied: [...page.notApplied],
      }
    }
  }

  /** All that is known of one picture now; `undefined` where nobody has it. */
  async details(digest: Digest, signal: AbortSignal): Promise<PictureDetails | undefined> {
    const image = await this.#peer.image(digest, signal)
    if (image === undefined) return undefined
    this.#remember(image)
    const { sha256 } = image.details
    return {
      ...this.#pictureOf(image),
      owners: image.owners.map(formatEndpoint),
      ...(sha256 === undefined ? {} : { sha256 }),
      disputed: image.disputed,
    }
  }

  /** A picture as it was told last, or as the index server tells it. */
  async find(digest: Digest, signal: AbortSignal): Promise<CatalogImage | undefined> {
    return this.#remembered.get(digest) ?? this.#peer.image(digest, signal)
  }

  #pictureOf({ digest, name, ownerCount, details }: CatalogImage): Picture {
    const { sha256: _, ...shown } = details
    const isMine = this.#peer.has(digest)
    const copyHeld = isMine ? undefined : this.#copies.copyOf({ details })
    return {
      ...{ md5: digest, name, ...shown, ownerCount, isMine },
      ...(copyHeld === undefined ? {} : { copyHeld }),
    }
  }

  #remember(image: CatalogImage): void {
    this.#remembered.delete(image.digest)
    this.#remembered.set(image.digest, image)
    const [oldest] = this.#remembered.keys()
    if (this.#remembered.size > MAX_REMEMBERED && oldest !== undefined) this.#remembered.delete(oldest)
  }
}

/** What is alike stands in that order, everything else the newest first, unless asked otherwise. */
function ordered(query: ImageQuery): ImageQuery {
  return query.like === undefined ? { sort: 'newest', ...query } : query
}

/**
 * The pictures of a first page in order of likeness, the copies among them by what a person looks for: the very same one,
 * then the best, then the others.
 */
function copiesFirst(pictures: readonly Picture[], like: string, likeOf: string | undefined): Picture[] {
  const isCopy = ({ likeness }: Picture): boolean =>
    likeness !== undefined && likenessDistance(like, likeness) <= COPY_BITS
  const isSame = ({ md5 }: Picture): number => Number(md5 === likeOf)
  const copies = pictures.filter(picture => isCopy(picture) || isSame(picture) === 1)
  copies.sort(
    (one, other) => isSame(other) - isSame(one) || compareQuality({ details: one }, { details: other }),
  )
  return [...copies, ...pictures.filter(picture => !copies.includes(picture))]
}
