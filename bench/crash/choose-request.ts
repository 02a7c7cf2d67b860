import type { Random } from '../../src/demo/random.ts'
import type { ImageEntry } from '../../src/protocol/catalog-api.ts'
import { chooseSharedImage, OWN_IMAGES, ownImage } from './crash-images.ts'
import type { CrashRequest, RequestKind } from './crash-request.ts'
import type { RegistrationState } from './registration-state.ts'

/** How often each request is chosen, in parts of the whole, of one that is not registered and of one that is. */
const WEIGHTS = {
  unregistered: { REG: 50, put: 30, UPD: 5, END: 5, ALV: 3, post: 3, removals: 1, lease: 2, delete: 1 },
  registered: { UPD: 28, REG: 6, END: 4, ALV: 10, put: 8, post: 18, removals: 14, lease: 8, delete: 4 },
} as const satisfies Record<string, Record<RequestKind, number>>

/** One request in so many has a password that is not the registration's. */
const WRONG_PASSWORD_ONE_IN = 25

/** Entries of a list: most are short, some as long as is read in several parts. */
const LENGTHS = { datagram: [1, 40, 400], api: [1, 150, 1500] } as const
/** One list in so many is long. */
const LONG_ONE_IN = 12

/** The next request about the registration that is named `owner` and stands so. */
export function chooseRequest(owner: string, state: RegistrationState, random: Random): CrashRequest {
  const kind = chooseKind(state === undefined ? WEIGHTS.unregistered : WEIGHTS.registered, random)
  const isWrong = state !== undefined && random() * WRONG_PASSWORD_ONE_IN < 1
  // After an end another password is as good.
  const password = state === undefined || isWrong ? newPassword(random) : state.password
  switch (kind) {
    case 'REG':
    case 'UPD':
      return { kind, password, entries: chooseEntries(owner, LENGTHS.datagram, random) }
    case 'put':
    case 'post':
      return { kind, password, entries: chooseEntries(owner, LENGTHS.api, random) }
    case 'removals':
      return { kind, password, digests: chooseDigests(owner, state, random) }
    case 'END':
    case 'ALV':
    case 'lease':
    case 'delete':
      return { kind, password }
    default:
      return kind satisfies never
  }
}

function chooseKind(weights: Readonly<Record<RequestKind, number>>, random: Random): RequestKind {
  const all = Object.entries(weights) as [RequestKind, number][]
  let left = random() * all.reduce((sum, [, weight]) => sum + weight, 0)
  for (const [kind, weight] of all) {
    left -= weight
    if (left < 0) return kind
  }
  return 'ALV'
}

function newPassword(random: Random): string {
  return `pw-${Math.floor(random() * 2 ** 32).toString(36)}`
}

function chooseEntries(
  owner: string,
  [least, most, longest]: readonly [number, number, number],
  random: Random,
): ImageEntry[] {
  const upTo = random() * LONG_ONE_IN < 1 ? longest : most
  const count = least + Math.floor(random() * upTo)
  const entries = new Map<string, ImageEntry>()
  while (entries.size < count) {
    const isShared = random() < 0.1 && entries.size < most
    const entry = isShared
      ? chooseSharedImage(random)
      : ownImage(owner, Math.floor(random() * OWN_IMAGES), random)
    if (!entries.has(entry.md5)) entries.set(entry.md5, entry)
    else if (isShared) break
  }
  return [...entries.values()]
}

/** Some of those that are held, and some that are not. */
function chooseDigests(owner: string, state: RegistrationState, random: Random): string[] {
  const part = random()
  const held = [...(state?.images.keys() ?? [])].filter(() => random() < part)
  return [...held, ownImage(owner, Math.floor(random() * OWN_IMAGES), random).md5]
}
