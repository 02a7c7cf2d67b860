import type { ImageEntry } from '../../src/protocol/catalog-api.ts'
import type { HttpPeer } from '../load/http-front.ts'
import { addressAfter } from '../load/http-front.ts'
import { PHOTOS_PER_PEER, photosOf } from './photos.ts'

/** The addresses from which long lists come. */
const FIRST_LIST_ADDRESS = '127.96.0.0'

/** A peer that registers a long list. */
export function listPeer(index: number, port: number): HttpPeer {
  return { address: addressAfter(FIRST_LIST_ADDRESS, index), port }
}

/** The images of one long list, another one for each `index`: a multiple of {@link PHOTOS_PER_PEER}. */
export function longList(index: number, images: number): readonly ImageEntry[] {
  const takers = images / PHOTOS_PER_PEER
  return Array.from({ length: takers }, (_, taker) => photosOf(index * takers + taker)).flat()
}

/** Entries as they are sent. */
export function encodeList(entries: readonly ImageEntry[]): Buffer {
  return Buffer.from(entries.map(entry => `${JSON.stringify(entry)}\n`).join(''))
}
