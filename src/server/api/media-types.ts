/**
 * Whether an Accept header (RFC 9110 section 12.5.1) allows `mediaType`. The most specific range decides; of the weights
 * only 0 counts, which forbids.
 */
export function accepts(accept: string | undefined, mediaType: string): boolean {
  if (accept === undefined || accept.trim() === '') return true
  const [type = ''] = mediaType.split('/')
  const ranges = accept.split(',').map(parseRange)
  for (const wanted of [mediaType, `${type}/*`, '*/*']) {
    const matching = ranges.filter(({ range }) => range === wanted)
    if (matching.length > 0) return matching.some(({ isForbidden }) => !isForbidden)
  }
  return false
}

function parseRange(text: string): { readonly range: string; readonly isForbidden: boolean } {
  const [range = '', ...parameters] = text.split(';').map(part => part.trim().toLowerCase())
  return { range, isForbidden: parameters.some(parameter => /^q *= *0(?:\.0{0,3})?$/.test(parameter)) }
}
