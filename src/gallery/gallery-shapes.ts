import { ImageQuery } from '../protocol/catalog-api.ts'
import { LIKENESS_PATTERN } from '../protocol/likeness.ts'
import type { ShapeOf } from '../protocol/shape.ts'

/**
 * The shapes of the gallery's own API: what a peer tells the page that it serves on 127.0.0.1, and nobody else.
 *
 *     POST /api/session                       exchanges the page's token for a cookie: Admission
 *     GET  /api/summary                       -> Summary
 *     GET  /api/pictures                      a page of the network's pictures: PictureQuery -> PicturePage
 *     GET  /api/pictures/{md5}                one picture -> PictureDetails
 *     GET  /api/pictures/{md5}/preview?size=  a raster image
 *     GET  /api/pictures/{md5}/original       the picture itself, once it was checked
 *     GET  /api/pictures/{md5}/camera         -> Camera
 *     POST /api/likeness                      how the picture looks that is the body -> Likeness
 *     GET  /api/events                        server-sent events: `catalog` WallNews, `takings` Takings
 *     GET  /api/takings                       -> Takings
 *     POST /api/takings                       wants pictures in the folder: Wanted -> Takings
 *     GET  /api/takings/rows                  a stretch of them, in the order of the drawer: RowsQuery -> TakingRows
 *     GET  /api/takings/rates                 bytes per second over the last minutes -> TransferRates
 *     GET  /api/takings/matching              how much a query matches that is not there yet: MatchingQuery -> MatchingAmount
 *     POST /api/takings/matching              wants all of it: MatchingQuery -> MatchingTaken
 *     POST /api/takings/limits                TransferLimitsChange -> Takings
 *     POST /api/takings/wishes                pauses, resumes, cancels, retries, moves: TakingWish -> Takings
 */

/** Pictures wanted by one request, at most: what a person selects; all that a query matches is taken by MatchingQuery. */
const MAX_WANTED = 5000

/** Pictures that can be passed over at once: as many as a catalog holds. */
const MAX_WALL_OFFSET = 20_000_000

/** 32 hexadecimal digits. */
export const md5 = { type: 'string', pattern: '^[0-9a-f]{32}$' } as const
const count = { type: 'integer', minimum: 0 } as const

/** What admits a page: the token from its address. */
export const Admission = {
  type: 'object',
  required: ['token'],
  properties: { token: { type: 'string', maxLength: 100 } },
  additionalProperties: false,
} as const

/** Which picture. */
export const PictureReference = {
  type: 'object',
  required: ['md5'],
  properties: { md5 },
  additionalProperties: false,
} as const

/** How large a preview is wanted. */
export const PreviewQuery = {
  type: 'object',
  properties: {
    size: {
      type: 'integer',
      minimum: 1,
      maximum: 4096,
      default: 320,
      description: 'pixels of the longer side',
    },
  },
  additionalProperties: false,
} as const

/** What the wall shows, and in which order: the catalog's query, and what only this peer can tell. */
export const PictureQuery = {
  ...ImageQuery,
  properties: {
    ...ImageQuery.properties,
    holding: {
      type: 'string',
      enum: ['mine', 'missing'],
      description: 'only what the folder holds, or does not hold',
    },
    offset: {
      type: 'integer',
      minimum: 0,
      maximum: MAX_WALL_OFFSET,
      description: 'pictures to pass over from the beginning on; not with `holding`, nor with a cursor',
    },
    likeOf: {
      ...md5,
      description:
        'with `like`: the picture whose likeness it is, which comes first where it is in the network',
    },
  },
} as const
export type PictureQuery = ShapeOf<typeof PictureQuery>

const picture = {
  md5,
  name: { type: 'string', description: 'a stranger’s text' },
  bytes: count,
  width: count,
  height: count,
  format: { type: 'string' },
  taken: { type: 'integer', description: 'seconds since 1970 by the camera’s own clock' },
  placeholder: { type: 'string', description: 'a ThumbHash in base64' },
  ownerCount: count,
  isMine: { type: 'boolean', description: 'the folder holds it' },
  likeness: { type: 'string', description: 'how it looks, by which pictures like it are listed (`like`)' },
  copyHeld: {
    type: 'string',
    enum: ['smaller', 'same', 'larger', 'unknown'],
    description: 'the folder does not hold it, but a near copy of so many pixels; told where it is known',
  },
} as const

