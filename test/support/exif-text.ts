/** The pointer in IFD0 to the EXIF directory (EXIF 2.32, 4.6.3). */
const EXIF_DIRECTORY = 0x8769

/** EXIF type numbers: text, and a 32-bit number. */
const ASCII = 2
const LONG = 4

/**
 * The text fields of an EXIF block (a TIFF header, after `Exif\0\0` except in PNG) by tag number: those of IFD0 and
 * of the EXIF directory.
 */
export function readExifText(block: Buffer): Map<number, string> {
  const tiff = block.toString('latin1', 0, 6) === 'Exif\0\0' ? block.subarray(6) : block
  const little = tiff.toString('latin1', 0, 2) === 'II'
  const short = (at: number): number => (little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at))
  const long = (at: number): number => (little ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at))
  const texts = new Map<number, string>()
  const readDirectory = (start: number): void => {
    for (let entry = start + 2; entry < start + 2 + short(start) * 12; entry += 12) {
      const tag = short(entry)
      const type = short(entry + 2)
      const length = long(entry + 4)
      if (tag === EXIF_DIRECTORY && type === LONG) readDirectory(long(entry + 8))
      if (type !== ASCII) continue
      const at = length > 4 ? long(entry + 8) : entry + 8
      texts.set(tag, tiff.toString('latin1', at, at + length - 1))
    }
  }
  readDirectory(long(4))
  return texts
}
