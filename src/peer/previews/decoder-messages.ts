import { MAX_PLACEHOLDER_BYTES } from '../../protocol/image-details.ts'
import { LIKENESS_PATTERN } from '../../protocol/likeness.ts'
import type { FileFingerprint } from '../library/image-file.ts'
import { MAX_PREVIEW_BYTES } from './decoder-limits.ts'
import type { PreviewSize } from './preview-sizes.ts'

/** What is made of a picture: a preview that fits a square of so many pixels, or its placeholder and likeness. */
export type DecoderOutput = PreviewSize | 'appearance'

/** What the decoder's process is asked. */
export interface DecodeRequest {
  /** Absolute path. */
  readonly path: string
  /** The state in which the file was hashed; in no other it is decoded. */
  readonly fingerprint: FileFingerprint
  readonly output: DecoderOutput
}

const DECODER_REFUSALS = [
  /** Its format is none that is decoded. */
  'noDecoder',
  'tooManyPixels',
  /** Its file has more bytes than are read for this. */
  'tooLarge',
  'tooSlow',
  'tooMuchMemory',
  /** Damaged, cut, or no picture at all behind its first bytes. */
  'broken',
] as const

/** Why there is no preview of a picture: true of its bytes, so true the next time too. */
export type DecoderRefusal = (typeof DECODER_REFUSALS)[number]

export type DecodeReply =
  /** A WebP; or the bytes of a ThumbHash, and the likeness (protocol/likeness.ts) where there is anything to see. */
  | { readonly kind: 'made'; readonly bytes: Buffer; readonly likeness?: string }
  /** The file is not what it was. */
  | { readonly kind: 'changed' }
  | { readonly kind: 'refused'; readonly reason: DecoderRefusal }

/** The first message of a process, once it could load the decoder. */
export const READY = 'ready'

/**
 * The reply in a message of the decoder's process, which a hostile picture may have taken over: whatever is not one counts
 * as no answer.
 */
export function parseDecodeReply(message: unknown, output: DecoderOutput): DecodeReply | undefined {
  if (typeof message !== 'object' || message === null || !('kind' in message)) return undefined
  if (message.kind === 'changed') return { kind: 'changed' }
  if (message.kind === 'refused' && 'reason' in message) {
    const reason = DECODER_REFUSALS.find(known => known === message.reason)
    return reason && { kind: 'refused', reason }
  }
  if (message.kind !== 'made' || !('bytes' in message) || !(message.bytes instanceof Uint8Array))
    return undefined
  const bytes = Buffer.from(message.bytes.buffer, message.bytes.byteOffset, message.bytes.byteLength)
  if (output !== 'appearance') return isWebp(bytes) ? { kind: 'made', bytes } : undefined
  if (bytes.length === 0 || bytes.length > MAX_PLACEHOLDER_BYTES) return undefined
  if (!('likeness' in message)) return { kind: 'made', bytes }
  const { likeness } = message
  return typeof likeness === 'string' && LIKENESS.test(likeness)
    ? { kind: 'made', bytes, likeness }
    : undefined
}

const LIKENESS = new RegExp(LIKENESS_PATTERN)

/** True for bytes that begin as a WebP of that length (RFC 9649, 2.4) and are no longer than a preview may be. */
function isWebp(bytes: Buffer): boolean {
  if (bytes.length < 12 || bytes.length > MAX_PREVIEW_BYTES) return false
  return (
    bytes.toString('latin1', 0, 4) === 'RIFF' &&
    bytes.toString('latin1', 8, 12) === 'WEBP' &&
    bytes.readUInt32LE(4) + 8 === bytes.length
  )
}
