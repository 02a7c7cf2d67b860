import type { PrivateKind } from './private-metadata.ts'

/**
 * What properties of XMP are private, by their names without prefix: prefixes are free, and the same few names are used
 * in all vocabularies (exif, exifEX, aux, photoshop, Iptc4xmpCore, Iptc4xmpExt, mwg, drone-dji, dwc). The creator's own
 * address (`CiAdrCity`) is a way to reach him and stays.
 */
const PLACES: ReadonlySet<string> = new Set([
  'City',
  'Country',
  'CountryCode',
  'CountryName',
  'Location',
  'LocationCreated',
  'LocationId',
  'LocationName',
  'LocationShown',
  'ProvinceState',
  'State',
  'Sublocation',
  'WorldRegion',
  'coverage',
  'shotLocation',
])

export function privateKindOf(name: string): PrivateKind | undefined {
  const local = name.slice(name.lastIndexOf(':') + 1)
  if (/gps|latitude|longitude|altitude|geotag|iso6709/i.test(local)) return 'position'
  if (/serial/i.test(local)) return 'serialNumber'
  if (PLACES.has(local)) return 'place'
  if (/^(camera)?ownername$/i.test(local)) return 'owner'
  if (/^(image|rawdata)uniqueid$/i.test(local)) return 'uniqueId'
  if (/makernote|dngprivatedata|shot_log_data/i.test(local)) return 'makerNote'
  return undefined
}
