import { isDeepStrictEqual } from 'node:util'
import type { ImageEntry } from '../../src/protocol/catalog-api.ts'
import type { ImageDetails } from '../../src/protocol/image-details.ts'
import { detailsOf, SHARED } from './crash-images.ts'
import type { CrashRequest } from './crash-request.ts'

/** An image of a list, as the server shows it. */
export interface HeldImage {
  readonly name: string
  readonly details: ImageDetails
}

/** One registration, as it has to stand after what was sent; `undefined` where there is none. */
export type RegistrationState =
  | { readonly password: string; readonly images: ReadonlyMap<string, HeldImage> }
  | undefined

/** What has to come of a request: whether it is refused, and how the registration stands then. */
export function effectOf(
  state: RegistrationState,
  request: CrashRequest,
): { readonly isRefused: boolean; readonly after: RegistrationState } {
  const { kind, password } = request
  const isMade = kind === 'REG' || kind === 'put'
  if (state === undefined ? !isMade : state.password !== password) return { isRefused: true, after: state }
  return { isRefused: false, after: afterDone(state?.images ?? new Map(), request) }
}

/**
 * Whether `observed` can be what a server restarted after `before` was acknowledged: that, or where `unanswered` was under
 * way then, what it makes of it. The lists of the API are taken in parts, so a part of them may have been.
 */
export function isPossible(
  before: RegistrationState,
  unanswered: CrashRequest | undefined,
  observed: RegistrationState,
): boolean {
  if (isSame(before, observed)) return true
  if (unanswered === undefined) return false
  const { isRefused, after } = effectOf(before, unanswered)
  if (isRefused) return false
  if (isSame(after, observed)) return true
  if (observed?.password !== unanswered.password) return false
  return isOnTheWay(before?.images ?? new Map(), unanswered, observed.images)
}

/** Whether both are one, except that others may have described a shared image more than this registration did. */
export function isSame(expected: RegistrationState, observed: RegistrationState): boolean {
  if (expected === undefined || observed === undefined) return expected === observed
  return expected.password === observed.password && hasSameImages(expected.images, observed.images)
}

function afterDone(held: ReadonlyMap<string, HeldImage>, request: CrashRequest): RegistrationState {
  const { kind, password } = request
  switch (kind) {
    case 'REG':
    case 'UPD': {
      const images = new Map<string, HeldImage>()
      for (const { md5, name } of request.entries) images.set(md5, held.get(md5) ?? { name, details: {} })
      return { password, images }
    }
    case 'put': {
      const images = new Map<string, HeldImage>()
      for (const entry of request.entries) images.set(entry.md5, describedBy(held.get(entry.md5), entry))
      return { password, images }
    }
    case 'post': {
      const images = new Map(held)
      for (const entry of request.entries) images.set(entry.md5, describedBy(held.get(entry.md5), entry))
      return { password, images }
    }
    case 'removals': {
      const images = new Map(held)
      for (const digest of request.digests) images.delete(digest)
      return { password, images }
    }
    case 'ALV':
    case 'lease':
      return { password, images: held }
    case 'END':
    case 'delete':
      return undefined
    default:
      return kind satisfies never
  }
}

/** The name that came first stands; of what is said of it, what came last, for nobody else has it. */
function describedBy(known: HeldImage | undefined, entry: ImageEntry): HeldImage {
  return { name: known?.name ?? entry.name, details: { ...known?.details, ...detailsOf(entry) } }
}

/** Whether a list of the API that was taken in part can have left these images: the first so many of it, and for `put` then
 * all of it and still some of the others. */
function isOnTheWay(
  held: ReadonlyMap<string, HeldImage>,
  request: CrashRequest,
  observed: ReadonlyMap<string, HeldImage>,
): boolean {
  switch (request.kind) {
    case 'removals': {
      const images = new Map(held)
      return request.digests.some(digest => images.delete(digest) && hasSameImages(images, observed))
    }
    case 'put':
    case 'post': {
      const images = new Map(held)
      if (hasSameImages(images, observed)) return true
      for (const entry of request.entries) {
        images.set(entry.md5, describedBy(held.get(entry.md5), entry))
        if (hasSameImages(images, observed)) return true
      }
      if (request.kind === 'post') return false
      const named = new Set(request.entries.map(({ md5 }) => md5))
      for (const digest of held.keys()) if (!named.has(digest) && !observed.has(digest)) images.delete(digest)
      return hasSameImages(images, observed)
    }
    default:
      return false
  }
}

function hasSameImages(
  expected: ReadonlyMap<string, HeldImage>,
  observed: ReadonlyMap<string, HeldImage>,
): boolean {
  if (expected.size !== observed.size) return false
  for (const [digest, image] of expected) {
    const other = observed.get(digest)
    if (other === undefined || !isSameImage(digest, image, other)) return false
  }
  return true
}

function isSameImage(digest: string, expected: HeldImage, observed: HeldImage): boolean {
  if (expected.name !== observed.name) return false
  if (isDeepStrictEqual(expected.details, observed.details)) return true
  const shared = SHARED.get(digest)
  // Another of its owners may have described it: always in the same words.
  return (
    shared !== undefined &&
    Object.keys(expected.details).length === 0 &&
    isDeepStrictEqual(observed.details, detailsOf(shared))
  )
}
