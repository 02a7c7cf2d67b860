import { monotonicMs } from '../base/clock.ts'
import { isFailure } from '../base/failure.ts'
import type { RegistrationState as Standing } from '../protocol/catalog-api.ts'
import type { Digest } from '../protocol/digest.ts'
import type { CatalogClient, Credentials } from './catalog-client.ts'
import { catalogEntryOf } from './catalog-entry.ts'
import type { RegistrationResult } from './index-client.ts'
import type { SharedImage } from './library/image-file.ts'
import { byDigest, differenceOf } from './list-difference.ts'
import { type ServerConnection, unlessUnavailable } from './server-connection.ts'

/** Images of one registration, at most: what our index server takes of one (catalog-limits.ts). */
const MAX_REGISTERED_IMAGES = 200_000

type ImageMap = ReadonlyMap<Digest, SharedImage>

/** What the server says of the registration on the way. */
export type OnStanding = (standing: Standing) => void

/**
 * The list that an index server has of us, and how it is brought to what we share: what the old protocol can say goes over
 * UDP while all of it fits into one datagram that the server takes; the rest, and what is known of the images besides
 * their names, through the catalog API, and there only what changed. Calls do not overlap.
 */
export class RegisteredList {
  readonly #connection: ServerConnection
  readonly #credentials: () => Credentials
  readonly #onStanding: OnStanding
  /** What we share, as given last. One entry for each image, at most MAX_FOLDER_FILES (scan-folder.ts). */
  #wanted: ImageMap = new Map()
  /** What the server was told, with the details it was told; `undefined` where that is not known for sure. */
  #told: ImageMap | undefined
  #isListed = false
  /** Whether images were left out because a datagram was too small for them. */
  #isCut = false
  #hasUntoldDetails = false

  constructor(connection: ServerConnection, credentials: () => Credentials, onStanding: OnStanding) {
    this.#connection = connection
    this.#credentials = credentials
    this.#onStanding = onStanding
  }

  /** Whether the server acknowledged a list of ours that was not ended since. */
  get isListed(): boolean {
    return this.#isListed
  }

  /** Whether the server's list may differ from what was given last, and bringing it there is worth trying. */
  get isIncomplete(): boolean {
    const mayGrow = this.#isCut && this.#connection.catalogApi.isWorthTrying(monotonicMs())
    return !this.#isListed || this.#told === undefined || mayGrow
  }

  /** Whether images were left out that a server with a catalog API would list. */
  get isCut(): boolean {
    return this.#isCut
  }

