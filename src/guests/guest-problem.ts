/** What a guest's request can be refused for, with its status (RFC 9110; 507: RFC 4918; 421 and 429: RFC 9110, 6585). */
const GUEST_PROBLEMS = {
  badName: 400,
  foreignOrigin: 403,
  uploadsOff: 403,
  notFound: 404,
  wrongMethod: 405,
  lengthMissing: 411,
  tooLarge: 413,
  noPicture: 415,
  wrongHost: 421,
  tooMany: 429,
  failed: 500,
  busy: 503,
  diskFull: 507,
} as const
export type GuestProblemCode = keyof typeof GUEST_PROBLEMS

/** A request that is refused. */
export class GuestProblem extends Error {
  override readonly name = 'GuestProblem'
  readonly code: GuestProblemCode

  constructor(code: GuestProblemCode, options?: ErrorOptions) {
    super(code, options)
    this.code = code
  }

  get status(): number {
    return GUEST_PROBLEMS[this.code]
  }
}
