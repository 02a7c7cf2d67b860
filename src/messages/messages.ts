import { english, type Messages } from './english.ts'
import { portuguese } from './portuguese.ts'

export type { Messages } from './english.ts'

/** The languages there are, by their ISO 639-1 code. */
export const languages = { en: english, pt: portuguese } as const satisfies Record<string, Messages>
export type Language = keyof typeof languages

/** The language of a locale such as `pt_BR.UTF-8`, `pt-PT` or `en`; English for every other. */
export function languageOf(locale: string): Language {
  return /^pt\b|^pt_/i.test(locale) ? 'pt' : 'en'
}

/** The system's language: POSIX's variables in their order of precedence, then what the system told JavaScript. */
export function systemLanguage(environment: Readonly<Record<string, string | undefined>>): Language {
  const posix = environment['LC_ALL'] || environment['LC_MESSAGES'] || environment['LANG']
  return languageOf(posix || Intl.DateTimeFormat().resolvedOptions().locale)
}
