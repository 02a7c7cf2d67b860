import { isUtf8 } from 'node:buffer'
import type { Digest } from './digest.ts'
import { decodeList, type EncodedList, ListTable, NO_LIST } from './encoded-list.ts'
import { toWireName } from './image-name.ts'
import { MAX_PASSWORD_BYTES, MAX_PORT } from './limits.ts'
import { dropWhiteSpace, skipWhiteSpace } from './white-space.ts'

/**
 * What a client says to the index server, one datagram each:
 *
 *     request  = OWS (list-all / register / update / end / renew) OWS
 *     list-all = "LST"
 *     register = "REG" SP password SP port SP list
 *     update   = "UPD" SP password SP port SP list
 *     end      = "END" SP password SP port
 *     renew    = "ALV" SP password SP port      ; ours: servers in the field answer ERR INVALID_MESSAGE_FORMAT
 *     password = 1*256 non-space
 *     port     = 1*5 DIGIT                  ; 1 to 65535
 *     list     = entry *(";" entry)             ; see encoded-list.ts
 *     OWS      = any white space, see white-space.ts
 *
 * The whole datagram is UTF-8. Decoding works on the datagram's bytes and keeps offsets, so that nothing is made for a
 * field that is not kept.
 */
export const Word = { register: 'REG', list: 'LST', update: 'UPD', end: 'END', renew: 'ALV' } as const
export type Word = (typeof Word)[keyof typeof Word]

/**
 * A decoded request: offsets into the datagram it was read from, valid until the next request is decoded. The list is empty
 * for LST, END and ALV.
 */
export interface IndexRequest extends EncodedList {
  readonly word: Word
  /** Password: `[passwordStart, passwordEnd)`. Empty for LST. */
  readonly passwordStart: number
  readonly passwordEnd: number
  /** TCP port the client shares on, 1 to 65535; 0 for LST. */
  readonly port: number
}

/** One image as a client names it in a list. */
export interface ImageEntry {
  readonly digest: Digest
  readonly name: string
}

const SPACE = 0x20

/** Where the list of every request is decoded into: a request's list is valid until the next is decoded. */
const TABLE = new ListTable()

const LIST_REQUEST: IndexRequest = {
  ...NO_LIST,
  word: Word.list,
  passwordStart: 0,
  passwordEnd: 0,
  port: 0,
}

/** Decodes one datagram, `[start, end)` of `bytes`; `undefined` is answered with `ERR INVALID_MESSAGE_FORMAT`. */
export function decodeIndexRequest(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): IndexRequest | undefined {
  // Most of what a server is asked, and shorter than the checks that follow.
  if (end - start === 3 && wordAt(bytes, start, end) === Word.list) return LIST_REQUEST
  if (!isUtf8(bytes.subarray(start, end))) return undefined
  const from = skipWhiteSpace(bytes, start, end)
  const to = dropWhiteSpace(bytes, from, end)
  const word = wordAt(bytes, from, to)
  if (word === undefined) return undefined
  if (word === Word.list) return to - from === 3 ? LIST_REQUEST : undefined

  if (bytes[from + 3] !== SPACE) return undefined
  const passwordStart = from + 4
  const passwordEnd = fieldEnd(bytes, passwordStart, to)
  const passwordBytes = passwordEnd - passwordStart
  if (passwordBytes < 1 || passwordBytes > MAX_PASSWORD_BYTES) return undefined

  const portStart = passwordEnd + 1
  const portEnd = fieldEnd(bytes, portStart, to)
  const port = portBetween(bytes, portStart, portEnd)
  if (port === 0) return undefined
  if (word === Word.end || word === Word.renew) {
    if (portEnd !== to) return undefined
    const { listStart, listEnd, entryCount, entries } = NO_LIST
    return { word, bytes, passwordStart, passwordEnd, port, listStart, listEnd, entryCount, entries }
  }
  const list = decodeList(bytes, portEnd + 1, to, TABLE)
  if (list === undefined) return undefined
  const { listStart, listEnd, entryCount, entries } = list
  return { word, bytes, passwordStart, passwordEnd, port, listStart, listEnd, entryCount, entries }
}

/** The datagram for `LST`. */
export function encodeList(): Buffer {
  return Buffer.from(Word.list)
}

/** The datagram for `END`. `password` holds no white space. */
export function encodeEnd(password: string, port: number): Buffer {
  return Buffer.from(`${Word.end} ${password} ${port}`)
}

/** The datagram for `ALV`. `password` holds no white space. */
export function encodeRenewal(password: string, port: number): Buffer {
  return Buffer.from(`${Word.renew} ${password} ${port}`)
}

/** One `REG` or `UPD` datagram that is as long as `maxBytes` allows. */
export interface EncodedRegistration {
  readonly datagram: Buffer
  /** How many of the entries, from the first on, are in it. */
  readonly sentCount: number
}

/**
 * The datagram for `REG` or `UPD` with as many of `entries`, in order, as fit into `maxBytes`. The wire has no empty
 * list: with no entries, or no room for one, `sentCount` is 0 and the datagram must not be sent.
 */
export function encodeRegistration(
  word: typeof Word.register | typeof Word.update,
  password: string,
  port: number,
  entries: readonly ImageEntry[],
  maxBytes: number,
): EncodedRegistration {
  const parts = [`${word} ${password} ${port} `]
  let length = Buffer.byteLength(parts[0] ?? '')
  let sentCount = 0
  for (const { digest, name } of entries) {
    const part = `${sentCount === 0 ? '' : ';'}${digest},${toWireName(name)}`
    length += Buffer.byteLength(part)
    if (length > maxBytes) break
    parts.push(part)
    sentCount += 1
  }
  return { datagram: Buffer.from(parts.join('')), sentCount }
}

function wordAt(bytes: Uint8Array, from: number, to: number): Word | undefined {
  if (to - from < 3) return undefined
  const code = ((bytes[from] ?? 0) << 16) | ((bytes[from + 1] ?? 0) << 8) | (bytes[from + 2] ?? 0)
  switch (code) {
    case 0x524547:
      return Word.register
    case 0x4c5354:
      return Word.list
    case 0x555044:
      return Word.update
    case 0x454e44:
      return Word.end
    case 0x414c56:
      return Word.renew
    default:
      return undefined
  }
}

function fieldEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from
  while (at < to && bytes[at] !== SPACE) at += 1
  return at
}

/** The port written in `[from, to)`, or 0 where it is none. */
function portBetween(bytes: Uint8Array, from: number, to: number): number {
  if (to - from < 1 || to - from > 5) return 0
  let port = 0
  for (let at = from; at < to; at += 1) {
    const digit = (bytes[at] ?? 0) - 0x30
    if (digit < 0 || digit > 9) return 0
    port = port * 10 + digit
  }
  return port <= MAX_PORT ? port : 0
}
