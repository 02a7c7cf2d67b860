import { isIPv4 } from 'node:net'
import { DEFAULT_CATALOG_LIMITS } from '../../src/catalog/catalog-limits.ts'
import { ReferenceCatalog } from './reference-catalog.ts'

const replies = {
  refusedPassword: 'ERR IP_REGISTERED_WITH_DIFFERENT_PASSWORD',
  tooManyRegistrations: 'ERR TOO_MANY_REGISTRATIONS',
  tooManyImages: 'ERR TOO_MANY_IMAGES',
} as const

/** What an index server has to answer to valid datagrams, in strings and written from the protocol's description alone. */
export class ReferenceServer {
  readonly #catalog = new ReferenceCatalog(DEFAULT_CATALOG_LIMITS)

  /** The reply to a valid datagram from `address`. */
  answer(datagram: Uint8Array, address: string): string {
    const message = strip(Buffer.from(datagram).toString('utf8'))
    if (message === 'LST') {
      return this.#catalog.listing(isIPv4(address) ? 'ipv4' : 'ipv6') || 'ERR NO_IMAGES_AVAILABLE'
    }
    const [word, password = '', port = '', ...rest] = message.split(' ')
    if (word !== 'REG' && word !== 'UPD' && word !== 'END')
      throw new TypeError(`no valid message: ${message}`)
    const list = word === 'END' ? [] : rest.join(' ').split(';')
    const entries = list.map(entry => ({ digest: entry.slice(0, 32), name: entry.slice(33) }))
    const outcome = this.#catalog.apply({ word, address, port: Number(port), password, entries })
    if (outcome !== 'done') return replies[outcome]
    if (word === 'END') return 'OK CLIENT_FINISHED'
    return `OK ${entries.length}_REGISTERED_${word === 'REG' ? 'IMAGES' : 'FILES'}`
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
