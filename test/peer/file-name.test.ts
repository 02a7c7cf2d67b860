import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, posix, win32 } from 'node:path'
import { after, describe, it } from 'node:test'
import fc from 'fast-check'
import {
  collisionKey,
  MAX_FILE_NAME_BYTES,
  MAX_SAFE_NAME_BYTES,
  NameRefusal,
  numberedName,
  type SafeFileName,
  safeFileName,
  TEMPORARY_NAME_PREFIX,
  withImageExtension,
} from '../../src/peer/file-name.ts'
import { ImageFormat } from '../../src/peer/image-format.ts'
import { PROGRAM_EXTENSIONS } from '../../src/peer/program-extensions.ts'

/** A stranger's name, and either the name made of it or the reason it is refused. */
interface HostileName {
  readonly about: string
  readonly name: string
  readonly safe?: string
  readonly refused?: string
}

const hostileNames: readonly HostileName[] = JSON.parse(
  readFileSync(new URL('../vectors/hostile-names.json', import.meta.url), 'utf8'),
)

function safe(name: string): SafeFileName {
  const judged = safeFileName(name)
  assert.ok(judged.kind === 'safe', `${JSON.stringify(name)} is refused`)
  return judged.name
}

/** Strings of what names are attacked with, long and short. */
const hostileParts = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...['.', '..', '/', '\\', ' ', ':', 'C:', '\0', '\n', '\u001b', '~', '-', '_', '.exe', '.png'],
      ),
      fc.constantFrom(
        'CON',
        'nul',
        'COM¹',
        'LPT9',
        '\u202e',
        '\u200b',
        '\ufe0f',
        '\ufeff',
        '\ud800',
        '\udc00',
      ),
      fc.constantFrom(
        '\u0301',
        '\u0323',
        'e\u0301',
        '\u212a',
        '\u2025',
        '／',
        '＼',
        '\u2800',
        '\u00a0',
        '\u3000',
        '%2e',
      ),
      fc.constantFrom(
        '.imagep2p-',
        'a'.repeat(190),
        'é'.repeat(97),
        '写'.repeat(65),
        ' '.repeat(198),
        '.'.repeat(9),
      ),
      fc.string({ unit: 'binary', maxLength: 8 }),
    ),
    { maxLength: 12 },
  )
  .map(parts => parts.join(''))
const anyName = fc.oneof(
  hostileParts,
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 120 }),
  // Every 16-bit unit, so lone surrogates too.
  fc.array(fc.nat({ max: 0xffff }), { maxLength: 60 }).map(units => String.fromCharCode(...units)),
)

describe('hostile names', () => {
  for (const { about, name, safe: expected, refused } of hostileNames) {
    it(`${about}: ${JSON.stringify(name.slice(0, 40))}`, () => {
      assert.deepEqual(
        safeFileName(name),
        refused === undefined ? { kind: 'safe', name: expected } : { kind: 'refused', reason: refused },
      )
    })
  }

  it('every reason that a name alone can give has a name', () => {
    const reasons = new Set(hostileNames.flatMap(({ refused }) => refused ?? []))
    reasons.add(NameRefusal.program)
    assert.deepEqual(reasons, new Set(Object.values(NameRefusal)))
  })
})

