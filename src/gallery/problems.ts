/** What the gallery's API refuses, or cannot do, and with which status. */
const PROBLEMS = {
  badRequest: { status: 400, title: 'The request is not as the description says' },
  notAdmitted: { status: 401, title: 'Open the gallery by the address that the program printed' },
  foreignHost: { status: 403, title: 'This is not the address of the gallery' },
  foreignOrigin: { status: 403, title: 'Another page asked for this' },
  tokenInUrl: { status: 403, title: 'The token must not stand in a URL' },
  notFound: { status: 404, title: 'There is nothing here' },
  noSuchPicture: { status: 404, title: 'Nobody has such a picture' },
  noPreview: { status: 404, title: 'No preview of the picture is to be had' },
  noOriginal: { status: 404, title: 'The picture itself is not to be had, or cannot be shown' },
  nameRefused: { status: 400, title: 'No file can have that name' },
  sizeMissing: { status: 411, title: 'A file is sent as application/octet-stream with its length' },
  nothingToSee: { status: 422, title: 'There is nothing to see on the picture' },
  pictureTooLarge: { status: 413, title: 'The picture is larger than what is decoded' },
  decoderBusy: { status: 503, title: 'Pictures cannot be looked at now; another time they may' },
  notPicture: { status: 415, title: 'It is no picture of a known format' },
  tooManyFiles: { status: 503, title: 'Too many files arrive at once' },
  diskFull: { status: 507, title: 'The disk has no room for it' },
  cannotSave: { status: 500, title: 'It could not be saved' },
  notKept: { status: 500, title: 'It holds until the program ends: it could not be written down' },
  tooManyWatchers: { status: 503, title: 'Too many pages are open' },
  serverUnavailable: { status: 502, title: 'The index server did not answer' },
  internalError: { status: 500, title: 'Something is wrong with the gallery' },
} as const
export type GalleryProblemCode = keyof typeof PROBLEMS

/** Media type of a problem (RFC 9457). */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json'

/** Thrown to answer with a problem. */
export class GalleryProblem extends Error {
  readonly code: GalleryProblemCode
  readonly detail: string

  constructor(code: GalleryProblemCode, detail = '') {
    super(code)
    this.name = 'GalleryProblem'
    this.code = code
    this.detail = detail
  }

  get status(): number {
    return PROBLEMS[this.code].status
  }

  /** As it is answered. */
  toJSON(): object {
    const { status, title } = PROBLEMS[this.code]
    const detail = this.detail === '' ? {} : { detail: this.detail }
    return { type: `urn:imagep2p:problem:${this.code}`, title, status, ...detail }
  }
}