  /**
   * Takes what is shared now; false where the server's list needs no change for it, but at most details (see
   * {@link tellDetails}).
   */
  take(images: readonly SharedImage[]): boolean {
    this.#wanted = byDigest(images, MAX_REGISTERED_IMAGES)
    if (this.isIncomplete || this.#told === undefined) return true
    const { added, removed, detailed } = differenceOf(this.#told, this.#wanted)
    this.#hasUntoldDetails = detailed.length > 0
    return added.length + removed.length > 0
  }

  /** Brings the server's list to `images` (at least one, each once). Rejects with a failure of either client. */
  async bringTo(images: readonly SharedImage[], signal: AbortSignal): Promise<RegistrationResult> {
    const wanted = byDigest(images, MAX_REGISTERED_IMAGES)
    this.#wanted = wanted
    const { registered } = await this.#bringToWanted(signal)
    return { registered, leftOut: Math.max(0, images.length - registered) }
  }

  /** Tells the server what is known of its images besides their names, where it can keep that. */
  async tellDetails(signal: AbortSignal): Promise<void> {
    if (!this.#hasUntoldDetails || !this.#isListed || this.#told === undefined) return
    const { detailed } = differenceOf(this.#told, this.#wanted)
    const entries = () => detailed.values().map(catalogEntryOf)
    const standing = await this.#connection.tryCatalog(catalog =>
      catalog.addImages(this.#credentials(), entries, signal),
    )
    if (standing === undefined) return
    const told = new Map(this.#told)
    for (const image of detailed) told.set(image.digest, image)
    this.#hasUntoldDetails = false
    // Fewer than it was told before: it forgot us, and these few are a new registration.
    this.#told = standing.images < told.size ? undefined : told
    this.#onStanding(standing)
  }

  /** Takes the registration back, and says whether the server still knew it. */
  async end(signal: AbortSignal): Promise<boolean> {
    const wasKnown = await this.#sendEnd(signal)
    this.forget()
    return wasKnown
  }

  /** The server does not know us: it has no list of ours. */
  forget(): void {
    this.#isListed = false
    this.#told = undefined
    this.#isCut = false
  }

  async #bringToWanted(signal: AbortSignal): Promise<{ readonly registered: number }> {
    const wanted = this.#wanted
    const { datagrams } = this.#connection
    const { password, port } = this.#credentials()
    let byDatagram: RegistrationResult | undefined
    if (datagrams.takesWhole(password, port, [...wanted.values()])) {
      try {
        byDatagram = await this.#sendDatagram(wanted, signal)
      } catch (error) {
        if (!isFailure(error, 'serverSilent')) throw error
        // Some networks carry TCP only.
        const whole = await this.#sendThroughCatalog(wanted, signal).catch(unlessUnavailable)
        if (whole === undefined) throw error
        return whole
      }
      if (byDatagram.leftOut === 0) return byDatagram
    }
    const whole = await this.#sendThroughCatalog(wanted, signal)
    return whole ?? byDatagram ?? (await this.#sendDatagram(wanted, signal))
  }

  async #sendDatagram(wanted: ImageMap, signal: AbortSignal): Promise<RegistrationResult> {
    const images = [...wanted.values()]
    const result = await this.#updateOrRegister(images, signal)
    const before = this.#told
    const told = new Map<Digest, SharedImage>()
    for (const { digest, name } of images.slice(0, result.registered)) {
      const details = before?.get(digest)?.details
      told.set(digest, details === undefined ? { digest, name } : { digest, name, details })
    }
    this.#acknowledged(told, result.leftOut > 0)
    return result
  }

  /** A server that forgot us (it was restarted) refuses the update, and takes the registration. */
  async #updateOrRegister(images: readonly SharedImage[], signal: AbortSignal): Promise<RegistrationResult> {
    const { datagrams } = this.#connection
    const { password, port } = this.#credentials()
    if (this.#isListed) {
      try {
        return await datagrams.update(password, port, images, signal)
      } catch (error) {
        if (!isFailure(error, 'registeredWithOtherPassword')) throw error
        this.#connection.serverForgotUs()
        this.forget()
      }
    }
    return await datagrams.register(password, port, images, signal)
  }

  /** `undefined` where there is no catalog API. */
  async #sendThroughCatalog(
    wanted: ImageMap,
    signal: AbortSignal,
  ): Promise<{ readonly registered: number } | undefined> {
    const told = this.#isListed ? this.#told : undefined
    const standing = await this.#connection.tryCatalog(async catalog => {
      const changed = told && (await this.#sendChange(catalog, told, wanted, signal))
      if (changed?.images === wanted.size) return changed
      // Nothing is registered, or something else than we thought.
      const entries = () => wanted.values().map(catalogEntryOf)
      return catalog.replaceImages(this.#credentials(), entries, signal)
    })
    if (standing === undefined) return undefined
    this.#acknowledged(wanted, false)
    this.#onStanding(standing)
    return { registered: standing.images }
  }

  async #sendChange(
    catalog: CatalogClient,
    told: ImageMap,
    wanted: ImageMap,
    signal: AbortSignal,
  ): Promise<Standing | undefined> {
    const { added, removed, detailed } = differenceOf(told, wanted)
    const credentials = this.#credentials()
    // What came of it is known once all of it is answered.
    this.#told = undefined
    try {
      let standing: Standing | undefined
      // First what goes: a registration that is full has no room for both.
      if (removed.length > 0) standing = await catalog.removeImages(credentials, () => removed, signal)
      const news = [...added, ...detailed]
      const entries = () => news.values().map(catalogEntryOf)
      if (news.length > 0) standing = await catalog.addImages(credentials, entries, signal)
      return standing ?? (await catalog.renew(credentials, signal))
    } catch (error) {
      if (!isFailure(error, 'registeredWithOtherPassword')) throw error
      this.forget()
      return undefined
    }
  }

  async #sendEnd(signal: AbortSignal): Promise<boolean> {
    const { datagrams } = this.#connection
    const credentials = this.#credentials()
    try {
      return await datagrams.end(credentials.password, credentials.port, signal)
    } catch (error) {
      if (!isFailure(error, 'serverSilent') || !this.#connection.catalogApi.isThere) throw error
      const ended = await this.#connection
        .tryCatalog(catalog => catalog.end(credentials, signal))
        .catch(unlessUnavailable)
      if (ended === undefined) throw error
      return ended
    }
  }

  #acknowledged(told: ImageMap, isCut: boolean): void {
    this.#told = told
    this.#isListed = true
    this.#isCut = isCut
    this.#hasUntoldDetails = differenceOf(told, this.#wanted).detailed.length > 0
  }
}
