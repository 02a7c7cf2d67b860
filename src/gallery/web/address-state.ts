import { LIKENESS_PATTERN } from '../../protocol/likeness.ts'
import type { PictureQuery } from '../gallery-shapes.ts'

/** What the page shows, as its address says it: everything but what a person selected. */
export interface AddressState {
  readonly query: WallQuery
  /** MD5 of the picture that is open. */
  readonly picture: string | undefined
  /** What is open above the wall: what the person shares, or what the wall shows, large and by itself. */
  readonly view?: 'sharing' | 'projector'
}

/** The part of a query that a person chooses. */
export type WallQuery = Omit<PictureQuery, 'cursor' | 'limit' | 'offset' | 'count'> & {
  /** Near copies are shown each by itself. */
  readonly copies?: 'all'
}

const TEXTS = [
  ...(['search', 'format', 'orientation', 'sort', 'holding', 'owner'] as const),
  ...(['like', 'likeOf', 'copies'] as const),
] as const
const NUMBERS = ['minBytes', 'maxBytes', 'minWidth', 'minHeight'] as const
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  orientation: ['landscape', 'portrait', 'square'],
  sort: ['newest', 'name', 'size', 'owners', 'taken'],
  holding: ['mine', 'missing'],
  copies: ['all'],
}
const PATTERNS: Readonly<Record<string, RegExp>> = {
  format: /^[a-z0-9]{1,8}(,[a-z0-9]{1,8}){0,15}$/,
  owner: /^([0-9.]{7,15}|\[[0-9a-fA-F:.]{2,45}\]):[0-9]{1,5}$/,
  like: new RegExp(LIKENESS_PATTERN),
  likeOf: /^[0-9a-f]{32}$/,
}

/**
 * Reads the fragment of the page's address, which browsers keep to themselves. What is not understood is left out: an
 * address may come from anywhere.
 */
export function readAddress(fragment: string): AddressState {
  const parameters = new URLSearchParams(fragment.replace(/^#/, ''))
  const query: Record<string, string | number> = {}
  for (const name of TEXTS) {
    const text = parameters.get(name)?.slice(0, 200)
    const isMeant = CHOICES[name]?.includes(text ?? '') ?? PATTERNS[name]?.test(text ?? '') ?? true
    if (text && isMeant) query[name] = text
  }
  for (const name of NUMBERS) {
    const text = parameters.get(name) ?? ''
    if (/^[1-9][0-9]{0,14}$/.test(text)) query[name] = Number(text)
  }
  if (query['like'] === undefined) delete query['likeOf']
  const picture = parameters.get('picture') ?? ''
  const view = parameters.get('view')
  return {
    query: query as WallQuery,
    picture: /^[0-9a-f]{32}$/.test(picture) ? picture : undefined,
    ...(view === 'sharing' || view === 'projector' ? { view } : {}),
  }
}

/** The fragment that {@link readAddress} reads the same again; empty where nothing is chosen. */
export function writeAddress({ query, picture, view }: AddressState): string {
  const parameters = new URLSearchParams()
  for (const name of [...TEXTS, ...NUMBERS]) {
    const value = query[name]
    if (value !== undefined && value !== '') parameters.set(name, String(value))
  }
  if (picture !== undefined) parameters.set('picture', picture)
  if (view !== undefined) parameters.set('view', view)
  return parameters.size === 0 ? '' : `#${parameters}`
}

/** Whether near copies are shown as one: whoever looks for what is alike wants to see each. */
export function foldsCopies({ like, copies }: WallQuery): boolean {
  return like === undefined && copies === undefined
}

/** The token of an address as the program prints it. */
export function tokenOf(fragment: string): string | undefined {
  return new URLSearchParams(fragment.replace(/^#/, '')).get('token') ?? undefined
}
