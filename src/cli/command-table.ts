import type { Messages } from '../messages/messages.ts'

/** What an option takes after it. */
export type ValueKind = keyof Messages['help']['values']

/** One option. `flag` takes nothing, `portIfAny` a port behind a `=` or nothing. */
export interface OptionSpecification {
  readonly value: ValueKind
  readonly text: keyof Messages['help']['optionTexts']
  readonly short?: string
}

/** One positional argument. `many` takes one or more. */
export interface ArgumentSpecification {
  readonly name: keyof Messages['help']['argumentNames']
  readonly many?: true
  /** None will do. */
  readonly optional?: true
}

/** One command: everything the parser and `--help` know of it. */
export interface CommandSpecification {
  readonly arguments: readonly ArgumentSpecification[]
  readonly options: Readonly<Record<string, OptionSpecification>>
}

/** Options of every command. */
export const commonOptions = {
  lang: { value: 'language', text: 'lang' },
  help: { value: 'flag', text: 'help', short: 'h' },
  version: { value: 'flag', text: 'version', short: 'V' },
} as const satisfies Record<string, OptionSpecification>

const downloading = { 'download-limit': { value: 'rate', text: 'downloadLimit' } } as const

const sharing = {
  port: { value: 'portOrAny', text: 'sharePort' },
  recursive: { value: 'flag', text: 'recursive' },
  guests: { value: 'portIfAny', text: 'guests' },
  'guest-uploads': { value: 'flag', text: 'guestUploads' },
  'keep-metadata': { value: 'flag', text: 'keepMetadata' },
  ...downloading,
  'upload-limit': { value: 'rate', text: 'uploadLimit' },
  'upload-limit-each': { value: 'rate', text: 'uploadLimitEach' },
  'upload-slots': { value: 'count', text: 'uploadSlots' },
  data: { value: 'directory', text: 'data' },
} as const

const gallery = {
  'gallery-port': { value: 'portOrAny', text: 'galleryPort' },
} as const

/** Which pictures of the network are meant. */
const filters = {
  search: { value: 'words', text: 'search' },
  format: { value: 'formats', text: 'format' },
  'min-size': { value: 'size', text: 'minSize' },
  'min-width': { value: 'count', text: 'minWidth' },
  'min-height': { value: 'count', text: 'minHeight' },
  orientation: { value: 'orientation', text: 'orientation' },
  like: { value: 'picture', text: 'like' },
} as const

const fetching = {
  'at-once': { value: 'count', text: 'atOnce' },
  ...downloading,
  json: { value: 'flag', text: 'json' },
  data: { value: 'directory', text: 'data' },
} as const

/** One picture of a folder. */
const ownPicture = {
  arguments: [{ name: 'own' }, { name: 'directory', optional: true }],
  options: { data: { value: 'directory', text: 'data' } },
} as const

/** Every command there is. */
export const commands = {
  server: {
    arguments: [],
    options: {
      host: { value: 'address', text: 'host' },
      port: { value: 'portOrAny', text: 'serverPort' },
      udp: { value: 'datagramPath', text: 'udp' },
      data: { value: 'directory', text: 'serverData' },
      memory: { value: 'flag', text: 'memory' },
      'registrations-per-address': { value: 'count', text: 'registrationsPerAddress' },
      'reply-bytes-per-second': { value: 'count', text: 'replyBytesPerSecond' },
      quiet: { value: 'flag', text: 'quiet', short: 'q' },
      verbose: { value: 'flag', text: 'verbose', short: 'v' },
    },
  },
  open: {
    arguments: [{ name: 'directory' }, { name: 'server', optional: true }],
    options: { 'no-browser': { value: 'flag', text: 'noBrowser' }, ...gallery, ...sharing },
  },
  client: { arguments: [{ name: 'server' }, { name: 'directory' }], options: { ...gallery, ...sharing } },
  list: {
    arguments: [{ name: 'server' }],
    options: {
      ...filters,
      sort: { value: 'order', text: 'sort' },
      limit: { value: 'count', text: 'limit' },
      json: { value: 'flag', text: 'json' },
    },
  },
  get: {
    arguments: [{ name: 'server' }, { name: 'wanted', many: true, optional: true }],
    options: {
      out: { value: 'directory', text: 'out', short: 'o' },
      all: { value: 'flag', text: 'all' },
      ...filters,
      'best-copies': { value: 'flag', text: 'bestCopies' },
      from: { value: 'file', text: 'from' },
      owner: { value: 'owner', text: 'owner' },
      again: { value: 'flag', text: 'again' },
      ...fetching,
    },
  },
  mirror: {
    arguments: [{ name: 'server' }, { name: 'mirrored' }],
    options: { ...filters, once: { value: 'flag', text: 'once' }, ...fetching },
  },
  share: { arguments: [{ name: 'server' }, { name: 'directory' }], options: sharing },
  privacy: {
    arguments: [{ name: 'examined', optional: true }],
    options: {
      on: { value: 'flag', text: 'privacyOn' },
      off: { value: 'flag', text: 'privacyOff' },
      recursive: { value: 'flag', text: 'examineRecursive' },
      json: { value: 'flag', text: 'json' },
      data: { value: 'directory', text: 'data' },
    },
  },
  transfers: {
    arguments: [{ name: 'task', many: true, optional: true }],
    options: {
      json: { value: 'flag', text: 'json' },
      data: { value: 'directory', text: 'data' },
    },
  },
  unshare: ownPicture,
  reshare: ownPicture,
  demo: { arguments: [], options: {} },
} as const satisfies Record<string, CommandSpecification>
export type CommandName = keyof typeof commands
