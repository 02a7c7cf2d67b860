import { english, type Texts } from './english.ts'
import { portuguese } from './portuguese.ts'
import { spanish } from './spanish.ts'

export type { Texts } from './english.ts'

/** The page's languages, by their ISO 639-1 code. */
export const pageLanguages = { en: english, pt: portuguese, es: spanish } as const satisfies Record<
  string,
  Texts
>

/** The first of somebody's languages that the page has; English where it has none. */
export function textsFor(languages: readonly string[]): Texts {
  for (const language of languages) {
    const code = language.toLowerCase().split('-')[0] ?? ''
    if (code === 'en' || code === 'pt' || code === 'es') return pageLanguages[code]
  }
  return pageLanguages.en
}

/** Bytes in a person's unit. */
export function sizeText(bytes: number, { byteUnits, locale }: Texts): string {
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < byteUnits.length - 1) {
    value /= 1000
    unit += 1
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1
  return `${value.toLocaleString(locale, { maximumFractionDigits: digits })} ${byteUnits[unit] ?? ''}`
}

/** A camera's own clock, whose time zone nobody knows: as it was shown there. */
export function takenText(seconds: number, { locale }: Texts): string {
  const date = new Date(seconds * 1000)
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }).format(
    date,
  )
}
