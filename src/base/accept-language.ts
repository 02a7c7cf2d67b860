/** Preferences that are looked at: a browser sends a handful, and the header may hold thousands. */
const MAX_PREFERENCES = 16

/** Which of the `offered` languages suits an `Accept-Language` header best (RFC 9110, 12.5.4); the first where none does. */
export function bestLanguage<Language extends string>(
  header: string | undefined,
  offered: readonly [Language, ...Language[]],
): Language {
  let best = offered[0]
  let bestQuality = 0
  for (const preference of (header ?? '').split(',', MAX_PREFERENCES)) {
    const [tag = '', ...parameters] = preference.split(';').map(part => part.trim())
    const primary = tag.toLowerCase().split('-')[0]
    const language = tag === '*' ? offered[0] : offered.find(each => each === primary)
    const quality = qualityIn(parameters)
    if (language === undefined || !(quality > bestQuality)) continue
    best = language
    bestQuality = quality
  }
  return best
}

function qualityIn(parameters: readonly string[]): number {
  const quality = parameters.find(parameter => /^q=/i.test(parameter))
  return quality === undefined ? 1 : Number(quality.slice(2))
}
