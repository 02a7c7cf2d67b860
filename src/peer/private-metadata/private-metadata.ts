/** What a file tells beyond its picture that a person may not want strangers to know. */
export interface PrivateMetadata {
  readonly kind: PrivateKind
  /** The part of the file it stands in. */
  readonly where: MetadataPlace
  /** The field's name in its standard, or what the thing is; from the file, so a stranger's text, of bounded length. */
  readonly name: string
  /** What it says, where that is text or a number; a stranger's text, of at most {@link MAX_VALUE_CHARACTERS}. */
  readonly value?: string
}

/**
 * - `position`: coordinates and what else the positioning system told (EXIF's GPS directory, GeoTIFF).
 * - `place`: the place in words.
 * - `serialNumber`: of the camera, its lens or anything else.
 * - `owner`: the name entered into the camera. Artist and copyright are meant to be read, and are no private metadata.
 * - `uniqueId`: a number of this picture alone, of which some cameras make one of their own serial numbers.
 * - `makerNote`: the maker's own block, of no common format. Most hold serial numbers, many in cipher.
 * - `embedded`: another file within: a video behind the picture, an original raw file, layers.
 * - `unknown`: a block of a program that is not known here, so that nobody can tell what it holds.
 */
export type PrivateKind =
  | 'position'
  | 'place'
  | 'serialNumber'
  | 'owner'
  | 'uniqueId'
  | 'makerNote'
  | 'embedded'
  | 'unknown'

export type MetadataPlace = 'exif' | 'xmp' | 'iptc' | 'photoshop' | 'container' | 'trailer'

export const MAX_VALUE_CHARACTERS = 200

/**
 * Why a file cannot be cleaned with certainty.
 *
 * - `format`: not one of the formats that are understood here.
 * - `cutShort`: it ends before what it announces.
 * - `malformed`: it breaks its format's rules where metadata may stand.
 * - `tooComplex`: more parts, or deeper nested, than a true picture has.
 * - `overlap`: what has to go shares bytes with what has to stay.
 * - `rawPicture`: a camera's own raw format, whose picture cannot be developed without the maker's block.
 * - `notClean`: what came out was examined again and still held something.
 */
export type RefusalReason =
  | 'format'
  | 'cutShort'
  | 'malformed'
  | 'tooComplex'
  | 'overlap'
  | 'rawPicture'
  | 'notClean'

/** Thrown within this folder, where the walk through a file cannot go on; never leaves it. */
export class Refusal extends Error {
  readonly reason: RefusalReason

  constructor(reason: RefusalReason) {
    super(reason)
    this.reason = reason
  }
}
