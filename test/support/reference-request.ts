import { isIPv4, isIPv6 } from 'node:net'

/**
 * A second reading of the request grammar, with strings, regular expressions and copies wherever they make it plainer:
 * what the decoder under test is compared with.
 */

/** Every character `c` for which CPython 3.11 gives `c.strip() == ''`, of all 1,112,064. */
export const PYTHON_SPACES: readonly string[] = [
  ...[0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x85, 0xa0, 0x1680],
  ...[0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a],
  ...[0x2028, 0x2029, 0x202f, 0x205f, 0x3000],
].map(code => String.fromCodePoint(code))

const SPACE = `[${PYTHON_SPACES.join('')}]`
const LEADING = new RegExp(`^${SPACE}+`, 'u')
const TRAILING = new RegExp(`${SPACE}+$`, 'u')

/** Python's `str.lstrip()`. */
export function stripStart(text: string): string {
  return text.replace(LEADING, '')
}

/** Python's `str.rstrip()`. */
export function stripEnd(text: string): string {
  return text.replace(TRAILING, '')
}

/** A request as text. */
export interface ReferenceRequest {
  readonly word: string
  readonly password: string
  readonly port: number
  readonly entries: readonly (readonly [digest: string, name: string])[]
}

/** Decodes a request, or gives `undefined`. */
export function decodeReference(datagram: Uint8Array): ReferenceRequest | undefined {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(datagram)
  } catch {
    return undefined
  }
  const message = stripEnd(stripStart(text))
  if (message === 'LST') return { word: 'LST', password: '', port: 0, entries: [] }
  const [word = '', password = '', portText = '', ...rest] = message.split(' ')
  const passwordBytes = Buffer.byteLength(password)
  if (passwordBytes < 1 || passwordBytes > 256 || !isPortText(portText)) return undefined
  const head = { word, password, port: Number(portText) }
  if (word === 'END') return rest.length === 0 ? { ...head, entries: [] } : undefined
  if ((word !== 'REG' && word !== 'UPD') || rest.length === 0) return undefined
  const entries: [string, string][] = []
  for (const entry of rest.join(' ').split(';')) {
    const [digest = '', ...nameParts] = entry.split(',')
    const name = nameParts.join(',')
    if (!/^[0-9a-fA-F]{32}$/.test(digest) || !isReferenceName(name)) return undefined
    entries.push([digest, name])
  }
  return { ...head, entries }
}

/** Whether a list may hold that name. */
export function isReferenceName(name: string): boolean {
  const bytes = Buffer.byteLength(name)
  if (bytes < 1 || bytes > 1024 || name.includes(';') || name.includes('\0')) return false
  const fields = name.split(',')
  return fields.length === 1 || !isEndpointText(fields.at(-1) ?? '')
}

function isEndpointText(text: string): boolean {
  const [, address = '', portText = ''] = /^(.*):([^:]*)$/su.exec(text) ?? []
  if (!isPortText(portText)) return false
  const isBracketed = address.startsWith('[') && address.endsWith(']')
  return isBracketed ? isIPv6(address.slice(1, -1)) && !address.includes('%') : isIPv4(address)
}

function isPortText(text: string): boolean {
  return /^[0-9]{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535
}
