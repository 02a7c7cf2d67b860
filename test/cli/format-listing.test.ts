import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { formatImages, formatPage, WIDE_LAYOUT } from '../../src/cli/format-listing.ts'
import { languages } from '../../src/messages/messages.ts'
import { type CatalogImage, imageFromListing } from '../../src/peer/catalog-image.ts'
import { assertProperty } from '../support/property.ts'
import { anyText, asDigest, digest, endpoint } from '../support/wire-arbitraries.ts'

const messages = languages.en
const A = asDigest('0cc175b9c0f1b6a831c399e269772661')
const B = asDigest('92eb5ffee6ae2fec3ad71c777531578f')

function listed(name: string, hex = A, ports: readonly number[] = [5001]): CatalogImage {
  return imageFromListing({
    digest: hex,
    name,
    owners: ports.map(port => ({ address: '127.0.0.1', port })),
  })
}

function format(
  images: readonly CatalogImage[],
  more: { unreadable?: number; mayBeCut?: boolean; mine?: string; heading?: string; first?: number } = {},
) {
  const { unreadable = 0, mayBeCut = false, mine, ...frame } = more
  const page = { images, unreadable, mayBeCut, next: undefined, notApplied: [] }
  return formatPage(page, frame, hex => hex === mine, messages)
}

test('an empty listing is one sentence', () => {
  for (const spoken of Object.values(languages)) {
    const empty = { images: [], unreadable: 0, mayBeCut: false, next: undefined, notApplied: [] }
    assert.deepEqual(
      formatPage(empty, {}, () => false, spoken),
      [spoken.list.empty],
    )
  }
})

test('an image is a line with its number, name, digest and owners', () => {
  assert.deepEqual(format([listed('a.png'), listed('longer name.jpg', B, [5001, 5002])]), [
    '2 pictures in the network:',
    `1  a.png            ${A}  1 owner: 127.0.0.1:5001`,
    `2  longer name.jpg  ${B}  2 owners: 127.0.0.1:5001, 127.0.0.1:5002`,
  ])
})

test('an IPv6 owner stands in brackets', () => {
  const image = { ...listed('a.png'), owners: [{ address: '2001:db8::7', port: 5001 }] }
  assert.match(format([image]).join('\n'), /1 owner: \[2001:db8::7\]:5001/)
})

test('three owners are named, and the others counted', () => {
  assert.match(
    format([listed('a.png', A, [1, 2, 3])]).join('\n'),
    /3 owners: 127\.0\.0\.1:1, 127\.0\.0\.1:2, 127\.0\.0\.1:3$/,
  )
  assert.match(
    format([listed('a.png', A, [1, 2, 3, 4, 5])]).join('\n'),
    /5 owners: 127\.0\.0\.1:1, 127\.0\.0\.1:2, 127\.0\.0\.1:3, …$/,
  )
})

test('owners that are only counted are said to be more', () => {
  const image = { ...listed('a.png'), ownerCount: 1234 }
  assert.match(format([image]).join('\n'), /1,234 owners: 127\.0\.0\.1:5001, …$/)
})

test('what is known of an image stands before its owners, and what is not leaves no gap', () => {
  const all = { width: 4032, height: 3024, bytes: 2_345_678, format: 'jpeg' }
  const cases: [CatalogImage['details'], string][] = [
    [all, '4032×3024, 2.35 MB, jpeg'],
    [{ width: 640, height: 480 }, '640×480'],
    [{ width: 640, bytes: 5000 }, '5 kB'],
    [{ format: 'png', taken: 5, sha256: '0'.repeat(64) }, 'png'],
  ]
  for (const [details, shown] of cases) {
    const [, line] = format([{ ...listed('a.png'), details }])
    assert.equal(line, `1  a.png  ${A}  ${shown}  1 owner: 127.0.0.1:5001`)
  }
})

