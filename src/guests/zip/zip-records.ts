/**
 * The records of a ZIP file whose entries are stored as they are (PKWARE's APPNOTE.TXT 6.3.10): pure. Sums and sizes stand
 * before the bytes, so that every unpacker, also one that reads from the front, can read it; what does not fit 32 bits (or
 * 16, for the number of entries) goes by ZIP64.
 */

/** One file of the archive. */
export interface ZipEntry {
  /** Without `/`; UTF-8. */
  readonly name: string
  readonly bytes: number
  /** CRC-32 of ISO 3309. */
  readonly crc: number
  /** Milliseconds since 1970. */
  readonly modifiedMs: number
}

/** An entry, and where its local header stands. */
export interface PlacedEntry {
  readonly entry: ZipEntry
  readonly offset: number
}

const MAX_32 = 0xffff_ffff
const MAX_16 = 0xffff

/** Version needed to extract: 2.0, and 4.5 for ZIP64 (4.4.3.2). */
const VERSION = 20
const VERSION_ZIP64 = 45

/** Made by: the same version on Unix (4.4.2), which makes names UTF-8 for old unpackers, too. */
const MADE_BY = (3 << 8) | VERSION_ZIP64

/** General purpose bit 11: the name is UTF-8 (appendix D). */
const UTF8_NAME = 1 << 11

/** A plain file that everybody may read, in the upper half of Unix' attributes. */
const FILE_MODE = 0o100644 * 0x1_0000

/** What stands before an entry's bytes (4.3.7). */
export function localHeader(entry: ZipEntry): Buffer {
  const name = Buffer.from(entry.name)
  const isLarge = entry.bytes >= MAX_32
  const extra = isLarge ? zip64Extra([entry.bytes, entry.bytes]) : Buffer.alloc(0)
  const header = Buffer.alloc(30)
  header.writeUInt32LE(0x0403_4b50, 0)
  header.writeUInt16LE(isLarge ? VERSION_ZIP64 : VERSION, 4)
  writeCommon(header, 6, entry, isLarge)
  header.writeUInt16LE(name.length, 26)
  header.writeUInt16LE(extra.length, 28)
  return Buffer.concat([header, name, extra])
}

/** Bytes of {@link localHeader} and of the entry behind it. */
export function placeBytes({ name, bytes }: Pick<ZipEntry, 'name' | 'bytes'>): number {
  return 30 + Buffer.byteLength(name) + (bytes >= MAX_32 ? 20 : 0) + bytes
}

/** One entry of the directory at the end (4.3.12). */
export function directoryHeader({ entry, offset }: PlacedEntry): Buffer {
  const name = Buffer.from(entry.name)
  const isLarge = entry.bytes >= MAX_32
  const isFar = offset >= MAX_32
  const wide = [...(isLarge ? [entry.bytes, entry.bytes] : []), ...(isFar ? [offset] : [])]
  const extra = wide.length > 0 ? zip64Extra(wide) : Buffer.alloc(0)
  const header = Buffer.alloc(46)
  header.writeUInt32LE(0x0201_4b50, 0)
  header.writeUInt16LE(MADE_BY, 4)
  header.writeUInt16LE(wide.length > 0 ? VERSION_ZIP64 : VERSION, 6)
  writeCommon(header, 8, entry, isLarge)
  header.writeUInt16LE(name.length, 28)
  header.writeUInt16LE(extra.length, 30)
  header.writeUInt32LE(FILE_MODE, 38)
  header.writeUInt32LE(isFar ? MAX_32 : offset, 42)
  return Buffer.concat([header, name, extra])
}

/** Bytes of {@link directoryHeader}. */
export function directoryBytes({ name, bytes }: Pick<ZipEntry, 'name' | 'bytes'>, offset: number): number {
  const wide = (bytes >= MAX_32 ? 16 : 0) + (offset >= MAX_32 ? 8 : 0)
  return 46 + Buffer.byteLength(name) + (wide > 0 ? 4 + wide : 0)
}

/** What ends the archive (4.3.14 to 4.3.16): `count` entries in a directory of `bytes` at `offset`. */
export function endRecords(count: number, bytes: number, offset: number): Buffer {
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x0605_4b50, 0)
  end.writeUInt16LE(Math.min(count, MAX_16), 8)
  end.writeUInt16LE(Math.min(count, MAX_16), 10)
  end.writeUInt32LE(Math.min(bytes, MAX_32), 12)
  end.writeUInt32LE(Math.min(offset, MAX_32), 16)
  if (!isWide(count, bytes, offset)) return end
  const wide = Buffer.alloc(56)
  wide.writeUInt32LE(0x0606_4b50, 0)
  wide.writeBigUInt64LE(44n, 4)
  wide.writeUInt16LE(MADE_BY, 12)
  wide.writeUInt16LE(VERSION_ZIP64, 14)
  wide.writeBigUInt64LE(BigInt(count), 24)
  wide.writeBigUInt64LE(BigInt(count), 32)
  wide.writeBigUInt64LE(BigInt(bytes), 40)
  wide.writeBigUInt64LE(BigInt(offset), 48)
  const locator = Buffer.alloc(20)
  locator.writeUInt32LE(0x0706_4b50, 0)
  locator.writeBigUInt64LE(BigInt(offset + bytes), 8)
  locator.writeUInt32LE(1, 16)
  return Buffer.concat([wide, locator, end])
}

/** Bytes of {@link endRecords}. */
export function endBytes(count: number, bytes: number, offset: number): number {
  return 22 + (isWide(count, bytes, offset) ? 76 : 0)
}

function isWide(count: number, bytes: number, offset: number): boolean {
  return count >= MAX_16 || bytes >= MAX_32 || offset >= MAX_32
}

/** Flags, method 0 (stored), time, CRC and both sizes, which stand alike in both headers. */
function writeCommon(
  header: Buffer,
  at: number,
  { bytes, crc, modifiedMs }: ZipEntry,
  isLarge: boolean,
): void {
  header.writeUInt16LE(UTF8_NAME, at)
  header.writeUInt32LE(dosTime(modifiedMs), at + 4)
  header.writeUInt32LE(crc, at + 8)
  header.writeUInt32LE(isLarge ? MAX_32 : bytes, at + 12)
  header.writeUInt32LE(isLarge ? MAX_32 : bytes, at + 16)
}

/** ZIP64's extra field (4.5.3): what does not fit its own. */
function zip64Extra(values: readonly number[]): Buffer {
  const extra = Buffer.alloc(4 + 8 * values.length)
  extra.writeUInt16LE(1, 0)
  extra.writeUInt16LE(8 * values.length, 2)
  values.forEach((value, index) => {
    extra.writeBigUInt64LE(BigInt(value), 4 + 8 * index)
  })
  return extra
}

/** MS-DOS' date and time, in steps of two seconds, by this computer's clock; 1980 to 2107. */
function dosTime(modifiedMs: number): number {
  const date = new Date(modifiedMs)
  const year = date.getFullYear()
  if (!(year >= 1980)) return 0x0021_0000
  if (year > 2107) return 0xff9f_bf7d
  const day = ((year - 1980) << 9) | ((date.getMonth() + 1) << 5) | date.getDate()
  const time = (date.getHours() << 11) | (date.getMinutes() << 5) | (date.getSeconds() >> 1)
  return day * 0x1_0000 + time
}
