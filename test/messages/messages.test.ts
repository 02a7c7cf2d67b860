import assert from 'node:assert/strict'
import test from 'node:test'
import type { FailureCode, FailureDetails, OwnerFault } from '../../src/base/failure.ts'
import { english } from '../../src/messages/english.ts'
import {
  type Language,
  languageOf,
  languages,
  type Messages,
  systemLanguage,
} from '../../src/messages/messages.ts'
import { NameRefusal } from '../../src/peer/file-name.ts'

type Sentence = (...facts: never[]) => string
type Leaf = string | Sentence

/** Every text and sentence of a language, by its path. */
function leavesOf(value: unknown, path = ''): Map<string, Leaf> {
  if (typeof value === 'string') return new Map([[path, value]])
  if (typeof value === 'function') return new Map([[path, value as Sentence]])
  assert.ok(typeof value === 'object' && value !== null, path)
  const leaves = new Map<string, Leaf>()
  for (const [key, inner] of Object.entries(value)) {
    for (const [at, leaf] of leavesOf(inner, path === '' ? key : `${path}.${key}`)) leaves.set(at, leaf)
  }
  return leaves
}

function say(sentence: Leaf | undefined, facts: readonly unknown[]): string {
  assert.ok(typeof sentence === 'function')
  const text: unknown = Reflect.apply(sentence, undefined, facts)
  assert.ok(typeof text === 'string')
  return text
}

const both = Object.entries(languages) as [Language, Messages][]
const ENGLISH_LEAVES = leavesOf(english)

/** Everything that an owner can do wrong; a new one belongs here. */
const OWNER_FAULTS: Record<OwnerFault, true> = {
  unreachable: true,
  nothing: true,
  errorText: true,
  wrongContent: true,
  cut: true,
  stalled: true,
  tooLarge: true,
  otherSha256: true,
  busy: true,
  unreadable: true,
}

