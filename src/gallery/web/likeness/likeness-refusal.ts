/** Why it is not known how a picture looks. */
export type LikenessRefusal = 'notPicture' | 'nothingToSee' | 'tooLarge' | 'busy' | 'failed'

/** What each answer says of it. */
const REFUSALS: Readonly<Record<number, LikenessRefusal>> = {
  413: 'tooLarge',
  415: 'notPicture',
  422: 'nothingToSee',
  503: 'busy',
}

/** Why the peer answered with a status; none is of a peer, or a file, that is not there. */
export function likenessRefusalOf(status: number | undefined): LikenessRefusal {
  return REFUSALS[status ?? 0] ?? 'failed'
}
