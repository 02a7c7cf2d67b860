import { ImageFormat } from '../peer/image-format.ts'
import type { QueryPart } from '../peer/listing-query.ts'
import { type ImageQuery, MAX_SEARCH_CHARACTERS } from '../protocol/catalog-api.ts'
import { MAX_FORMAT_CHARACTERS } from '../protocol/image-details.ts'

/** The options by which a listing is restricted and sorted, and the part of the query that each is. */
const OPTIONS = {
  search: 'search',
  format: 'format',
  'min-size': 'minBytes',
  'min-width': 'minWidth',
  'min-height': 'minHeight',
  orientation: 'orientation',
  like: 'like',
  sort: 'sort',
} as const satisfies Record<string, QueryPart>

const ORIENTATIONS = ['landscape', 'portrait', 'square'] as const
const ORDERS = ['newest', 'name', 'size', 'owners', 'taken'] as const

/** Formats of one query, at most: what the catalog API takes. */
const MAX_FORMATS = 16

/** The query that checked options ask for; `--like`, of which the likeness is to be found out, is none of its parts. */
export function queryOfOptions(options: ReadonlyMap<string, string>): ImageQuery {
  const search = options.get('search')
  const format = parseFormats(options.get('format') ?? '')
  const minBytes = parseSize(options.get('min-size') ?? '')
  const minWidth = options.get('min-width')
  const minHeight = options.get('min-height')
  const orientation = ORIENTATIONS.find(one => one === options.get('orientation'))
  const sort = ORDERS.find(one => one === options.get('sort'))
  return {
    ...(search === undefined ? {} : { search }),
    ...(format === undefined ? {} : { format: format.join(',') }),
    ...(minBytes === undefined ? {} : { minBytes }),
    ...(minWidth === undefined ? {} : { minWidth: Number(minWidth) }),
    ...(minHeight === undefined ? {} : { minHeight: Number(minHeight) }),
    ...(orientation === undefined ? {} : { orientation }),
    ...(sort === undefined ? {} : { sort }),
  }
}

/** The options that parts of a query came from, as they are written. */
export function optionsOf(parts: readonly QueryPart[]): string[] {
  return Object.entries(OPTIONS).flatMap(([option, part]) => (parts.includes(part) ? [`--${option}`] : []))
}

/** True for words that can be searched for. */
export function isSearch(text: string): boolean {
  return text.trim() !== '' && [...text].length <= MAX_SEARCH_CHARACTERS
}

export function isOrientation(text: string): boolean {
  return ORIENTATIONS.some(one => one === text)
}

export function isOrder(text: string): boolean {
  return ORDERS.some(one => one === text)
}

/**
 * Formats by their names or by the extensions of their files, with or without the dot: `jpg` is the format `jpeg`, `hif`
 * may be two. What we have no name for may be one that the server has.
 */
export function parseFormats(text: string): string[] | undefined {
  const formats = text
    .toLowerCase()
    .split(',')
    .map(name => name.trim().replace(/^\./, ''))
    .flatMap(formatsNamed)
  const different = [...new Set(formats)]
  const isFine = different.every(name => name.length <= MAX_FORMAT_CHARACTERS && /^[a-z0-9]+$/.test(name))
  return isFine && different.length <= MAX_FORMATS ? different : undefined
}

function formatsNamed(name: string): readonly string[] {
  const formats = Object.values(ImageFormat)
  if (formats.some(({ id }) => id === name)) return [name]
  const byExtension = formats.filter(({ extensions }) =>
    extensions.some(extension => extension === `.${name}`),
  )
  return byExtension.length === 0 ? [name] : byExtension.map(({ id }) => id)
}

const UNITS: Readonly<Record<string, number>> = { '': 1, b: 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 }

/** Bytes: `500000`, `500kB`, `1.5 MB`; units are those in which sizes are shown, powers of a thousand. */
export function parseSize(text: string): number | undefined {
  const parts = /^([0-9]{1,15}(?:[.,][0-9]{1,6})?) ?([kmgt]?b)?$/i.exec(text)
  if (parts === null) return undefined
  const [, amount = '', unit = ''] = parts
  const bytes = Math.ceil(Number(amount.replace(',', '.')) * (UNITS[unit.toLowerCase()] ?? 1))
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

/** Bytes per second: `500K`, `2M`, `1.5 MB/s`, or a plain number of bytes; 0 and `none` are no limit, which is 0. */
export function parseRate(text: string): number | undefined {
  if (/^(0|none)$/i.test(text)) return 0
  const amount = text.trim().replace(/\/s$/i, '')
  const bytes = parseSize(/[kmgt]$/i.test(amount) ? `${amount}B` : amount)
  return bytes === undefined || bytes === 0 ? undefined : bytes
}
