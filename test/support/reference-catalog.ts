import type { CatalogLimits } from '../../src/catalog/catalog-limits.ts'

/** A request as the reference takes it: nothing decoded, nothing packed. */
export interface ReferenceRequest {
  readonly word: 'REG' | 'UPD' | 'END'
  readonly address: string
  readonly port: number
  readonly password: string
  /** Empty for END. */
  readonly entries: readonly { readonly digest: string; readonly name: string }[]
}

export type ReferenceOutcome = 'done' | 'refusedPassword' | 'tooManyRegistrations' | 'tooManyImages'

interface State {
  /** By address and port, as a listing shows them. */
  readonly registrations: Map<string, { readonly password: string; readonly digests: readonly string[] }>
  /** By digest, in the order in which they were first registered; owners in the order in which they came. */
  readonly images: Map<string, { readonly name: string; readonly owners: readonly string[] }>
}

const LISTING_BYTES = 4096
const LISTED_OWNERS = 32

/**
 * What a catalog does, in strings and maps: slow, and plain enough to be read as the specification. Every request is
 * carried out on a copy, and the copy is kept if it is within the limits.
 */
export class ReferenceCatalog {
  readonly #limits: CatalogLimits
  #state: State = { registrations: new Map(), images: new Map() }

  constructor(limits: CatalogLimits) {
    this.#limits = limits
  }

  get counts(): { registrations: number; images: number; holdings: number } {
    const { registrations, images } = this.#state
    return { registrations: registrations.size, images: images.size, holdings: holdingsOf(this.#state) }
  }

  apply({ word, address, port, password, entries }: ReferenceRequest): ReferenceOutcome {
    const limits = this.#limits
    const { registrations } = this.#state
    const owner = isIPv4(address) ? `${address}:${port}` : `[${address}]:${port}`
    const registered = registrations.get(owner)
    if (registered === undefined) {
      if (word !== 'REG') return 'refusedPassword'
      if (registrations.size >= limits.registrations) return 'tooManyRegistrations'
      const prefix = owner.slice(0, owner.lastIndexOf(':') + 1)
      const ofAddress = [...registrations.keys()].filter(other => other.startsWith(prefix)).length
      if (ofAddress >= limits.registrationsPerAddress) return 'tooManyRegistrations'
    } else if (registered.password !== password) {
      return 'refusedPassword'
    }
    if (entries.length > limits.imagesPerRegistration) return 'tooManyImages'

    const names = new Map<string, string>()
    for (const { digest, name } of entries) {
      if (!names.has(digest.toLowerCase())) names.set(digest.toLowerCase(), name)
    }
    const next = withList(this.#state, owner, registered?.digests ?? [], names)
    if (word === 'END') next.registrations.delete(owner)
    else next.registrations.set(owner, { password, digests: [...names.keys()] })

    if (next.images.size > limits.images) return 'tooManyImages'
    if (holdingsOf(next) > limits.holdings) return 'tooManyImages'
    let nameBytes = 0
    for (const { name } of next.images.values()) nameBytes += Buffer.byteLength(name)
    if (nameBytes > limits.nameBytes) return 'tooManyImages'
    this.#state = next
    return 'done'
  }

  listing(asker: 'ipv4' | 'ipv6'): string {
    const { images } = this.#state
    let listing = ''
    for (const [digest, { name, owners }] of images) {
      const ipv4 = owners.filter(isIPv4Owner)
      if (asker === 'ipv4' && ipv4.length === 0) continue
      const listed = asker === 'ipv4' ? ipv4 : [...ipv4, ...owners.filter(owner => !isIPv4Owner(owner))]
      const entry = [digest, name, ...listed.slice(0, LISTED_OWNERS)].join(',')
      const longer = listing === '' ? entry : `${listing};${entry}`
      if (Buffer.byteLength(longer) > LISTING_BYTES) break
      listing = longer
    }
    return listing
  }
}

/** `state` with the images in `names` as the list of `owner`, in place of those in `before`. */
function withList(
  state: State,
  owner: string,
  before: readonly string[],
  names: ReadonlyMap<string, string>,
): State {
  const images = new Map(state.images)
  for (const digest of before) {
    if (names.has(digest)) continue
    const { name = '', owners = [] } = images.get(digest) ?? {}
    const others = owners.filter(other => other !== owner)
    if (others.length > 0) images.set(digest, { name, owners: others })
    else images.delete(digest)
  }
  for (const [digest, name] of names) {
    const image = images.get(digest)
    if (image === undefined) images.set(digest, { name, owners: [owner] })
    else if (!before.includes(digest)) images.set(digest, { ...image, owners: [...image.owners, owner] })
  }
  return { registrations: new Map(state.registrations), images }
}

function holdingsOf(state: State): number {
  let count = 0
  for (const { owners } of state.images.values()) count += owners.length
  return count
}

function isIPv4(address: string): boolean {
  return !address.includes(':')
}

function isIPv4Owner(owner: string): boolean {
  return !owner.startsWith('[')
}
