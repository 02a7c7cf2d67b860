import type { ShapeOf } from '../protocol/shape.ts'
import { md5, Picture } from './gallery-shapes.ts'

/**
 * The shapes of what a person shares:
 *
 *     GET  /api/own                  a page of the folder's pictures: OwnQuery -> OwnPage
 *     POST /api/own/{md5}/sharing    stops or begins again the sharing of one: Sharing -> 204
 *     POST /api/files?name=&modified= adds a picture, whose bytes are the body -> Added
 *     GET  /api/own/{md5}/private    what the file of one tells beyond its picture -> PrivateFacts
 *     GET  /api/privacy              what becomes of that in what is shared -> Privacy
 *     POST /api/privacy              changes it: PrivacyChange -> Privacy
 *     GET  /api/uploads              what is being sent to whom -> Uploads; also the event `uploads`
 */

/** Pictures of one page, at most and by default. */
const MAX_OWN = 500
const DEFAULT_OWN = 100

const count = { type: 'integer', minimum: 0 } as const

/** Which pictures of the folder. */
export const OwnQuery = {
  type: 'object',
  properties: {
    limit: { type: 'integer', minimum: 1, maximum: MAX_OWN, default: DEFAULT_OWN },
    cursor: { type: 'string', maxLength: 64, description: 'the `next` of the page before' },
    isShared: { type: 'boolean', description: 'only what is shared, or is not' },
  },
  additionalProperties: false,
} as const
export type OwnQuery = ShapeOf<typeof OwnQuery>

const withheld = {
  enum: ['format', 'cutShort', 'malformed', 'tooComplex', 'overlap', 'rawPicture', 'notClean', 'tooMuch'],
  description: 'why it cannot be shared without what it tells beyond its picture',
} as const

const { ownerCount: _owners, isMine: _mine, ...described } = Picture.properties

/** A picture of the folder. */
export const OwnPicture = {
  type: 'object',
  required: ['md5', 'name', 'isShared'],
  properties: {
    ...described,
    isShared: {
      type: 'boolean',
      description: 'false where its sharing was stopped, or where it is withheld',
    },
    withheld,
  },
} as const
export type OwnPicture = ShapeOf<typeof OwnPicture>

/** A page of them, the file that was changed last first. */
export const OwnPage = {
  type: 'object',
  required: ['pictures'],
  properties: { pictures: { type: 'array', items: OwnPicture }, next: { type: 'string' } },
} as const
export type OwnPage = ShapeOf<typeof OwnPage>

/** Whether a picture is to be shared. */
export const Sharing = {
  type: 'object',
  required: ['isShared'],
  properties: { isShared: { type: 'boolean' } },
  additionalProperties: false,
} as const

/** Findings told of one picture: no true one has as many. */
export const MAX_FINDINGS = 500

/** Something that a picture's file tells beyond its picture. */
const Finding = {
  type: 'object',
  required: ['kind', 'where', 'name'],
  properties: {
    kind: {
      enum: ['position', 'place', 'serialNumber', 'owner', 'uniqueId', 'makerNote', 'embedded', 'unknown'],
    },
    where: { enum: ['exif', 'xmp', 'iptc', 'photoshop', 'container', 'trailer'] },
    name: { type: 'string', description: 'as the file names it: a stranger’s text' },
    value: { type: 'string', description: 'where that is text or a number; a stranger’s text' },
  },
} as const

/** What the file of a picture tells beyond its picture. */
export const PrivateFacts = {
  type: 'object',
  required: ['found'],
  properties: {
    found: { type: 'array', items: Finding, description: `the first ${MAX_FINDINGS}` },
    withheld,
  },
} as const
export type PrivateFacts = ShapeOf<typeof PrivateFacts>

/** Whether that is taken out of what is shared. */
export const PrivacyChange = {
  type: 'object',
  required: ['isCleaned'],
  properties: { isCleaned: { type: 'boolean' } },
  additionalProperties: false,
} as const
export type PrivacyChange = ShapeOf<typeof PrivacyChange>

/** The same, with how many pictures it concerns. */
export const Privacy = {
  type: 'object',
  required: ['isCleaned', 'cleaned', 'withheld'],
  properties: {
    isCleaned: { type: 'boolean' },
    cleaned: { ...count, description: 'pictures that others get without something their files tell' },
    withheld: { ...count, description: 'pictures that are not shared, for nobody can tell what they hold' },
  },
} as const
export type Privacy = ShapeOf<typeof Privacy>

/** What a file is called that is given. */
export const GivenQuery = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 1000 },
    modified: {
      type: 'integer',
      minimum: 0,
      maximum: 253_402_300_799_999,
      description: 'milliseconds since 1970',
    },
  },
  additionalProperties: false,
} as const
export type GivenQuery = ShapeOf<typeof GivenQuery>

/** What became of a given file. */
export const Added = {
  type: 'object',
  required: ['md5', 'isNew'],
  properties: {
    md5,
    isNew: { type: 'boolean', description: 'false where the folder held the picture already' },
    name: { type: 'string', description: 'of the file; absent where none was made' },
  },
} as const
export type Added = ShapeOf<typeof Added>

/** A picture on its way to somebody. */
const Upload = {
  type: 'object',
  required: ['md5', 'name', 'to', 'size', 'sent', 'bytesPerSecond'],
  properties: {
    md5,
    name: { type: 'string' },
    to: { type: 'string', description: 'an IP address' },
    size: count,
    sent: { ...count, description: 'bytes since they began to ask for it' },
    bytesPerSecond: count,
  },
} as const

/** What is being sent, of pictures beyond 64 kB: smaller ones are gone before they could be told of. */
export const Uploads = {
  type: 'object',
  required: ['uploads'],
  properties: { uploads: { type: 'array', items: Upload, description: 'at most 100' } },
} as const
export type Uploads = ShapeOf<typeof Uploads>