describe('whatever the name', () => {
  const folder = mkdtempSync(join(tmpdir(), 'file-name-'))
  after(() => rmSync(folder, { recursive: true }))

  it('it is refused for a way out of the folder or nothing at all, or one visible component within its bound, in NFC, and comes back unchanged', () => {
    fc.assert(
      fc.property(anyName, name => {
        const judged = safeFileName(name)
        if (judged.kind === 'refused') {
          const escapes =
            /[\0/\\]/.test(name) || /^[\s\p{Variation_Selector}]*[a-z]:/iu.test(name.normalize('NFC'))
          const nothing = /^[.\s\p{Variation_Selector}]*$/u.test(name)
          assert.ok(escapes || nothing, JSON.stringify(name))
          return
        }
        const made = judged.name
        assert.notEqual(made, '')
        assert.equal(posix.basename(made), made)
        assert.equal(win32.basename(made), made)
        assert.ok(Buffer.byteLength(made) <= MAX_SAFE_NAME_BYTES)
        assert.ok(made.isWellFormed())
        assert.equal(made.normalize('NFC'), made)
        assert.doesNotMatch(made, /[\p{C}\p{Zl}\p{Zp}<>:"|?*/\\]/u)
        assert.doesNotMatch(made, /^[.\u2024\u2025\uFF0E\s~-]|[.\s]$/u)
        assert.doesNotMatch(made, /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(\.|$)/i)
        assert.ok(!made.startsWith(TEMPORARY_NAME_PREFIX))
        assert.deepEqual(safeFileName(made), judged)
      }),
      { seed: 13377, numRuns: 20_000 },
    )
  })

  it('a file written under it stands in its folder and nowhere else', () => {
    fc.assert(
      fc.property(anyName, name => {
        const judged = safeFileName(name)
        if (judged.kind === 'refused') return
        writeFileSync(join(folder, judged.name), '', { flag: 'wx' })
        assert.deepEqual(readdirSync(folder), [judged.name])
        rmSync(join(folder, judged.name))
      }),
      { seed: 13377, numRuns: 500 },
    )
  })
})

describe('the extension of content', () => {
  const { png, jpeg, heic } = ImageFormat

  it('a program is given the extension of the image it is', () => {
    assert.deepEqual(withImageExtension(safe('evil.exe'), png), { kind: 'safe', name: 'evil.exe.png' })
    assert.deepEqual(withImageExtension(safe('photo.jpg.EXE'), jpeg), {
      kind: 'safe',
      name: 'photo.jpg.EXE.jpg',
    })
    assert.deepEqual(withImageExtension(safe('x.SvG'), png), { kind: 'safe', name: 'x.SvG.png' })
    assert.deepEqual(withImageExtension(safe('x.ｅｘｅ'), png), { kind: 'safe', name: 'x.ｅｘｅ.png' })
    assert.deepEqual(withImageExtension(safe('desktop.ini'), png), { kind: 'safe', name: 'desktop.ini.png' })
    assert.deepEqual(withImageExtension(safe('x.{3050F4D8-98B5-11CF-BB82-00AA00BDCE0B}'), png), {
      kind: 'safe',
      name: 'x.{3050F4D8-98B5-11CF-BB82-00AA00BDCE0B}.png',
    })
  })

  it('a program whose content is no image is refused', () => {
    assert.deepEqual(withImageExtension(safe('evil.exe'), undefined), { kind: 'refused', reason: 'program' })
    assert.deepEqual(withImageExtension(safe('a.html'), undefined), { kind: 'refused', reason: 'program' })
  })

  it('every other extension stays, the wrong one and none as well', () => {
    for (const name of [
      'a.png',
      'a.jpg',
      'a',
      'a.b',
      'exe',
      'a.exe.png',
      'a.xyz',
      'Dr. exe',
      'a.exe_',
      'a.zip',
    ]) {
      assert.deepEqual(withImageExtension(safe(name), png), { kind: 'safe', name })
      assert.deepEqual(withImageExtension(safe(name), undefined), { kind: 'safe', name })
    }
  })

  it('a name of full length keeps the added extension, and stays safe', () => {
    const long = withImageExtension(safe(`${'a'.repeat(196)}.exe`), heic)
    assert.deepEqual(long, { kind: 'safe', name: `${'a'.repeat(195)}.heic` })
    // What is cut here leaves a device, white space and the extension.
    const device = withImageExtension(safe(`CON${' '.repeat(193)}x.js`), heic)
    assert.deepEqual(device, { kind: 'safe', name: `_CON${' '.repeat(191)}.heic` })
  })

  it('no extension of a program survives under a safe name', () => {
    const format = fc.constantFrom(...Object.values(ImageFormat))
    const extension = fc.constantFrom(...PROGRAM_EXTENSIONS, '.png', '', '.{0}')
    const tail = fc.constantFrom('', '.', ' ', '. .', '\n', '\u200b', '\ufe0f')
    fc.assert(
      fc.property(hostileParts, extension, tail, fc.boolean(), format, (start, end, rest, upper, found) => {
        const judged = safeFileName(start + (upper ? end.toUpperCase() : end) + rest)
        if (judged.kind === 'refused') return
        const named = withImageExtension(judged.name, found)
        assert.ok(named.kind === 'safe')
        assert.ok(!PROGRAM_EXTENSIONS.has(posix.extname(named.name).toLowerCase()), named.name)
        assert.deepEqual(safeFileName(named.name), named)
        assert.deepEqual(withImageExtension(named.name, undefined), named)
        const unknown = withImageExtension(judged.name, undefined)
        assert.equal(unknown.kind === 'safe', named.name === judged.name)
      }),
      { seed: 13377, numRuns: 10_000 },
    )
  })

  it('the list holds the ones everybody knows, in lower case, and none of an image', () => {
    const known =
      '.exe .bat .cmd .com .scr .pif .msi .ps1 .vbs .js .jse .wsf .hta .lnk .url .desktop .app .command .sh .jar .reg .svg .svgz .html .htm .xhtml .php .py .inf .ini .cpl .msc .chm .dmg .iso .apk .deb .appimage'
    for (const extension of known.split(' ')) assert.ok(PROGRAM_EXTENSIONS.has(extension), extension)
    for (const extension of PROGRAM_EXTENSIONS) assert.match(extension, /^\.[a-z0-9-]+$/)
    for (const { extensions } of Object.values(ImageFormat)) {
      for (const extension of extensions) assert.ok(!PROGRAM_EXTENSIONS.has(extension), extension)
    }
  })
})

describe('the key of names that collide', () => {
  it('is one for names that are one file to some file system, or to the eye', () => {
    const twins = [
      ['Photo.PNG', 'photo.png'],
      ['café.png', 'cafe\u0301.png'],
      ['CAFE\u0301.png', 'café.png'],
      ['straße.jpg', 'STRASSE.jpg', 'straẞe.jpg'],
      ['ΟΔΟΣ.jpg', 'οδος.jpg', 'οδοσ.jpg'],
      ['ﬁne.png', 'fine.png'],
      ['１.png', '1.png'],
      ['K.png', '\u212a.png'],
      ['한.png', '\u1112\u1161\u11ab.png'],
      ['ILGAZ.png', 'ılgaz.png', 'ilgaz.png'],
      ['a\u200bb.png', 'ab.png'],
      ['α\u0345\u0301.png', 'α\u0301\u0345.png'],
      ['1ª.png', '1A.png'],
    ]
    for (const [first = '', ...others] of twins) {
      for (const other of others) assert.equal(collisionKey(other), collisionKey(first), `${first} ${other}`)
    }
  })

  it('differs for names that are different files everywhere', () => {
    const names = [
      'a.png',
      'b.png',
      'á.png',
      'a.jpg',
      'a .png',
      'a_.png',
      'а.png',
      'a',
      'ab.png',
      'photo1.png',
      'ß',
      's',
    ]
    assert.equal(new Set(names.map(collisionKey)).size, names.length)
  })

  it('is the same for every case and normal form of any name, and of itself', () => {
    const name = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), hostileParts)
    fc.assert(
      fc.property(name, text => {
        const key = collisionKey(text)
        assert.equal(collisionKey(key), key)
        assert.equal(collisionKey(text.toUpperCase()), key)
        assert.equal(collisionKey(text.toLowerCase()), key)
        for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD'])
          assert.equal(collisionKey(text.normalize(form)), key)
      }),
      { seed: 13377, numRuns: 10_000 },
    )
  })
})

