import { MAX_FORMAT_CHARACTERS, MAX_PIXELS_PER_SIDE, MAX_PLACEHOLDER_BYTES } from './image-details.ts'
import { ALIKE_BITS, LIKENESS_PATTERN } from './likeness.ts'
import { MAX_NAME_BYTES } from './limits.ts'
import type { ShapeOf } from './shape.ts'

/**
 * The shapes of the catalog API: HTTP on the index server's port (TCP), JSON. The server checks its input against these
 * very schemas and describes itself with them (`/openapi.json`); the peer reads answers by them.
 *
 *     GET    /v1/images                          a page of the listing: ImageQuery -> ImagePage
 *     GET    /v1/images/{md5}                    one image -> Image
 *     GET    /v1/counts                          -> Counts
 *     GET    /v1/changes                         server-sent events: `image` Image, `gone` ImageReference, `reset` {}
 *     PUT    /v1/registrations/{port}/images     replaces the list: one ImageEntry a line -> RegistrationState
 *     POST   /v1/registrations/{port}/images     adds to it: one ImageEntry a line -> RegistrationState
 *     POST   /v1/registrations/{port}/removals   takes from it: one ImageReference a line -> RegistrationState
 *     PUT    /v1/registrations/{port}/lease      renews -> RegistrationState
 *     DELETE /v1/registrations/{port}            ends
 *
 * A registration is the asker's IP address and the TCP port in the path, as over UDP; its password travels as
 * `Authorization: Bearer <password, percent-encoded>`. Lists are NDJSON (`application/x-ndjson`), read as they arrive.
 */

/** Media type of a list: one JSON object a line. */
export const NDJSON = 'application/x-ndjson'

/** Bytes of one line of a list, at most: a name of 1,024 bytes escaped throughout takes 6,144. */
export const MAX_LINE_BYTES = 8192

/** Entries of one page, at most and unless asked otherwise. */
export const MAX_PAGE_ENTRIES = 1000
export const DEFAULT_PAGE_ENTRIES = 100

/** Images that a page passes over, at most: a server keeps as many in mind to tell which stand behind them. */
export const MAX_OFFSET = 10_000

/** Characters of a search, at most. */
export const MAX_SEARCH_CHARACTERS = 200

const md5 = {
  type: 'string',
  pattern: '^[0-9a-f]{32}$',
  description: 'MD5 of the file, lower-case hexadecimal',
} as const

const details = {
  bytes: {
    type: 'integer',
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'size of the file in bytes',
  },
  width: {
    type: 'integer',
    minimum: 1,
    maximum: MAX_PIXELS_PER_SIDE,
    description: 'pixels, orientation applied',
  },
  height: {
    type: 'integer',
    minimum: 1,
    maximum: MAX_PIXELS_PER_SIDE,
    description: 'pixels, orientation applied',
  },
  format: {
    type: 'string',
    pattern: `^[a-z0-9]{1,${MAX_FORMAT_CHARACTERS}}$`,
    description: 'such as jpeg',
  },
  taken: {
    type: 'integer',
    minimum: -62_135_596_800,
    maximum: 253_402_300_799,
    description: 'when the picture was taken: seconds since 1970 by the camera’s own clock',
  },
  sha256: {
    type: 'string',
    pattern: '^[0-9a-f]{64}$',
    description: 'SHA-256 of the file, lower-case hexadecimal',
  },
  placeholder: {
    type: 'string',
    pattern: `^[A-Za-z0-9+/]{2,${Math.ceil((MAX_PLACEHOLDER_BYTES * 4) / 3)}}={0,2}$`,
    description: `a ThumbHash of at most ${MAX_PLACEHOLDER_BYTES} bytes, in base64`,
  },
  likeness: {
    type: 'string',
    pattern: LIKENESS_PATTERN,
    description: 'how the picture looks: a perceptual hash, lower-case hexadecimal',
  },
} as const

/** One image as an owner registers it. */
export const ImageEntry = {
  type: 'object',
  required: ['md5', 'name'],
  properties: {
    md5,
    name: {
      type: 'string',
      minLength: 1,
      maxLength: MAX_NAME_BYTES,
      description: `at most ${MAX_NAME_BYTES} bytes of UTF-8, without “;” and NUL`,
    },
    ...details,
  },
  additionalProperties: false,
} as const
export type ImageEntry = ShapeOf<typeof ImageEntry>

/** One image by its identity alone. */
export const ImageReference = {
  type: 'object',
  required: ['md5'],
  properties: { md5 },
  additionalProperties: false,
} as const
export type ImageReference = ShapeOf<typeof ImageReference>