/** A picture of the wall. */
export const Picture = {
  type: 'object',
  required: ['md5', 'name', 'ownerCount', 'isMine'],
  properties: picture,
} as const
export type Picture = ShapeOf<typeof Picture>

/** How a picture looks, by which pictures like it are listed. */
export const Likeness = {
  type: 'object',
  required: ['md5', 'likeness'],
  properties: { md5, likeness: { type: 'string', pattern: LIKENESS_PATTERN } },
} as const
export type Likeness = ShapeOf<typeof Likeness>

/** One page of the wall. */
export const PicturePage = {
  type: 'object',
  required: ['pictures', 'notApplied'],
  properties: {
    pictures: { type: 'array', items: Picture },
    next: { type: 'string', description: 'the cursor of the page after this one; absent on the last' },
    total: { ...count, description: 'pictures that fit the query, where `count` asked and it can be told' },
    notApplied: {
      type: 'array',
      items: { type: 'string' },
      description: 'parts of the query that this index server cannot be asked',
    },
  },
} as const
export type PicturePage = ShapeOf<typeof PicturePage>

/** All that is known of one picture. */
export const PictureDetails = {
  type: 'object',
  required: [...Picture.required, 'owners', 'disputed'],
  properties: {
    ...picture,
    owners: { type: 'array', items: { type: 'string' } },
    sha256: { type: 'string' },
    disputed: { type: 'boolean', description: 'owners gave different SHA-256 for it' },
  },
} as const
export type PictureDetails = ShapeOf<typeof PictureDetails>

/** What a picture was taken by. */
export const Camera = {
  type: 'object',
  properties: {
    camera: {
      type: 'string',
      description: 'maker and model, a stranger’s text; absent where it does not say',
    },
  },
} as const
export type Camera = ShapeOf<typeof Camera>

/** What the page says of this peer. */
export const Summary = {
  type: 'object',
  required: ['server', 'folder', 'shared', 'port'],
  properties: {
    server: { type: 'string' },
    folder: { type: 'string', description: 'its name, without what it lies in' },
    shared: { ...count, description: 'pictures of the folder' },
    port: count,
    pictures: { ...count, description: 'pictures of the network; absent where the server does not say' },
  },
} as const
export type Summary = ShapeOf<typeof Summary>

/** Pictures to fetch into the folder. */
export const Wanted = {
  type: 'object',
  required: ['md5s'],
  properties: { md5s: { type: 'array', items: md5, minItems: 1, maxItems: MAX_WANTED } },
  additionalProperties: false,
} as const

/** How one wanted picture stands. */
export const Taking = {
  type: 'object',
  required: ['md5', 'name', 'state', 'received'],
  properties: {
    md5,
    name: { type: 'string' },
    state: { type: 'string', enum: ['waiting', 'running', 'paused', 'retrying', 'done', 'failed'] },
    received: { ...count, description: 'bytes so far' },
    bytes: count,
    owner: { type: 'string', description: 'who gave the last bytes' },
    bytesPerSecond: count,
  },
} as const
export type Taking = ShapeOf<typeof Taking>

/** Bytes per second, and large uploads at once; 0 for no limit but the program's own. */
const limits = {
  download: { ...count, maximum: 1e12 },
  upload: { ...count, maximum: 1e12 },
  uploadEach: { ...count, maximum: 1e12, description: 'to each address' },
  uploadSlots: { ...count, maximum: 1000, description: 'large uploads at once' },
} as const

/** Limits to set; what is not named stays. */
export const TransferLimitsChange = {
  type: 'object',
  properties: limits,
  additionalProperties: false,
} as const
export type TransferLimitsChange = ShapeOf<typeof TransferLimitsChange>