/** Sample facts for every sentence that takes some, but for the failures, which have their own table. */
const samples: Record<string, readonly unknown[]> = {
  'counted.pictures': [3],
  'counted.bytes': [512],
  'counted.rate': [512],
  program: ['the sentence'],
  'guests.address': ['http://192.168.1.5:4000/abc/'],
  'guests.others': [['http://10.0.0.5:4000/abc/']],
  'guests.brought': ['/home/ana/photos/guests'],
  'guests.broughtAndShared': ['/home/ana/photos/guests'],
  'guests.fault': ['EIO'],
  'privacy.cleaned': [3],
  'privacy.withheld': [3, ['a.jxl', 'b.jp2']],
  'privacy.isOn': ['/photos'],
  'privacy.isOff': ['/photos'],
  'privacy.turnedOn': ['/photos'],
  'privacy.turnedOff': ['/photos'],
  'privacy.finding': ['position', 'EXIF', 'GPSLatitude', '-23.5'],
  'privacy.refused': ['a reason'],
  'privacy.unknown': ['a reason'],
  'privacy.summary': [7, 3, 2],
  'transfers.left': [3],
  'transfers.notADigest': [4, 'nonsense'],
  'transfers.unreadableList': ['list.txt', 'ENOENT'],
  'transfers.noRoom': [3],
  'transfers.total': [1, 3, '5 kB', '1 kB/s'],
  'transfers.timeLeft': ['1:30'],
  'transfers.there': [3],
  'transfers.retrying': [3],
  'transfers.failed': [3],
  'transfers.more': [3],
  'transfers.queue': ['/home/ana/photos'],
  'transfers.queueAtRest': ['/home/ana/photos'],
  'transfers.empty': ['/home/ana/photos'],
  'transfers.counts': [
    [
      [3, 'waiting'],
      [1, 'paused'],
    ],
  ],
  'transfers.limitedTo.download': ['2 MB/s'],
  'transfers.limitedTo.upload': ['2 MB/s'],
  'transfers.limitedTo.uploadEach': ['2 MB/s'],
  'transfers.limitedTo.uploadSlots': [17],
  'transfers.nowIs': ['a.png', 'paused'],
  'transfers.noSuch': ['nonsense'],
  'transfers.notAllowed': ['a.png', 'paused'],
  'transfers.finished': [4, '5 kB', 2, 3],
  unexpected: ['the reason'],
  'gallery.address': ['http://127.0.0.1:5001/#token=abc'],
  'gallery.fault': ['the reason'],
  'gallery.unavailable': ['the reason'],
  'server.listening': ['1.2.3.4:5001'],
  'server.anyAddress': [5001, ['1.2.3.4', '2001:db8::7']],
  'server.path': ['portable', 'no koffi'],
  'server.registered': ['1.2.3.4:5001', 3],
  'server.updated': ['1.2.3.4:5001', 3],
  'server.ended': ['1.2.3.4:5001'],
  'server.malformed': ['1.2.3.4'],
  'server.refusedPassword': ['1.2.3.4:5001'],
  'server.tooManyRegistrations': ['1.2.3.4:5001'],
  'server.tooManyImages': ['1.2.3.4:5001'],
  'server.muted': [17],
  'server.renewed': ['1.2.3.4:5001'],
  'server.journal': ['/data'],
  'server.statusPage': ['http://127.0.0.1:13377/'],
  'server.keptOut': [3],
  'server.fault': ['ENOBUFS'],
  'server.journalSetAside': ['/data/catalog-1.sqlite.set-aside', 'file is not a database'],
  'server.journalPartlyUnreadable': ['/data', 3, 'log row 7: cut at byte 12'],
  'server.journalNotDurable': ['/data', 'database or disk is full', 30],
  'server.journalDurableAgain': ['/data'],
  'peer.reading': [12, 345],
  'peer.started': ['/home/ana/photos', 3, 5001],
  'peer.served': ['beach.png', '1.2.3.4'],
  'peer.servedMany': [431, '1.2.3.4'],
  'peer.registered': [3],
  'peer.updated': [3],
  'peer.leftOut': [17],
  'peer.retrying': ['1.2.3.4:13377', 2],
  'peer.storeSetAside': ['/data/library.broken', 'SQLITE_CORRUPT'],
  'peer.storeMemoryOnly': ['EROFS'],
  'peer.trouble': ['The sentence of a failure.'],
  'peer.oldServer': ['1.2.3.4:13377'],
  'peer.noCatalog': ['1.2.3.4:13377', 'ECONNREFUSED'],
  'peer.unreachable': [5001],
  'peer.reachable': [5001],
  'list.heading': [3],
  'list.owners': [3],
  'list.unreadable': [17],
  'list.first': [17],
  'list.found': [3],
  'list.total': [3],
  'list.notApplied': [['--format', '--min-size']],
  'download.progress': ['beach.png', '1 MB', '2 MB/s'],
  'download.nextOwner': ['1.2.3.4:5001', 'errorText', 'BUSY'],
  'download.done': ['beach.png', '1 MB', '1.2.3.4:5001'],
  'sharing.notSharedAnyMore': ['beach.jpg'],
  'sharing.sharedAgain': ['beach.jpg'],
  'sharing.noneLikeThat': ['beach.jpg', '/home/ana/photos'],
  'sharing.sent': ['beach.jpg', '192.168.1.7'],
  'menu.title': ['1.2.3.4:13377', '/home/ana/photos', 3, 5001],
  'menu.wrongChoice': ['seven'],
  'menu.whichImage': [18, 37],
  'menu.wrongImage': ['seven', 18, 37],
  'menu.shown': [18, 37],
  'demo.drawn': ['Ana', 3, '/tmp/ana'],
  'demo.portTaken': [13_377, 40_000],
  'demo.serverStarted': ['127.0.0.1:13377'],
  'demo.peerRegistered': ['Ana', 5001, 3],
  'demo.listed': ['Ana'],
  'demo.fetching': ['Ana', 'beach.png', 'Bruno'],
  'demo.fetched': ['beach.png', '1 MB', '0cc175b9c0f1b6a831c399e269772661'],
  'demo.relisted': ['Ana', 2],
  'demo.says': ['Ana', 'The sentence of a peer.'],
  'demo.join': [13_377],
  'demo.menuFor': ['Ana'],
  'status.uptime': [3, 4, 5],
  'status.renewed': [5],
  'status.peersAbsent': [17],
  'status.ownersOfEach': ['2.3'],
  'status.watchers': [3],
  'status.heap': ['512 MB'],
  'status.journalDurable': ['12 MB'],
  'status.journalFailing': ['ENOSPC'],
  'status.minutesAgo': [15],
  'status.plotDescription': [60, 'What each line tells.'],
  'status.lineDescription': ['listed', '1', '9', '5'],
}

