import type { Image } from '../../src/protocol/catalog-api.ts'
import { Reply } from '../../src/protocol/index-reply.ts'
import { FIELD_BUFFER_BYTES } from '../../src/protocol/limits.ts'
import { SHARED } from './crash-images.ts'
import type { CrashPeer } from './crash-peer.ts'
import type { ShownCatalog } from './read-catalog.ts'
import { effectOf, type HeldImage, isPossible, isSame, type RegistrationState } from './registration-state.ts'

/** Whether the server has a registration under a password, by renewing it: its images then, `undefined` where it has not. */
export type RenewRegistration = (peer: CrashPeer, password: string) => Promise<boolean>

/** What became of a request that nobody answered. */
export type Fate = 'kept' | 'lost' | 'partly' | 'changesNothing'

/** What is found after a restart. */
export interface CatalogCheck {
  /** Sentences; none where all is as it has to be. */
  readonly violations: readonly string[]
  readonly fates: readonly Fate[]
  /** What was compared. */
  readonly registrations: number
  readonly holdings: number
}

/**
 * Holds what a restarted server shows against what each peer sent and what was acknowledged to it; the peers go on from
 * what is there.
 */
export async function checkCatalog(
  peers: readonly CrashPeer[],
  shown: ShownCatalog,
  renew: RenewRegistration,
): Promise<CatalogCheck> {
  const violations = checkFronts(shown)
  const fates: Fate[] = []
  const imagesByOwner = groupByOwner(shown.images)
  let registrations = 0
  for (const peer of peers) {
    const images = imagesByOwner.get(peer.owner) ?? new Map<string, HeldImage>()
    imagesByOwner.delete(peer.owner)
    let observed: RegistrationState
    for (const password of peer.passwords) {
      if (observed === undefined && (await renew(peer, password))) observed = { password, images }
    }
    if (observed === undefined && images.size > 0) {
      violations.push(`${peer.owner}: ${images.size} images are listed, and its password is not taken`)
    } else if (!isPossible(peer.state, peer.unanswered, observed)) {
      violations.push(describeViolation(peer, observed))
    }
    const fate = fateOf(peer, observed)
    if (fate !== undefined) fates.push(fate)
    if (observed !== undefined) registrations += 1
    peer.adopt(observed)
  }
  for (const [owner, images] of imagesByOwner) {
    violations.push(`${owner} is listed with ${images.size} images and never registered`)
  }
  const holdings = shown.images.reduce((sum, { owners }) => sum + owners.length, 0)
  const { counts } = shown
  for (const [name, counted, found] of [
    ['registrations', counts.registrations, registrations],
    ['images', counts.images, shown.images.length],
    ['holdings', counts.holdings, holdings],
  ] as const) {
    if (counted !== found) violations.push(`${counted} ${name} are counted, and ${found} are there`)
  }
  return { violations, fates, registrations, holdings }
}

/** Whether both fronts show the same, and of each image what was sent. */
function checkFronts({ images, listing, health }: ShownCatalog): string[] {
  const violations: string[] = []
  if (health !== 'ok') violations.push(`/healthz says ${health}`)
  const digests = new Set(images.map(({ md5 }) => md5))
  if (digests.size !== images.length) violations.push('an image is on two pages')
  for (const { md5, name, owners, ownerCount } of images) {
    if (owners.length !== ownerCount) violations.push(`${md5}: ${ownerCount} owners, ${owners.length} shown`)
    const shared = SHARED.get(md5)
    if (shared !== undefined && shared.name !== name) violations.push(`${md5} is called “${name}”`)
    if (shared === undefined && owners.length > 1)
      violations.push(`${md5} has ${owners.length} owners, not one`)
  }
  if (listing !== expectedListing(images)) violations.push('LST shows something else than the API')
  return violations
}

/** The answer to LST that shows these images, which are in its order: as many whole entries as fit. */
function expectedListing(images: readonly Image[]): string {
  if (images.length === 0) return Reply.nothingListed
  let listing = ''
  for (const { md5, name, owners } of images) {
    const longer = `${listing}${listing === '' ? '' : ';'}${[md5, name, ...owners].join(',')}`
    if (Buffer.byteLength(longer) > FIELD_BUFFER_BYTES) break
    listing = longer
  }
  return listing
}

function groupByOwner(images: readonly Image[]): Map<string, Map<string, HeldImage>> {
  const byOwner = new Map<string, Map<string, HeldImage>>()
  for (const { md5, name, owners, ownerCount: _, disputed: __, ...details } of images) {
    for (const owner of owners) {
      const held = byOwner.get(owner) ?? new Map<string, HeldImage>()
      byOwner.set(owner, held.set(md5, { name, details }))
    }
  }
  return byOwner
}

function fateOf({ state, unanswered }: CrashPeer, observed: RegistrationState): Fate | undefined {
  if (unanswered === undefined) return undefined
  const { after } = effectOf(state, unanswered)
  if (isSame(state, after)) return 'changesNothing'
  if (isSame(after, observed)) return 'kept'
  return isSame(state, observed) ? 'lost' : 'partly'
}

function describeViolation({ owner, state, unanswered }: CrashPeer, observed: RegistrationState): string {
  const inWords = (one: RegistrationState) =>
    one === undefined ? 'no registration' : `${one.images.size} images`
  const expected = state?.images ?? new Map<string, HeldImage>()
  const found = observed?.images ?? new Map<string, HeldImage>()
  const missing = [...expected.keys()].filter(digest => !found.has(digest))
  const extra = [...found.keys()].filter(digest => !expected.has(digest))
  const other = [...found].filter(
    ([digest, image]) =>
      expected.has(digest) && JSON.stringify(expected.get(digest)) !== JSON.stringify(image),
  )
  const [[digest, image] = []] = other
  return [
    `${owner}: acknowledged were ${inWords(state)}, there are ${inWords(observed)}`,
    `${missing.length} missing, ${extra.length} too many, ${other.length} described otherwise`,
    ...(digest === undefined
      ? []
      : [`such as ${JSON.stringify(expected.get(digest))} as ${JSON.stringify(image)}`]),
    unanswered === undefined ? 'nothing was under way' : `under way was ${unanswered.kind}`,
  ].join('; ')
}