/** How everything that is wanted stands. */
export const Takings = {
  type: 'object',
  required: [
    ...['takings', 'total', 'waiting', 'running', 'paused', 'done', 'failed', 'isPaused', 'bytesPerSecond'],
    ...['sentPerSecond', 'limits'],
  ] as const,
  properties: {
    takings: { type: 'array', items: Taking, description: 'what is under way first; at most 200' },
    total: { ...count, description: 'rows of the drawer' },
    waiting: count,
    running: count,
    paused: count,
    done: { ...count, description: 'since something was wanted while nothing else was' },
    failed: count,
    isPaused: { type: 'boolean', description: 'everything is held up' },
    bytesPerSecond: { ...count, description: 'of all downloads' },
    sentPerSecond: { ...count, description: 'of all uploads' },
    limits: {
      type: 'object',
      required: ['download', 'upload', 'uploadEach', 'uploadSlots'],
      properties: limits,
    },
  },
} as const
export type Takings = ShapeOf<typeof Takings>

/** Rows of the drawer wanted by one request, at most: some screens. */
const MAX_ROWS = 200

/** Which rows. */
export const RowsQuery = {
  type: 'object',
  properties: {
    start: { ...count, default: 0 },
    limit: { type: 'integer', minimum: 1, maximum: MAX_ROWS, default: 50 },
  },
  additionalProperties: false,
} as const
export type RowsQuery = ShapeOf<typeof RowsQuery>

/** A stretch of the drawer's rows: what runs, what failed, what waits in its order, what is done. */
export const TakingRows = {
  type: 'object',
  required: ['start', 'total', 'rows'],
  properties: { start: count, total: count, rows: { type: 'array', items: Taking } },
} as const
export type TakingRows = ShapeOf<typeof TakingRows>

/** Bytes per second, the oldest first. */
export const TransferRates = {
  type: 'object',
  required: ['stepMs', 'steps', 'down', 'up'],
  properties: {
    stepMs: { ...count, description: 'milliseconds between two of them' },
    steps: { ...count, description: 'how many there are at most' },
    down: { type: 'array', items: count },
    up: { type: 'array', items: count },
  },
} as const
export type TransferRates = ShapeOf<typeof TransferRates>

const { cursor: _cursor, limit: _limit, ...matching } = PictureQuery.properties

/** What the wall shows, all of it. */
export const MatchingQuery = {
  ...PictureQuery,
  properties: {
    ...matching,
    copies: { type: 'string', enum: ['best'], description: 'of near copies only the best' },
  },
} as const
export type MatchingQuery = ShapeOf<typeof MatchingQuery>

const amount = {
  count: { ...count, description: 'pictures that the folder neither holds nor waits for' },
  bytes: { ...count, description: 'of those whose size is known' },
  unknown: { ...count, description: 'those whose size is not known' },
  isWhole: { type: 'boolean', description: 'false where there are more than are looked through at once' },
} as const

/** How much matches a query. */
export const MatchingAmount = {
  type: 'object',
  required: ['count', 'bytes', 'unknown', 'isWhole'],
  properties: amount,
} as const
export type MatchingAmount = ShapeOf<typeof MatchingAmount>

/** How much was wanted. */
export const MatchingTaken = {
  type: 'object',
  required: [...MatchingAmount.required, 'left'],
  properties: { ...amount, left: { ...count, description: 'those of them for which the queue has no room' } },
} as const
export type MatchingTaken = ShapeOf<typeof MatchingTaken>

/** What a person wants with a picture that is being fetched, or, without `md5`, with all of them. */
export const TakingWish = {
  type: 'object',
  required: ['verb'],
  properties: {
    verb: { type: 'string', enum: ['pause', 'resume', 'cancel', 'retry', 'first', 'last', 'before'] },
    md5,
    other: { ...md5, description: 'with `before`: the one before which it is to come' },
  },
  additionalProperties: false,
} as const
export type TakingWish = ShapeOf<typeof TakingWish>

/** What an event `catalog` says: something came or changed, and what went. */
export interface WallNews {
  readonly came: number
  /** MD5 sums, at most some hundred at once. */
  readonly gone: readonly string[]
  /** Changes were missed: everything may be different. */
  readonly reset: boolean
}
