import assert from 'node:assert/strict'
import test from 'node:test'
import {
  isOrder,
  isOrientation,
  isSearch,
  optionsOf,
  parseFormats,
  parseSize,
  queryOfOptions,
} from '../../src/cli/list-query.ts'

test('sizes are read in the units in which they are shown', () => {
  const sizes: Record<string, number | undefined> = {
    '0': 0,
    '500000': 500_000,
    '500B': 500,
    '500kB': 500_000,
    '500 KB': 500_000,
    '2MB': 2_000_000,
    '1.5mb': 1_500_000,
    '1,5MB': 1_500_000,
    '0.0001kB': 1,
    '3GB': 3_000_000_000,
    '1TB': 1_000_000_000_000,
    '99999TB': undefined,
    '': undefined,
    MB: undefined,
    '-1': undefined,
    '1e3': undefined,
    '2MiB': undefined,
    '1.2.3MB': undefined,
  }
  for (const [text, bytes] of Object.entries(sizes)) assert.equal(parseSize(text), bytes, text)
})

test('formats are named by themselves or by the extensions of their files', () => {
  const formats: Record<string, string[] | undefined> = {
    jpeg: ['jpeg'],
    JPG: ['jpeg'],
    '.tif': ['tiff'],
    'jpg, jpeg,png': ['jpeg', 'png'],
    hif: ['heic', 'heif'],
    // A server newer than we are may have it.
    qoi: ['qoi'],
    '': undefined,
    'jpeg,': undefined,
    'a b': undefined,
    photoshop: undefined,
    çã: undefined,
  }
  for (const [text, ids] of Object.entries(formats)) assert.deepEqual(parseFormats(text), ids, text)
  const sixteen = Array.from({ length: 16 }, (_, index) => `f${index}`)
  assert.equal(parseFormats(sixteen.join(','))?.length, 16)
  assert.equal(parseFormats([...sixteen, 'more'].join(',')), undefined)
})

test('a search is some words', () => {
  for (const text of ['a', 'a beach', '😀'.repeat(200)]) assert.equal(isSearch(text), true)
  for (const text of ['', ' ', '😀'.repeat(201)]) assert.equal(isSearch(text), false)
})

test('orders and orientations are those of the catalog', () => {
  for (const text of ['newest', 'name', 'size', 'owners', 'taken']) assert.ok(isOrder(text))
  for (const text of ['landscape', 'portrait', 'square']) assert.ok(isOrientation(text))
  for (const text of ['', 'Name', 'toString']) assert.ok(!isOrder(text) && !isOrientation(text))
})

test('options become the query that they ask for, and parts of it the options they came from', () => {
  assert.deepEqual(queryOfOptions(new Map()), {})
  assert.deepEqual(queryOfOptions(new Map([['json', '']])), {})
  const options = new Map([
    ['search', 'a beach'],
    ['format', 'jpg,png'],
    ['min-size', '2MB'],
    ['min-width', '640'],
    ['min-height', '480'],
    ['orientation', 'portrait'],
    ['sort', 'size'],
  ])
  const query = queryOfOptions(options)
  assert.deepEqual(query, {
    ...{ search: 'a beach', format: 'jpeg,png', minBytes: 2_000_000, minWidth: 640, minHeight: 480 },
    ...{ orientation: 'portrait', sort: 'size' },
  })
  const parts = ['search', 'format', 'minBytes', 'minWidth', 'minHeight', 'orientation', 'sort'] as const
  assert.deepEqual(
    optionsOf(parts),
    [...options.keys()].map(name => `--${name}`),
  )
  assert.deepEqual(optionsOf(['like']), ['--like'])
  assert.deepEqual(optionsOf([]), [])
})
