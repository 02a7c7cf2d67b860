/**
 * Names of pictures as they lie on people's computers: what cameras, phones and chat programs call them, and what people do,
 * in several languages, with the dates and counters that go with it. The same peer always has the same pictures.
 */
import type { Random } from '../../src/demo/random.ts'
import { LANGUAGES, type Language } from './vocabulary.ts'

/** One picture as far as its name goes. */
interface Shot {
  /** The camera's counter, and which one of its occasion it is, from 1 on. */
  readonly counter: number
  readonly ordinal: number
  readonly taken: Date
  readonly random: Random
}

/** Where, when and of whom somebody took some pictures. */
export interface Occasion {
  readonly subject: string
  readonly place: string
  readonly person: string
  /** The family name of who takes them: of few people, each has one of thousands. */
  readonly family: string
  readonly year: number
  readonly month: number
}

type Naming = (shot: Shot, occasion: Occasion) => string

/** What devices call a picture. */
const DEVICE_NAMES: readonly Naming[] = [
  ({ counter }) => `IMG_${padded(counter, 4)}.JPG`,
  ({ counter }) => `DSC_${padded(counter, 4)}.jpg`,
  ({ counter }) => `DSC${padded(counter, 5)}.JPG`,
  ({ counter }) => `P${padded((counter % 12) + 1, 1)}${padded(counter % 999_999, 6)}.JPG`,
  ({ counter }) => `_MG_${padded(counter, 4)}.tif`,
  ({ counter }) => `GOPR${padded(counter, 4)}.JPG`,
  ({ counter }) => `DJI_${padded(counter, 4)}.JPG`,
  ({ counter }) => `IMG_${padded(counter, 4)}.HEIC`,
  ({ taken }) => `IMG_${day(taken)}_${time(taken)}.jpg`,
  ({ taken, random }) => `PXL_${day(taken)}_${time(taken)}${padded(random() * 1000, 3)}.jpg`,
  ({ taken }) => `${day(taken)}_${time(taken)}.jpg`,
  ({ taken, ordinal }) => `IMG-${day(taken)}-WA${padded(ordinal, 4)}.jpg`,
  ({ taken }) => `WhatsApp Image ${dashed(taken)} at ${spread(taken, '.')}.jpeg`,
  ({ taken }) => `signal-${dashed(taken)}-${time(taken)}.webp`,
  ({ taken }) => `Screenshot_${day(taken)}-${time(taken)}.png`,
  ({ taken }) => `Foto ${dashed(taken).split('-').reverse().join('.')}, ${spread(taken, ' ')}.jpg`,
]

/** What people call one, or have it called by the folder that it lay in. */
const OWN_NAMES: readonly Naming[] = [
  ({ ordinal }, { subject, place }) => `${subject} ${place} ${ordinal}.jpg`,
  ({ ordinal }, { subject, year }) => `${subject}_${year}_${padded(ordinal, 3)}.jpg`,
  ({ ordinal }, { person, place }) => `${person} - ${place} (${ordinal}).jpg`,
  ({ counter }, { subject, year, month }) =>
    `${year}-${padded(month, 2)} ${subject} - IMG_${padded(counter, 4)}.JPG`,
  ({ ordinal }, { place, family }) =>
    `${place.toLowerCase().replaceAll(' ', '-')}-${family.toLowerCase()}-${ordinal}.jpg`,
  ({ ordinal }, { family, person, subject }) => `${subject} ${person} ${family} ${ordinal}.png`,
  ({ counter }, { place, year }) => `${place} ${year}/DSC_${padded(counter, 4)}.jpg`,
]

/** Of ten occasions, those whose pictures were named by people. */
const OWN_NAMES_OF_TEN = 5

/** How somebody names the pictures of one occasion. */
export function namingOf(random: Random): Naming {
  const names = random() * 10 < OWN_NAMES_OF_TEN ? OWN_NAMES : DEVICE_NAMES
  return pick(names, random)
}

/** An occasion of somebody who speaks `language`. */
export function makeOccasion(language: Language, family: string, random: Random): Occasion {
  return {
    subject: pick(language.subjects, random),
    place: pick(language.places, random),
    person: pick(language.people, random),
    family,
    year: 2004 + Math.floor(random() * 22),
    month: 1 + Math.floor(random() * 12),
  }
}

export function pickLanguage(random: Random): Language {
  return pick(LANGUAGES, random)
}

const SYLLABLES =
  'ba be bo da di ga gu ka ke ki la lo ma mi mo na no pa pe ra ri ro sa si ta to va ve wa yo za zu'.split(' ')

/** A family name of four syllables: one of a million, so that a search for it finds one peer's pictures or a few peers'. */
export function familyName(random: Random): string {
  const name = Array.from({ length: 4 }, () => pick(SYLLABLES, random)).join('')
  return name.charAt(0).toUpperCase() + name.slice(1)
}

/** One of `from`, which has at least one. */
export function pick<Item>(from: readonly Item[], random: Random): Item {
  const item = from[Math.floor(random() * from.length)]
  if (item === undefined) throw new RangeError('nothing to pick from')
  return item
}

function padded(value: number, digits: number): string {
  return String(Math.floor(value)).padStart(digits, '0')
}

/** 20190714 */
function day(taken: Date): string {
  return dashed(taken).replaceAll('-', '')
}

/** 2019-07-14 */
function dashed(taken: Date): string {
  return taken.toISOString().slice(0, 10)
}

/** 183012 */
function time(taken: Date): string {
  return spread(taken, '')
}

/** Hours, minutes and seconds with `between` between them. */
function spread(taken: Date, between: string): string {
  return taken.toISOString().slice(11, 19).replaceAll(':', between)
}
