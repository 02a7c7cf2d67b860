import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isEmptyLine, readEntryLine, readReferenceLine } from '../../../src/server/api/list-lines.ts'

const a = '0cc175b9c0f1b6a831c399e269772661'

const entries: readonly object[] = [
  { md5: a, name: 'a.png' },
  { md5: a, name: 'a, b and c.png' },
  { md5: a, name: '映像 🖼 .png' },
  { md5: a, name: 'é'.repeat(512) },
  { md5: a, name: '\t\u0001' },
  {
    md5: a,
    name: 'all of it.jpg',
    bytes: 1,
    width: 1,
    height: 1_000_000,
    format: 'jpeg',
    taken: -1,
    sha256: a + a,
    placeholder: 'AAAA',
    likeness: 'c0ffee0123456789',
  },
]
for (const entry of entries) {
  test(`a line is an entry: ${JSON.stringify(entry).slice(0, 80)}`, () => {
    assert.deepEqual(readEntryLine(Buffer.from(JSON.stringify(entry))), { entry })
    assert.deepEqual(readEntryLine(Buffer.from(` ${JSON.stringify(entry)}\r`)), { entry })
  })
}

const refused: Record<string, readonly [line: string | Buffer, reason: RegExp]> = {
  'text that is no JSON': ['nonsense', /not JSON/],
  'half an object': [`{"md5":"${a}"`, /not JSON/],
  'two objects': [`{"md5":"${a}","name":"a"}{"md5":"${a}","name":"b"}`, /not JSON/],
  'an array': ['[]', /must be object/],
  null: ['null', /must be object/],
  'bytes that are no UTF-8': [Buffer.from([0x7b, 0xff, 0x7d]), /not UTF-8/],
  'a byte order mark': [`\ufeff{"md5":"${a}","name":"a"}`, /not JSON/],
  'no name': [`{"md5":"${a}"}`, /name/],
  'an empty name': [`{"md5":"${a}","name":""}`, /“name”/],
  'an MD5 in upper case': [`{"md5":"${a.toUpperCase()}","name":"a"}`, /“md5”/],
  'an MD5 that is too short': [`{"md5":"${a.slice(1)}","name":"a"}`, /“md5”/],
  'a field that is not known': [`{"md5":"${a}","name":"a","owner":"1.2.3.4:5"}`, /There is no “owner”/],
  'a field that poisons prototypes': [`{"md5":"${a}","name":"a","__proto__":{}}`, /There is no “__proto__”/],
  'a stranger’s field with escapes': [
    `{"md5":"${a}","name":"a","\\u001b[2J":1}`,
    /There is no “\\u\{1b\}\[2J”/,
  ],
  'a size of nothing': [`{"md5":"${a}","name":"a","bytes":0}`, /“bytes” must be >= 1/],
  'half a pixel': [`{"md5":"${a}","name":"a","width":1.5}`, /“width” must be integer/],
  'a size as text': [`{"md5":"${a}","name":"a","bytes":"1"}`, /“bytes” must be integer/],
  'a name that is too long in bytes only': [
    JSON.stringify({ md5: a, name: 'é'.repeat(513) }),
    /longer than 1024 bytes/,
  ],
  'a name that is too long': [JSON.stringify({ md5: a, name: 'x'.repeat(1025) }), /“name”/],
  'half a surrogate pair': [`{"md5":"${a}","name":"\\ud800"}`, /surrogate/],
  'a semicolon': [`{"md5":"${a}","name":"a;b"}`, /semicolon/],
  'a NUL': [`{"md5":"${a}","name":"a\\u0000b"}`, /NUL/],
  'a line feed': [`{"md5":"${a}","name":"a\\nb"}`, /line break/],
  'a paragraph separator': [`{"md5":"${a}","name":"a\u2029b"}`, /line break/],
  'a name that ends like an address': [`{"md5":"${a}","name":"a,1.2.3.4:80"}`, /address/],
}
for (const [what, [line, reason]] of Object.entries(refused)) {
  test(`a line is no entry: ${what}`, () => {
    const read = readEntryLine(Buffer.from(line))
    assert.ok('reason' in read)
    assert.match(read.reason, reason)
    assert.match(read.reason, /\.$/)
  })
}

test('a line of what is taken off has an MD5 and nothing else', () => {
  assert.deepEqual(readReferenceLine(Buffer.from(`{"md5":"${a}"}`)), { entry: a })
  for (const line of [`{"md5":"${a}","name":"a"}`, '{}', `"${a}"`, '{"md5":1}']) {
    assert.ok('reason' in readReferenceLine(Buffer.from(line)), line)
  }
})

test('a line with nothing but white space is empty', () => {
  for (const line of ['', '\r', ' \t ']) assert.equal(isEmptyLine(Buffer.from(line)), true)
  for (const line of ['{}', ' x', '\0', '\u00a0']) assert.equal(isEmptyLine(Buffer.from(line)), false)
})