test('owners that do not agree on what an image is are warned of', () => {
  const [, line = ''] = format([{ ...listed('a.png'), disputed: true }], { mine: A })
  assert.ok(line.endsWith(`  (${messages.list.disputed})  (${messages.list.yours})`), line)
})

test('a later page goes on with the numbers, under a heading of its own', () => {
  const lines = format([listed('a.png'), listed('b.png', B)], { first: 99, heading: 'More:' })
  assert.deepEqual(
    lines.map(line => line.slice(0, 12)),
    ['More:', ' 99  a.png  ', '100  b.png  '],
  )
})

test('pages of which nobody knows how wide the next one is have the same columns', () => {
  const lines = [1, 12_345].flatMap(first =>
    formatImages([listed('a'), listed('n'.repeat(30))], { first, ...WIDE_LAYOUT }, () => false, messages),
  )
  assert.deepEqual(new Set(lines.map(line => line.indexOf(A))), new Set([7 + 2 + 40 + 2]))
})

test('what the folder holds is marked', () => {
  const [, first = '', second = ''] = format([listed('a.png'), listed('b.png', B)], { mine: B })
  assert.ok(!first.includes(messages.list.yours))
  assert.ok(second.endsWith(`(${messages.list.yours})`))
})

test('says what could not be read, and that the listing may be cut', () => {
  const lines = format([listed('a.png')], { unreadable: 2, mayBeCut: true })
  assert.deepEqual(lines.slice(2), [messages.list.unreadable(2), messages.list.mayBeCut])
  assert.equal(format([listed('a.png')]).length, 2)
})

test('the numbers are aligned', () => {
  const lines = format(Array.from({ length: 100 }, () => listed('a.png')))
  assert.ok(lines[1]?.startsWith('  1  a.png'))
  assert.ok(lines[10]?.startsWith(' 10  a.png'))
  assert.ok(lines[100]?.startsWith('100  a.png'))
})

test('hostile names are escaped', () => {
  const text = format([
    listed('\u001b]0;owned\u0007.png'),
    listed('two\nlines.png'),
    listed('photo\u202egnp.exe'),
    listed('half\ud83d.png'),
  ]).join('\n')
  assert.equal(text.split('\n').length, 5)
  for (const shown of [
    '\\u{1b}]0;owned\\u{7}.png',
    'two\\u{a}lines.png',
    'photo\\u{202e}gnp.exe',
    'half\\u{d83d}.png',
  ]) {
    assert.ok(text.includes(shown), shown)
  }
})

test('a name of up to 40 characters is padded to the longest, and a longer one is cut at 60', () => {
  const [, short = '', long = ''] = format([listed('a'), listed('n'.repeat(100))])
  assert.equal(short.indexOf(A), 3 + 40 + 2)
  assert.equal(long, `2  ${'n'.repeat(59)}…  ${A}  1 owner: 127.0.0.1:5001`)
})

test('a character outside the first plane is one column of padding', () => {
  const [, first = '', second = '', third = ''] = format([listed('😀😀😀'), listed('😀'), listed('a')])
  assert.ok(first.startsWith(`1  😀😀😀  ${A}`))
  assert.ok(second.startsWith(`2  😀    ${A}`))
  assert.ok(third.startsWith(`3  a    ${A}`))
})

test('whatever is listed, each image is one line that a terminal can show', () => {
  const image = fc
    .record({ digest, name: anyText, owners: fc.array(endpoint, { minLength: 1, maxLength: 6 }) })
    .map(imageFromListing)
  assertProperty(
    fc.property(fc.array(image, { minLength: 1, maxLength: 12 }), images => {
      const lines = format(images)
      assert.equal(lines.length, images.length + 1)
      for (const [index, { digest: hex, owners }] of images.entries()) {
        const line = lines[index + 1] ?? ''
        assert.ok(line.trimStart().startsWith(`${index + 1}  `))
        assert.ok(line.includes(`  ${hex}  ${messages.list.owners(owners.length)}: `))
        assert.doesNotMatch(line, /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u)
      }
    }),
  )
})
