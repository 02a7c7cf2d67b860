import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytesInMemory } from '../../../src/peer/image-header/image-bytes.ts'
import { applyEdits } from '../../../src/peer/private-metadata/edits.ts'
import type { PrivateMetadata } from '../../../src/peer/private-metadata/private-metadata.ts'
import { Section } from '../../../src/peer/private-metadata/section.ts'
import { cleanXmp } from '../../../src/peer/private-metadata/xmp.ts'

const nothing = (): void => assert.fail('XMP holds no other blocks')
const NO_BLOCKS = { exif: nothing, xmp: nothing, iptc: nothing, photoshop: nothing, jpeg: nothing }

function cleanedXmp(text: string | Buffer): { text: string; found: readonly PrivateMetadata[] } {
  const bytes = Buffer.from(text)
  const { section, edits, found } = Section.ofFile(bytesInMemory(Buffer.from(bytes)), NO_BLOCKS)
  cleanXmp(section)
  applyEdits(bytes, 0, edits)
  return { text: bytes.toString('utf8'), found }
}

const packet = (inside: string): string =>
  `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF>${inside}</rdf:RDF></x:xmpmeta>`

test('private attributes and elements become spaces, whatever their prefix; the rest stays', () => {
  const before = packet(
    `<rdf:Description a:GPSLatitude="1" b:Rating='3' c:SerialNumber = 'S>1'><d:City><rdf:li>Ünal</rdf:li></d:City><e:Title>x</e:Title></rdf:Description>`,
  )
  const { text, found } = cleanedXmp(before)
  assert.equal(Buffer.from(text).length, Buffer.from(before).length)
  assert.equal(
    text.replaceAll(/ +/g, ' '),
    packet(`<rdf:Description b:Rating='3' > <e:Title>x</e:Title></rdf:Description>`),
  )
  assert.deepEqual(
    found.map(({ name, value }) => [name, value]),
    [
      ['a:GPSLatitude', '1'],
      ['c:SerialNumber', 'S>1'],
      ['d:City', 'Ünal'],
    ],
  )
})

test('a private element goes with all that is in it, elements of its name among them', () => {
  const { text, found } = cleanedXmp(packet('<a:Location><a:Location>x</a:Location>y</a:Location><b:Note/>'))
  assert.equal(text.replaceAll(' ', ''), packet('<b:Note/>').replaceAll(' ', ''))
  assert.equal(found.length, 1)
})

test('what is no property is passed over: comments, instructions, CDATA, namespaces', () => {
  const kept = packet(
    '<!-- <a:City> --><?x GPSLatitude="1"?><b:Note xmlns:gps="u"><![CDATA[<a:City>]]></b:Note>',
  )
  assert.deepEqual(cleanedXmp(kept), { text: kept, found: [] })
})

test('a picture within that has metadata of its own goes, another stays', () => {
  const jpeg = (inside: string): string =>
    Buffer.from(`\xff\xd8\xff\xe1..${inside}`, 'latin1').toString('base64')
  const [told, plain] = [jpeg('Exif\0\0'), jpeg('JFIF\0')]
  const { text } = cleanedXmp(
    packet(`<G:Image G:Data="${told}"/><x:image>${told}</x:image><x:image>${plain}</x:image>`),
  )
  assert.ok(!text.includes(told) && text.includes(plain))
})

test('a packet that is not understood goes as a whole', () => {
  for (const broken of [
    packet('<a:City>Santos'),
    packet('<a:City>Santos</a:Town>'),
    packet('<a:b c=d a:City="Santos"/>'),
    `<!DOCTYPE x [<!ENTITY c "Santos">]>${packet('<a:City>&c;</a:City>')}`,
    packet('<!-- <a:City>Santos</a:City>'),
    Buffer.from(packet('<a:City>Santos</a:City>'), 'utf16le'),
    'Santos without any markup',
    '<'.repeat(1000),
    '<a>'.repeat(1000),
  ]) {
    const { text, found } = cleanedXmp(broken)
    assert.match(text, /^ +$/)
    assert.deepEqual(found, [{ kind: 'unknown', where: 'xmp', name: 'XMP' }])
    assert.deepEqual(cleanedXmp(text).found, [], 'and is clean then')
  }
})
