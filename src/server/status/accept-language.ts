import { type Language, languageOf, languages } from '../../messages/messages.ts'

/** Preferences that are looked at: a browser sends a handful, and the header may hold thousands. */
const MAX_PREFERENCES = 16

/** The language that suits an `Accept-Language` header best (RFC 9110, 12.5.4); English where none does. */
export function acceptedLanguage(header: string | undefined): Language {
  let best: Language = 'en'
  let bestQuality = 0
  for (const preference of (header ?? '').split(',', MAX_PREFERENCES)) {
    const [tag = '', ...parameters] = preference.split(';').map(part => part.trim())
    const language = spokenAs(tag)
    const quality = qualityIn(parameters)
    if (language === undefined || !(quality > bestQuality)) continue
    best = language
    bestQuality = quality
  }
  return best
}

function spokenAs(tag: string): Language | undefined {
  if (tag === '*') return 'en'
  const language = languageOf(tag)
  return tag.toLowerCase().split('-')[0] === language && language in languages ? language : undefined
}

function qualityIn(parameters: readonly string[]): number {
  const quality = parameters.find(parameter => /^q=/i.test(parameter))
  return quality === undefined ? 1 : Number(quality.slice(2))
}