/** One image of the catalog. */
export const Image = {
  type: 'object',
  required: ['md5', 'name', 'owners', 'ownerCount'],
  properties: {
    md5,
    name: { type: 'string', description: 'as the first owner named it: a stranger’s text' },
    owners: {
      type: 'array',
      items: { type: 'string' },
      description: 'where to fetch it: ip:port or [ipv6]:port, those to ask first in front; at most 32',
    },
    ownerCount: { type: 'integer', minimum: 1, description: 'owners in all' },
    ...details,
    disputed: {
      type: 'boolean',
      description: 'true where owners gave different SHA-256: one of them offers something else',
    },
  },
} as const
export type Image = ShapeOf<typeof Image>

/** What a listing shows, and in which order. */
export const ImageQuery = {
  type: 'object',
  properties: {
    search: {
      type: 'string',
      maxLength: MAX_SEARCH_CHARACTERS,
      description: 'words that the name holds, in any place and order; case and accents do not count',
    },
    format: {
      type: 'string',
      pattern: '^[a-z0-9]{1,8}(,[a-z0-9]{1,8}){0,15}$',
      description: 'one or more, by commas',
    },
    minBytes: { type: 'integer', minimum: 0, description: 'size of the file, at least' },
    maxBytes: { type: 'integer', minimum: 0, description: 'size of the file, at most' },
    minWidth: { type: 'integer', minimum: 0, description: 'pixels' },
    minHeight: { type: 'integer', minimum: 0, description: 'pixels' },
    orientation: {
      type: 'string',
      enum: ['landscape', 'portrait', 'square'],
      description: 'wider than high; higher than wide; as wide as high',
    },
    owner: {
      type: 'string',
      pattern: '^([0-9.]{7,15}|\\[[0-9a-fA-F:.]{2,45}\\]):[0-9]{1,5}$',
      description: 'only images of this owner: ip:port or [ipv6]:port, as `owners` names it',
    },
    like: {
      type: 'string',
      pattern: LIKENESS_PATTERN,
      description: `a likeness: pictures whose own differs from it in at most ${ALIKE_BITS} bits, in order of these unless asked otherwise`,
    },
    sort: {
      type: 'string',
      enum: ['newest', 'name', 'size', 'owners', 'taken'],
      description:
        'newest first, as without it unless `like` is given; by name; largest first; most owners first; ' +
        'last taken first, those without a date last',
    },
    limit: {
      type: 'integer',
      minimum: 1,
      maximum: MAX_PAGE_ENTRIES,
      default: DEFAULT_PAGE_ENTRIES,
      description: 'images of the page, at most',
    },
    cursor: { type: 'string', maxLength: 400, description: '`next` of the page before' },
    offset: {
      type: 'integer',
      minimum: 0,
      maximum: MAX_OFFSET,
      description: 'images to pass over, from the beginning or from the cursor on',
    },
    count: {
      type: 'string',
      enum: ['all'],
      description: 'whether the first page tells `total`, for which every image is looked at',
    },
  },
  additionalProperties: false,
} as const
export type ImageQuery = ShapeOf<typeof ImageQuery>

/** One page of a listing. */
export const ImagePage = {
  type: 'object',
  required: ['images'],
  properties: {
    images: { type: 'array', items: Image },
    next: { type: 'string', description: 'the cursor of the page after this one; absent on the last' },
    total: {
      type: 'integer',
      minimum: 0,
      description: 'images that fit the query, where `count` asked for it',
    },
  },
} as const
export type ImagePage = ShapeOf<typeof ImagePage>

/** How a registration stands. */
export const RegistrationState = {
  type: 'object',
  required: ['images', 'leaseSeconds'],
  properties: {
    images: { type: 'integer', minimum: 0, description: 'images registered now' },
    leaseSeconds: {
      type: 'integer',
      minimum: 1,
      description: 'renew within so many seconds, or be taken off the list',
    },
    reachable: {
      type: 'boolean',
      description: 'whether the server could connect to the port; absent until it has tried',
    },
  },
} as const
export type RegistrationState = ShapeOf<typeof RegistrationState>

/** What the catalog holds. */
export const Counts = {
  type: 'object',
  required: ['images', 'registrations', 'holdings'],
  properties: {
    images: { type: 'integer', minimum: 0, description: 'images that have an owner' },
    registrations: { type: 'integer', minimum: 0, description: 'peers that are listed' },
    holdings: { type: 'integer', minimum: 0, description: 'pairs of an image and an owner of it' },
  },
} as const
export type Counts = ShapeOf<typeof Counts>

/** What went wrong (RFC 9457, `application/problem+json`). `type` is `urn:imagep2p:problem:` and the code. */
export const Problem = {
  type: 'object',
  required: ['type', 'title', 'status'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    /** In a list: the number of the line that is wrong, from 1 on. What came before it was taken. */
    line: { type: 'integer', minimum: 1 },
  },
} as const
export type Problem = ShapeOf<typeof Problem>
