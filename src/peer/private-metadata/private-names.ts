import type { PrivateKind } from './private-metadata.ts'

/**
 * What properties of XMP are private, by their names without prefix: prefixes are free, and the same few names are used
 * in all vocabularies (exif, exifEX, aux, photoshop, Iptc4xmpCore, Iptc4xmpExt, mwg, drone-dji). The creator's own
 * address (`CiAdrCity`) and those of agencies are ways to reach them and stay.
 */
const PLACES: ReadonlySet<string> = new Set(
  `city country countrycode countryname coverage dctermslocation location locationcreated locationid locationname locationshown
  provincestate shotlocation state sublocation worldregion`.split(/\s+/),
)

/** Darwin Core's words for where a specimen was found (https://dwc.tdwg.org/terms/#location). */
const FINDING_PLACES: ReadonlySet<string> = new Set(
  `continent coordinateuncertaintyinmeters county footprintwkt highergeography highergeographyid island islandgroup
  locality locationaccordingto locationremarks municipality stateprovince verbatimcoordinates verbatimlocality
  waterbody`.split(/\s+/),
)

/** The radio cell a phone was in (`http://developer.sonyericsson.com/cell/1.0/`). */
const RADIO_CELL: ReadonlySet<string> = new Set(['cgi', 'cellid', 'cellr', 'lac', 'mcc', 'mnc'])

export function privateKindOf(name: string): PrivateKind | undefined {
  const local = name.slice(name.lastIndexOf(':') + 1).toLowerCase()
  // How the speed of the film was found, in which latitude means tolerance.
  if (local.startsWith('isospeedlatitude')) return undefined
  if (/gps|latitude|longitude|altitude|geotag|iso6709/.test(local) || RADIO_CELL.has(local)) return 'position'
  if (local.includes('serial')) return 'serialNumber'
  if (PLACES.has(local) || FINDING_PLACES.has(local)) return 'place'
  if (/^(camera)?ownername$|^ownersdeviceid$/.test(local)) return 'owner'
  if (/^(image|rawdata)uniqueid$/.test(local)) return 'uniqueId'
  if (/makernote|dngprivatedata|shot_log_data/.test(local)) return 'makerNote'
  return undefined
}
