import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import type { ImageEntry } from '../../src/protocol/catalog-api.ts'
import type { Digest } from '../../src/protocol/digest.ts'
import { decodeIndexRequest } from '../../src/protocol/index-request.ts'
import type { IndexState, PeerIdentity, Refusal } from '../../src/server/index-state.ts'
import type { CatalogState } from '../../src/server/state/catalog-state.ts'
import { addressBytes } from './catalog-driver.ts'

/** The images that commands are about. */
export const DIGESTS = Array.from(
  { length: 12 },
  (_, index) => createHash('md5').update(`${index}`).digest('hex') as Digest,
)
/** What every owner says of an image over HTTP, where anybody says anything. */
const DETAILS = DIGESTS.map((md5, index) => ({
  bytes: 100 + index,
  format: 'png',
  ...(index % 2 === 0 && { width: index + 1, height: 2 }),
  ...(index % 3 === 0 && { sha256: md5 + md5 }),
  ...(index % 4 !== 0 && { likeness: md5.slice(0, 16) }),
}))
const ADDRESSES = ['10.0.0.1', '10.0.0.2', '2001:db8::1', '127.0.0.1']

const entry = fc.record({
  index: fc.nat({ max: DIGESTS.length - 1 }),
  name: fc.constantFrom('a.png', 'praça, sol.jpg', 'x'.repeat(300), 'n'.repeat(900)),
})
export type Given = { readonly index: number; readonly name: string }
const entries = fc.array(entry, { minLength: 1, maxLength: 8 })
const peer = fc.record({
  address: fc.constantFrom(...ADDRESSES),
  port: fc.integer({ min: 1, max: 3 }),
  password: fc.oneof({ weight: 6, arbitrary: fc.constant('one') }, fc.constant('two')),
})
/** A request of either front. */
export const command = fc.record({
  kind: fc.constantFrom('REG', 'UPD', 'END', 'ALV', 'register', 'add', 'remove', 'replace', 'end'),
  peer,
  entries,
})
export type Command = typeof command extends fc.Arbitrary<infer Value> ? Value : never

const toWire = (list: readonly Given[]) =>
  list.map(({ index, name }) => `${DIGESTS[index]},${name}`).join(';')
/** Over UDP come no details: those of the images that are only ever registered that way are unknown. */
const isOverUdp = (index: number) => index % 4 === 3
const toEntries = (list: readonly Given[]): ImageEntry[] =>
  list.map(({ index, name }) => ({
    md5: DIGESTS[index] ?? '',
    name,
    ...(!isOverUdp(index) && DETAILS[index]),
  }))

export function identityOf({ address, port }: Command['peer']): PeerIdentity {
  return { address: addressBytes(address), port }
}

/** Does a command on the real state, by the front that it belongs to. */
export async function doOn(
  state: CatalogState,
  { kind, peer: who, entries: list }: Command,
): Promise<string> {
  const identity = identityOf(who)
  switch (kind) {
    case 'REG':
    case 'UPD':
    case 'END':
    case 'ALV': {
      const text = `${kind} ${who.password} ${who.port}`
      const request = decodeIndexRequest(
        Buffer.from(kind === 'REG' || kind === 'UPD' ? `${text} ${toWire(list)}` : text),
      )
      assert.ok(request, text)
      const outcome = state.apply(request, identity.address, 0, 1000)
      return outcome === 'unchanged' ? 'done' : outcome
    }
    default:
      return (await doOverApi(state, kind, identity, who.password, list)) ?? 'done'
  }
}

export type ApiKind = Exclude<Command['kind'], 'REG' | 'UPD' | 'END' | 'ALV'>

export async function doOverApi(
  state: IndexState,
  kind: ApiKind,
  identity: PeerIdentity,
  password: string,
  list: readonly Given[],
): Promise<Refusal | undefined> {
  switch (kind) {
    case 'register':
      return state.register(identity, password)
    case 'add':
      return state.register(identity, password) ?? state.addImages(identity, password, toEntries(list))
    case 'remove': {
      const digests = list.flatMap(({ index }) => DIGESTS[index] ?? [])
      return state.removeImages(identity, password, digests)
    }
    case 'replace': {
      const refusal = state.register(identity, password)
      if (refusal !== undefined) return refusal
      const replacement = state.replaceImages(identity, password)
      if (typeof replacement === 'string') return replacement
      return replacement.add(toEntries(list)) ?? (await replacement.finish())
    }
    case 'end':
      return state.end(identity, password)
    default:
      return kind satisfies never
  }
}