/** Facts that a sentence says in words of its own. */
const inWords: Record<string, ReadonlySet<unknown>> = {
  'download.nextOwner': new Set(['errorText']),
  // The number of the try that follows.
  'peer.retrying': new Set([2]),
}

/** Sample facts of every failure, and those that its sentence leaves out or says in words of its own. */
const failures: { [Code in FailureCode]: FailureSample<Code>[] } = {
  unknownCommand: [{ details: { command: 'serve' } }],
  unknownOption: [{ details: { option: '--prot', command: 'server' } }],
  missingOptionValue: [{ details: { option: '--port', expected: 'a port' } }],
  badOptionValue: [{ details: { option: '--port', value: 'http', expected: 'a number' } }],
  missingArgument: [{ details: { argument: 'FOLDER', command: 'client' } }],
  extraArgument: [{ details: { argument: 'again', command: 'list' } }],
  badServerAddress: [{ details: { text: 'http://x' } }],
  // Which address does not matter: the port is what to change.
  portTaken: [{ details: { host: '10.9.8.7', port: 5001 }, leftOut: ['host'] }],
  portForbidden: [{ details: { host: '10.9.8.7', port: 80 }, leftOut: ['host'] }],
  addressUnavailable: [{ details: { host: '10.9.8.7' } }],
  cannotListen: [{ details: { host: '10.9.8.7', port: 5001, reason: 'EMFILE' } }],
  fastPathUnavailable: [{ details: { reason: 'no koffi' } }],
  directoryMissing: [{ details: { directory: '/home/ana/photos' } }],
  journalInUse: [{ details: { directory: '/data' } }],
  directoryUnreadable: [{ details: { directory: '/home/ana/photos', reason: 'EACCES' } }],
  serverNotFound: [{ details: { host: 'photos.local', reason: 'ENOTFOUND' } }],
  serverSilent: [
    {
      details: { server: '1.2.3.4:13377', attempts: 11, seconds: 22.6, refused: false },
      leftOut: ['seconds', 'refused'],
    },
    // That nothing listens is sure after a moment: how long it took says nothing.
    {
      details: { server: '1.2.3.4:13377', attempts: 4, seconds: 1.5, refused: true },
      leftOut: ['seconds', 'refused'],
    },
  ],
  serverRefused: [{ details: { server: '1.2.3.4:13377', reason: 'TOO_MANY_IMAGES' } }],
  serverUnreadable: [{ details: { server: '1.2.3.4:13377' } }],
  registeredWithOtherPassword: [{ details: { server: '1.2.3.4:13377', port: 5001 } }],
  catalogUnavailable: [{ details: { server: '1.2.3.4:13377', reason: 'ECONNREFUSED' } }],
  cancelled: [{ details: {} }],
  imageNotListed: [{ details: { wanted: 'beach.png' } }],
  imageAmbiguous: [{ details: { wanted: 'beach.png', digests: ['0cc175b9c0f1b6a8', '92eb5ffee6ae2fec'] } }],
  likenessUnknown: (['unreadable', 'undecodable', 'blank', 'unavailable', 'untold'] as const).map(reason => ({
    details: { picture: 'beach.png', reason },
    leftOut: ['reason'],
  })),
  nameRefused: [
    // What is known is said in words, see below; what is not stands as it is.
    { details: { name: '../x', reason: NameRefusal.dots }, leftOut: ['reason'] },
    { details: { name: 'x', reason: 'something new' } },
  ],
  allOwnersFailed: [
    {
      details: {
        name: 'beach.png',
        attempts: [
          { owner: '1.2.3.4:5001', reason: 'unreachable', detail: 'ECONNREFUSED' },
          { owner: '[::1]:5002', reason: 'nothing', detail: '' },
        ],
      },
      leftOut: ['attempts'],
    },
  ],
  queueFull: [{ details: { wanted: 'a.png' } }],
  diskFull: [{ details: { directory: '/home/ana/photos', freeBytes: 12_345 }, leftOut: ['freeBytes'] }],
  sha256Mismatch: [
    {
      details: { name: 'beach.png', digest: 'd41d8cd98f00b204e9800998ecf8427e', disputed: true },
      leftOut: ['disputed'],
    },
    {
      details: { name: 'beach.png', digest: 'd41d8cd98f00b204e9800998ecf8427e', disputed: false },
      leftOut: ['disputed'],
    },
  ],
  cannotSave: [{ details: { name: 'beach.png', directory: '/home/ana/photos', reason: 'EACCES' } }],
}
interface FailureSample<Code extends FailureCode> {
  readonly details: FailureDetails[Code]
  readonly leftOut?: readonly (keyof FailureDetails[Code])[]
}

