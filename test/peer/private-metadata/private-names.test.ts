import assert from 'node:assert/strict'
import { test } from 'node:test'
import { privateKindOf } from '../../../src/peer/private-metadata/private-names.ts'

test('names are told by what they mean, whatever the vocabulary', () => {
  for (const [name, kind] of [
    ['exif:GPSLatitude', 'position'],
    ['drone-dji:RelativeAltitude', 'position'],
    ['dwc:decimalLongitude', 'position'],
    ['cell:lac', 'position'],
    ['aux:SerialNumber', 'serialNumber'],
    ['MicrosoftPhoto:CameraSerialNumber', 'serialNumber'],
    ['photoshop:City', 'place'],
    ['Iptc4xmpExt:LocationShown', 'place'],
    ['dwc:country', 'place'],
    ['exifEX:CameraOwnerName', 'owner'],
    ['exif:ImageUniqueID', 'uniqueId'],
    ['GCamera:hdrp_makernote', 'makerNote'],
    ['exifEX:ISOSpeedLatitudeyyy', undefined],
    ['Iptc4xmpCore:CiAdrCity', undefined],
    ['xmpRights:Owner', undefined],
    ['xmp:Rating', undefined],
    ['exif:DateTimeOriginal', undefined],
    ['aux:Lens', undefined],
  ] as const) {
    assert.equal(privateKindOf(name), kind, name)
  }
})
