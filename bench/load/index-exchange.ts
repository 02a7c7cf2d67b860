/**
 * What a peer of the load asks, and whether the answer is the right one: the counterpart of native/load/index-requests.c and
 * index-replies.c.
 */
import { Reply } from '../../src/protocol/index-reply.ts'
import { Word } from '../../src/protocol/index-request.ts'

/** A peer as far as its requests need it. */
export interface RequestingPeer {
  /** Tells its images and its password from those of the others. */
  readonly index: number
  /** How often it has replaced its list. */
  readonly generation: number
  /** The TCP port it shares on. */
  readonly port: number
}

/** The datagram for `word`, with `images` images in a REG or UPD. An UPD keeps every second image of generation 0. */
export function requestText(word: Word, peer: RequestingPeer, images: number): string {
  if (word === Word.list) return word
  const head = `${word} pw-${hex32(peer.index)}-word ${peer.port}`
  if (word === Word.end) return head
  const entries: string[] = []
  for (let image = 0; image < images; image += 1) {
    const generation = word === Word.update && image % 2 === 0 ? 0 : peer.generation
    const digest = digestOf(peer.index, generation, image)
    entries.push(`${digest},IMG_${digest.slice(0, 12)}.jpg`)
  }
  return `${head} ${entries.join(';')}`
}

/** What a right reply looks like. */
export interface RightReply {
  readonly images: number
  /** Bytes of a right listing, give or take a tenth; 0 where the catalog is empty. */
  readonly listingBytes: number
  /** Whether the request was sent more than once: an END then finds itself already done. */
  readonly repeated: boolean
}

/** True when `reply` answers `word` as it should. */
export function isRightReply(word: Word, reply: Buffer, right: RightReply): boolean {
  const head = reply.toString('latin1', 0, 64)
  switch (word) {
    case Word.list:
      if (right.listingBytes === 0) return head.startsWith(Reply.nothingListed)
      return /^[0-9a-fA-F]{32},/.test(head) && Math.abs(reply.length / right.listingBytes - 1) <= 0.1
    case Word.register:
    case Word.update:
      return head.startsWith(`OK ${right.images}_REGISTERED_`)
    case Word.end:
      return head.startsWith(Reply.ended) || (right.repeated && head.startsWith(Reply.otherPassword))
    case Word.renew:
      return head.startsWith('OK ALIVE ')
    default:
      return word satisfies never
  }
}

function digestOf(peer: number, generation: number, image: number): string {
  let digest = ''
  for (let word = 0; word < 4; word += 1) {
    digest += hex32(mix32(mix32(mix32(peer * 4 + word) + generation) + image))
  }
  return digest
}

/** MurmurHash3's finalizer (Appleby, public domain): every bit of the input reaches every bit of the output. */
function mix32(value: number): number {
  let mixed = value >>> 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

function hex32(value: number): string {
  return value.toString(16).padStart(8, '0')
}