function failureOf(messages: Messages, code: string, details: unknown): string {
  return say(leavesOf(messages).get(`failures.${code}`), [details])
}

/** Whether a sentence tells a fact: its text, its number as the language writes it, or each of its parts. */
function tells(text: string, fact: unknown): boolean {
  if (Array.isArray(fact)) return fact.every(part => tells(text, part))
  return text.includes(String(fact))
}

for (const [language, messages] of both) {
  test(`${language} says all that English says, with the same facts`, () => {
    const leaves = leavesOf(messages)
    assert.deepEqual([...leaves.keys()].sort(), [...ENGLISH_LEAVES.keys()].sort())
    for (const [path, leaf] of leaves) {
      const model = ENGLISH_LEAVES.get(path)
      assert.equal(typeof leaf, typeof model, path)
      if (typeof leaf === 'function' && typeof model === 'function')
        assert.equal(leaf.length, model.length, path)
    }
  })

  test(`${language} has no empty text, none with a stray space, and none that was left in the code`, () => {
    for (const [path, leaf] of leavesOf(messages)) {
      const known = samples[path]
      if (typeof leaf === 'function' && known === undefined) continue
      const text = typeof leaf === 'function' ? say(leaf, known ?? []) : leaf
      assertSentence(text, path)
    }
    for (const [code, list] of Object.entries(failures)) {
      for (const { details } of list) assertSentence(failureOf(messages, code, details), code)
    }
  })

  test(`${language} tells every fact it is given`, () => {
    for (const [path, facts] of Object.entries(samples)) {
      const text = say(leavesOf(messages).get(path), facts)
      for (const fact of facts) {
        if (inWords[path]?.has(fact) !== true)
          assert.ok(tells(text, fact), `${path}: ${String(fact)} in “${text}”`)
      }
    }
  })

  test(`${language} tells the facts of every failure`, () => {
    for (const [code, list] of Object.entries(failures)) {
      for (const { details, leftOut = [] } of list as { details: object; leftOut?: readonly string[] }[]) {
        const text = failureOf(messages, code, details)
        for (const [key, fact] of Object.entries(details)) {
          if (!leftOut.includes(key)) assert.ok(tells(text, fact), `${code}.${key} in “${text}”`)
        }
      }
    }
  })

  test(`${language} says in words what it leaves out of a failure`, () => {
    const silent = { server: 'S', attempts: 1, seconds: 22.6, refused: false }
    assert.match(failureOf(messages, 'serverSilent', silent), /\b23 s\b/)
    assert.notEqual(
      failureOf(messages, 'serverSilent', silent),
      failureOf(messages, 'serverSilent', { ...silent, refused: true }),
    )
    assert.match(failureOf(messages, 'diskFull', { directory: 'D', freeBytes: 12_345 }), /\b12[.,]3 kB\b/)
    const attempts = [
      { owner: '1.2.3.4:5001', reason: 'unreachable', detail: 'ECONNREFUSED' },
      { owner: '[::1]:5002', reason: 'nothing', detail: '' },
    ]
    const text = failureOf(messages, 'allOwnersFailed', { name: 'beach.png', attempts })
    for (const { owner, detail } of attempts) assert.ok(text.includes(owner) && text.includes(detail), text)
    assert.ok(!text.includes('()'), text)
  })

  test(`${language} has a phrase of its own for everything that an owner can do wrong`, () => {
    const faults = Object.keys(OWNER_FAULTS) as OwnerFault[]
    const phrases = faults.map(fault => messages.download.nextOwner('O', fault, ''))
    assert.equal(new Set(phrases).size, faults.length)
    for (const phrase of phrases) {
      assertSentence(phrase, 'nextOwner')
      assert.ok(!phrase.includes('undefined') && !phrase.includes('()'), phrase)
    }
    assert.ok(messages.download.nextOwner('O', 'errorText', 'BUSY').includes('(BUSY)'))
  })

  test(`${language} has a phrase of its own for every reason to refuse a name`, () => {
    const reasons = Object.values(NameRefusal)
    const sentences = reasons.map(reason => failureOf(messages, 'nameRefused', { name: 'x', reason }))
    assert.equal(new Set(sentences).size, reasons.length)
    for (const [index, sentence] of sentences.entries()) {
      assert.ok(!sentence.includes(`: ${reasons[index]}.`), sentence)
    }
  })

  test(`${language} writes no gap where a failure has nothing to name`, () => {
    const text = failureOf(messages, 'unknownOption', { option: '--prot', command: '' })
    assert.match(text, /imagep2p --help/)
    assertSentence(text, 'unknownOption')
  })

  test(`${language} has the menu's six choices`, () => {
    assert.equal(messages.menu.choices.length, 6)
    assert.equal(new Set(messages.menu.choices).size, 6)
  })
}

