import { decodeList, type EncodedList, ListTable } from '../../protocol/encoded-list.ts'

const TABLE = new ListTable()

/** An entry of a list, of which the name may be left out where it does not count. */
export interface NamedDigest {
  readonly md5: string
  readonly name?: string
}

/**
 * Entries as the list of the wire that the catalog takes; valid until the next is decoded. `undefined` where one has a
 * digest or a name that no list can carry (see protocol/image-name.ts).
 */
export function toWireList(entries: readonly NamedDigest[]): EncodedList | undefined {
  const bytes = Buffer.from(entries.map(({ md5, name = '-' }) => `${md5},${name}`).join(';'))
  const list = decodeList(bytes, 0, bytes.length, TABLE)
  return list?.entryCount === entries.length ? list : undefined
}

/** The same for entries that were checked before; throws a RangeError where one was not. */
export function toCheckedWireList(entries: readonly NamedDigest[]): EncodedList {
  const list = toWireList(entries)
  if (list === undefined) throw new RangeError('an entry that no list can carry')
  return list
}
