import { isIPv4 } from 'node:net'

interface Image {
  name: string
  owners: string[]
}

/** Bytes that a listing may have, and owners that it names of one image. */
const LISTING_BYTES = 4096
const LISTED_OWNERS = 32

/**
 * What an index server has to answer, in the plainest way there is: maps of strings, no speed, no bounds. Written from
 * the protocol's description alone, to hold the catalog and the server against.
 */
export class ReferenceCatalog {
  readonly #passwords = new Map<string, string>()
  readonly #images = new Map<string, Image>()

  get counts(): { registrations: number; images: number; holdings: number } {
    const images = [...this.#images.values()]
    return {
      registrations: this.#passwords.size,
      images: images.length,
      holdings: images.reduce((sum, { owners }) => sum + owners.length, 0),
    }
  }

  /** The reply to a valid datagram from `address`. */
  answer(datagram: Uint8Array, address: string): string {
    const message = strip(Buffer.from(datagram).toString('utf8'))
    if (message === 'LST') return this.listing(isIPv4(address) ? 'ipv4' : 'ipv6') || 'ERR NO_IMAGES_AVAILABLE'
    const [word, password = '', port = '', ...rest] = message.split(' ')
    const peer = isIPv4(address) ? `${address}:${Number(port)}` : `[${address}]:${Number(port)}`
    const known = this.#passwords.get(peer)
    const isRefused = word === 'REG' ? known !== undefined && known !== password : known !== password
    if (isRefused) return 'ERR IP_REGISTERED_WITH_DIFFERENT_PASSWORD'
    if (word === 'END') {
      this.#replace(peer, [])
      this.#passwords.delete(peer)
      return 'OK CLIENT_FINISHED'
    }
    this.#passwords.set(peer, password)
    const entries = rest.join(' ').split(';')
    this.#replace(peer, entries)
    return `OK ${entries.length}_REGISTERED_${word === 'REG' ? 'IMAGES' : 'FILES'}`
  }

  /** The listing as somebody with an address of that family is to get it; empty when there is nothing. */
  listing(asker: 'ipv4' | 'ipv6'): string {
    let listing = ''
    for (const [digest, { name, owners }] of this.#images) {
      const ipv4 = owners.filter(owner => !owner.startsWith('['))
      const shown = asker === 'ipv4' ? ipv4 : [...ipv4, ...owners.filter(owner => owner.startsWith('['))]
      if (shown.length === 0) continue
      const entry = [digest, name, ...shown.slice(0, LISTED_OWNERS)].join(',')
      const longer = listing === '' ? entry : `${listing};${entry}`
      if (Buffer.byteLength(longer) > LISTING_BYTES) break
      listing = longer
    }
    return listing
  }

  #replace(peer: string, entries: readonly string[]): void {
    const named = new Map<string, string>()
    for (const entry of entries) {
      const digest = entry.slice(0, 32).toLowerCase()
      if (!named.has(digest)) named.set(digest, entry.slice(33))
    }
    for (const [digest, image] of this.#images) {
      if (named.has(digest)) continue
      image.owners = image.owners.filter(owner => owner !== peer)
      if (image.owners.length === 0) this.#images.delete(digest)
    }
    for (const [digest, name] of named) {
      const image = this.#images.get(digest)
      if (image === undefined) this.#images.set(digest, { name, owners: [peer] })
      else if (!image.owners.includes(peer)) image.owners.push(peer)
    }
  }
}

/** Python's `str.strip()`: what JavaScript trims but for U+FEFF, and the four ASCII separators and U+0085. */
function strip(text: string): string {
  const isSpace = (character: string) => /[\s\u001c-\u001f\u0085]/.test(character) && character !== '\ufeff'
  const characters = [...text]
  const from = characters.findIndex(character => !isSpace(character))
  const to = characters.findLastIndex(character => !isSpace(character))
  return from === -1 ? '' : characters.slice(from, to + 1).join('')
}