test('every sentence has sample facts here, and every sample a sentence', () => {
  const paths = [...ENGLISH_LEAVES].filter(([, leaf]) => typeof leaf === 'function').map(([path]) => path)
  const expected = [...Object.keys(samples), ...Object.keys(failures).map(code => `failures.${code}`)]
  assert.deepEqual(paths.sort(), expected.sort())
})

test('one is not many', () => {
  const { en, pt } = languages
  assert.deepEqual([0, 1, 2, 1234].map(en.counted.pictures), [
    '0 pictures',
    '1 picture',
    '2 pictures',
    '1,234 pictures',
  ])
  assert.deepEqual([0, 1, 2, 1234].map(pt.counted.pictures), [
    '0 imagens',
    '1 imagem',
    '2 imagens',
    '1.234 imagens',
  ])
})

test('bytes are told in the unit that suits them', () => {
  const { en, pt } = languages
  const sizes: [number, string, string][] = [
    [0, '0 B', '0 B'],
    [999, '999 B', '999 B'],
    [1000, '1 kB', '1 kB'],
    [1536, '1.54 kB', '1,54 kB'],
    [1_000_000, '1 MB', '1 MB'],
    [5_242_880, '5.24 MB', '5,24 MB'],
    [1_000_000_000, '1 GB', '1 GB'],
    [1e12, '1 TB', '1 TB'],
    [1e15, '1,000 TB', '1.000 TB'],
  ]
  for (const [count, inEnglish, inPortuguese] of sizes) {
    assert.equal(en.counted.bytes(count), inEnglish)
    assert.equal(pt.counted.bytes(count), inPortuguese)
    assert.equal(en.counted.rate(count), `${inEnglish}/s`)
  }
})