describe('numbered names', () => {
  it('are those of the clients in the field', () => {
    assert.deepEqual(
      [0, 1, 2, 12].map(attempt => numberedName('holiday.jpg', attempt)),
      ['holiday.jpg', 'holiday_downloaded.jpg', 'holiday_downloaded_2.jpg', 'holiday_downloaded_12.jpg'],
    )
    assert.equal(numberedName('holiday', 1), 'holiday_downloaded')
    assert.equal(numberedName('a.tar.gz', 1), 'a.tar_downloaded.gz')
    assert.equal(numberedName('Dr. Smith at sea', 2), 'Dr. Smith at sea_downloaded_2')
    assert.equal(numberedName('.png', 1), '.png_downloaded')
  })

  it('differ from one another, keep the extension and stay within the bound of a file name', () => {
    const attempt = fc.nat({ max: 1_000_000 })
    fc.assert(
      fc.property(anyName, attempt, attempt, (name, one, other) => {
        const judged = safeFileName(name)
        if (judged.kind === 'refused') return
        const numbered = numberedName(judged.name, one)
        assert.ok(Buffer.byteLength(numbered) <= MAX_FILE_NAME_BYTES)
        assert.equal(numbered === numberedName(judged.name, other), one === other)
        assert.equal(posix.basename(numbered), numbered)
        assert.equal(win32.basename(numbered), numbered)
        assert.deepEqual(
          withImageExtension(judged.name, undefined).kind,
          withImageExtension(safe(numbered), undefined).kind,
        )
      }),
      { seed: 13377, numRuns: 10_000 },
    )
  })

  it('of a name already as long as a file system allows are shortened before the ending', () => {
    const numbered = numberedName(`${'a'.repeat(251)}.jpg`, 3)
    assert.equal(numbered, `${'a'.repeat(238)}_downloaded_3.jpg`)
    assert.equal(Buffer.byteLength(numbered), MAX_FILE_NAME_BYTES)
  })
})
