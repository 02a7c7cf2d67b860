import assert from 'node:assert/strict'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { NO_ROW } from '../../src/catalog/rows.ts'
import type { ImageEntry } from '../../src/protocol/catalog-api.ts'
import {
  DIGEST_WORDS,
  decodeDigest,
  decodeList,
  type EncodedList,
  ListTable,
} from '../../src/protocol/encoded-list.ts'
import { addressBytes } from './catalog-driver.ts'

/** Entries as a list of the wire. */
export function wireList(entries: readonly { readonly md5: string; readonly name?: string }[]): EncodedList {
  const bytes = Buffer.from(entries.map(({ md5, name = 'x' }) => `${md5},${name}`).join(';'))
  const list = decodeList(bytes, 0, bytes.length, new ListTable())
  assert.ok(list, 'a list that is well formed')
  return list
}

/** The row of a registration, made if there is none. */
export function registrationAt(catalog: Catalog, address: string, port: number): number {
  const bytes = addressBytes(address)
  const found = catalog.registrations.find(bytes, 0, port)
  if (found !== NO_ROW) return found
  const made = catalog.register(bytes, 0, port, new Uint8Array(32), 1)
  assert.ok(typeof made === 'number', String(made))
  return made
}

/** The row of an image, or NO_ROW. */
export function imageRow(catalog: Catalog, md5: string): number {
  const words = new Uint32Array(DIGEST_WORDS)
  assert.ok(decodeDigest(Buffer.from(md5), 0, words, 0), md5)
  return catalog.images.findDigest(words, 0)
}

/** Adds entries with their details to a registration. */
export function addEntries(catalog: Catalog, registration: number, entries: readonly ImageEntry[]): void {
  const outcome = catalog.addImages(registration, wireList(entries))
  assert.ok(outcome === 'done' || outcome === 'unchanged', outcome)
  for (const { md5, name: _, ...details } of entries) {
    if (Object.keys(details).length > 0) catalog.describe(imageRow(catalog, md5), details)
  }
}