test('a rate may be a fraction', () => {
  for (const [, { counted }] of both) {
    for (const rate of [0, 0.4, 1000 / 3, 999.6, 1234.5, 1e6 / 3])
      assert.match(counted.rate(rate), /^[0-9.,]{1,5} k?B\/s$/)
  }
})

const locales: [locale: string, language: Language][] = [
  ['pt', 'pt'],
  ['PT', 'pt'],
  ['pt-PT', 'pt'],
  ['pt-BR', 'pt'],
  ['pt_BR', 'pt'],
  ['pt_BR.UTF-8', 'pt'],
  ['pt_PT@euro', 'pt'],
  ['pt.ISO8859-1', 'pt'],
  ['pt-Latn-BR', 'pt'],
  ['en', 'en'],
  ['en_US', 'en'],
  ['en_US.UTF-8', 'en'],
  ['C', 'en'],
  ['C.UTF-8', 'en'],
  ['POSIX', 'en'],
  ['', 'en'],
  ['ptx', 'en'],
  ['ptx_BR', 'en'],
  ['es_PT', 'en'],
  ['xpt', 'en'],
  ['de_pt', 'en'],
]
for (const [locale, language] of locales) {
  test(`the language of ${JSON.stringify(locale)} is ${language}`, () =>
    assert.equal(languageOf(locale), language))
}

const environments: [environment: Record<string, string>, language: Language][] = [
  [{ LANG: 'pt_BR.UTF-8' }, 'pt'],
  [{ LANG: 'en_US.UTF-8' }, 'en'],
  [{ LANG: 'C' }, 'en'],
  [{ LC_MESSAGES: 'pt_BR.UTF-8', LANG: 'en_US.UTF-8' }, 'pt'],
  [{ LC_ALL: 'C', LC_MESSAGES: 'pt_BR.UTF-8', LANG: 'pt_BR.UTF-8' }, 'en'],
  [{ LC_ALL: 'pt_PT', LANG: 'en_US' }, 'pt'],
  // POSIX: a variable that is empty is as one that is not set.
  [{ LC_ALL: '', LC_MESSAGES: '', LANG: 'pt_BR.UTF-8' }, 'pt'],
  // Neither of these says in which language messages are.
  [{ LC_CTYPE: 'pt_BR.UTF-8', LC_TIME: 'pt_BR.UTF-8', LANG: 'en_US.UTF-8' }, 'en'],
]
for (const [environment, language] of environments) {
  test(`the language of ${JSON.stringify(environment)} is ${language}`, () => {
    assert.equal(systemLanguage(environment), language)
  })
}

test('without variables the language is the one the system told JavaScript', () => {
  const { locale } = Intl.DateTimeFormat().resolvedOptions()
  assert.equal(systemLanguage({}), languageOf(locale))
  assert.equal(systemLanguage({ LC_ALL: '', LC_MESSAGES: '', LANG: '' }), languageOf(locale))
})

function assertSentence(text: string, path: string): void {
  assert.notEqual(text.trim(), '', path)
  assert.doesNotMatch(text, /undefined|NaN|null|\[object|\$\{|\{\w+\}/, path)
  // Two spaces separate the columns of a progress line.
  if (path !== 'download.progress') assert.doesNotMatch(text, / {2}|^ /, path)
  assert.doesNotMatch(text, /\n/, path)
}
