import { createRandom, type Random } from '../../src/demo/random.ts'
import type { ImageQuery } from '../../src/protocol/catalog-api.ts'
import { pick } from './photo-names.ts'
import { familyOf } from './photos.ts'
import { LANGUAGES, type Language } from './vocabulary.ts'

/** One thing that somebody looks for. */
export interface SearchCase {
  /** What kind of search it is, as the report names it. */
  readonly kind: string
  readonly query: ImageQuery
  /** Pages that are turned after the first one. */
  readonly furtherPages: number
}

type Kind = (random: Random, peers: number) => ImageQuery

const ALL_FORMATS = ['jpeg', 'png', 'heif', 'webp', 'png,webp', 'tiff']
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'.split('')
const SORTS = ['name', 'size', 'owners'] as const

/** Every kind of search, each as often as every other one. */
const KINDS: Readonly<Record<string, Kind>> = {
  'a rare word': (random, peers) => ({ search: familyOf(Math.floor(random() * peers)) }),
  'a common word': random => ({ search: word(random) }),
  'two words': random => {
    const { subjects, places, people } = pick(LANGUAGES, random)
    return { search: `${pick(subjects, random)} ${pick(random() < 0.5 ? places : people, random)}` }
  },
  'a word and a year': random => ({ search: `${word(random)} ${year(random)}` }),
  digits: random => ({ search: String(Math.floor(random() * 10 ** pick([3, 4, 5], random))) }),
  'a date': random => ({
    search: `${year(random)}${two(1 + random() * 12)}${two(1 + random() * 28)}`,
  }),
  'no such word': (random, peers) => ({ search: `${familyOf(Math.floor(random() * peers))}xq` }),
  'one letter': random => ({ search: pick(LETTERS, random) }),
  'two letters': random => ({ search: pick(LETTERS, random) + pick(LETTERS, random) }),
  accents: random => ({ search: accented(random) }),
  filters: random => ({
    ...filters(random),
    ...(random() < 0.5 && { search: word(random) }),
  }),
  'a sort, with a word': random => ({ search: word(random), sort: pick(SORTS, random) }),
  'a sort of everything': random => ({ sort: pick(SORTS, random) }),
  'later pages': random => ({
    ...(random() < 0.7 && { search: word(random) }),
    ...(random() < 0.5 && { sort: pick(SORTS, random) }),
  }),
}

export const SEARCH_KINDS: readonly string[] = Object.keys(KINDS)

/** Pages that follow the first one where later pages are looked at. */
const FURTHER_PAGES = 4

/** `count` searches of all kinds in turn, the same for the same seed, in a catalog of so many peers' pictures. */
export function searchMix(count: number, seed: number, peers: number): SearchCase[] {
  const random = createRandom(seed)
  const kinds = Object.entries(KINDS)
  return Array.from({ length: count }, (_, index) => {
    const [kind, make] = kinds[index % kinds.length] ?? ['', () => ({})]
    return { kind, query: make(random, peers), furtherPages: kind === 'later pages' ? FURTHER_PAGES : 0 }
  })
}

/** A query as it stands in an address. */
export function parametersOf(query: ImageQuery): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) parameters.set(name, String(value))
  return parameters.toString()
}

/** One of the words that many names hold. */
function word(random: Random): string {
  const names = pick(Object.values(pick(LANGUAGES, random)) as Language[keyof Language][], random)
  return pick(pick(names, random).split(' '), random)
}

/** A word with letters beyond ASCII, as often without its accents as with them. */
function accented(random: Random): string {
  const words = Object.values(pick(LANGUAGES, random)).flat() as string[]
  const found = words.filter(text => /[^\p{ASCII}’]/u.test(text))
  const text = found.length === 0 ? 'Chloé' : pick(found, random)
  return random() < 0.5 ? text : text.normalize('NFKD').replace(/\p{M}/gu, '')
}

function filters(random: Random): ImageQuery {
  switch (Math.floor(random() * 4)) {
    case 0:
      return { format: pick(ALL_FORMATS, random) }
    case 1:
      return { minBytes: Math.floor(random() * 12e6) }
    case 2:
      return { minWidth: 4000, orientation: 'portrait' }
    default:
      return { orientation: 'square', maxBytes: 200_000 }
  }
}

function year(random: Random): number {
  return 2004 + Math.floor(random() * 22)
}

function two(value: number): string {
  return String(Math.floor(value)).padStart(2, '0')
}
