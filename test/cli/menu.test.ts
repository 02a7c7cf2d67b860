import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import {
  FIRST_MENU_STATE,
  FIRST_PAGE,
  type MenuState,
  menuChoices,
  menuPrompt,
  type PageRequest,
  pageHint,
  type ShownPage,
  stateAfterPage,
  stepMenu,
} from '../../src/cli/menu.ts'
import { languages } from '../../src/messages/messages.ts'
import { type CatalogImage, imageFromListing } from '../../src/peer/catalog-image.ts'
import { assertProperty } from '../support/property.ts'
import { anyText, asDigest } from '../support/wire-arbitraries.ts'

const messages = languages.en
const images: readonly CatalogImage[] = Array.from({ length: 12 }, (_, index) =>
  imageFromListing({
    digest: asDigest(String(index).padStart(32, '0')),
    name: `picture ${index + 1}.png`,
    owners: [{ address: '127.0.0.1', port: 5001 }],
  }),
)
/** All there is, on one page. */
const whole: ShownPage = { request: FIRST_PAGE, images, first: 1, next: undefined }
const asking: MenuState = { kind: 'whichImage', shown: whole }
/** The second of at least three pages. */
const secondRequest: PageRequest = { search: undefined, page: 1, cursors: [undefined, 'second'] }
const second: ShownPage = { request: secondRequest, images, first: 31, next: 'third' }
const open: readonly MenuState[] = [
  { kind: 'choices', shown: second },
  { kind: 'whichImage', shown: second },
]

function purposeOf({ kind }: MenuState) {
  return kind === 'choices' ? 'list' : 'download'
}

function back(...says: string[]) {
  return { state: FIRST_MENU_STATE, says, action: undefined }
}

const choices = ['register', 'list', 'download', 'update', 'end', 'exit']
for (const [index, kind] of choices.entries()) {
  test(`${index + 1} is ${kind}, also while the pages of a list are open`, () => {
    const shows = kind === 'list' || kind === 'download'
    const action = shows ? { kind: 'show', purpose: kind, request: FIRST_PAGE } : { kind }
    for (const state of [FIRST_MENU_STATE, { kind: 'choices', shown: second } as const]) {
      for (const line of [`${index + 1}`, ` ${index + 1}\t`, `${index + 1}\r`]) {
        assert.deepEqual(stepMenu(state, line, messages), { state: FIRST_MENU_STATE, says: [], action })
      }
    }
  })
}

test('an empty line asks again, without a word', () => {
  for (const line of ['', '   ', '\r']) {
    assert.deepEqual(stepMenu(FIRST_MENU_STATE, line, messages), back())
  }
})

for (const line of [
  'n',
  'p',
  '/beach',
  '/',
  '0',
  '7',
  '01',
  '-1',
  '1.0',
  '1 2',
  '１',
  '٣',
  'exit',
  'a',
  '1;',
  'register',
  '1e0',
]) {
  test(`${JSON.stringify(line)} is not on the menu`, () => {
    assert.deepEqual(stepMenu(FIRST_MENU_STATE, line, messages), back(messages.menu.wrongChoice(line)))
  })
}

test('the number of a picture downloads it and leads back to the choices', () => {
  for (const [index, image] of images.entries()) {
    for (const line of [`${index + 1}`, ` ${index + 1} `, `00${index + 1}`]) {
      assert.deepEqual(stepMenu(asking, line, messages), {
        state: FIRST_MENU_STATE,
        says: [],
        action: { kind: 'fetch', image },
      })
    }
  }
})

test('no number downloads nothing', () => {
  assert.deepEqual(stepMenu(asking, '', messages), back())
  assert.deepEqual(stepMenu(asking, '  \r', messages), back())
})

for (const line of [
  '0',
  '13',
  '00',
  '-1',
  '1.5',
  '12345678',
  '99999999999999999999',
  'picture 1.png',
  '１',
  '1,2',
  'n',
  'p',
  '/beach',
]) {
  test(`${JSON.stringify(line)} is not the number of a picture`, () => {
    assert.deepEqual(stepMenu(asking, line, messages), back(messages.menu.wrongImage(line, 1, images.length)))
  })
}

test('what was typed is told in a printable form, and not at length', () => {
  for (const state of [FIRST_MENU_STATE, asking]) {
    const [said = ''] = stepMenu(state, `\u001b[2J${'x'.repeat(5000)}`, messages).says
    assert.ok(said.includes('\\u{1b}[2J'))
    assert.ok(said.length < 200)
  }
})

test('n and p turn the pages of a list, for looking and for choosing', () => {
  for (const state of open) {
    const purpose = purposeOf(state)
    const third: PageRequest = { search: undefined, page: 2, cursors: [undefined, 'second', 'third'] }
    assert.deepEqual(stepMenu(state, ' n ', messages), {
      state,
      says: [],
      action: { kind: 'show', purpose, request: third },
    })
    assert.deepEqual(stepMenu(state, 'p', messages), {
      state,
      says: [],
      action: { kind: 'show', purpose, request: FIRST_PAGE },
    })
  }
})

test('there is no page after the last and none before the first', () => {
  const first: ShownPage = { request: FIRST_PAGE, images, first: 1, next: 'second' }
  const last: ShownPage = { ...second, next: undefined }
  for (const kind of ['choices', 'whichImage'] as const) {
    const atFirst = { kind, shown: first }
    const atLast = { kind, shown: last }
    assert.deepEqual(stepMenu(atFirst, 'p', messages), {
      state: atFirst,
      says: [messages.menu.noPreviousPage],
      action: undefined,
    })
    assert.deepEqual(stepMenu(atLast, 'n', messages), {
      state: atLast,
      says: [messages.menu.noNextPage],
      action: undefined,
    })
  }
})

test('a slash with words searches from the first page on, and one without them ends the search', () => {
  const searching: ShownPage = {
    request: { search: 'beach', page: 1, cursors: [undefined, 'x'] },
    images,
    first: 31,
    next: undefined,
  }
  for (const [line, search] of [
    ['/beach', 'beach'],
    [' / Praia de manhã ', 'Praia de manhã'],
    ['/', undefined],
    [`/${'😀'.repeat(300)}`, '😀'.repeat(200)],
  ] as const) {
    for (const state of [...open, { kind: 'choices', shown: searching } as const]) {
      assert.deepEqual(stepMenu(state, line, messages), {
        state,
        says: [],
        action: { kind: 'show', purpose: purposeOf(state), request: { ...FIRST_PAGE, search } },
      })
    }
  }
})

test('numbers go on over the pages', () => {
  const state: MenuState = { kind: 'whichImage', shown: second }
  for (const [index, image] of images.entries()) {
    assert.deepEqual(stepMenu(state, String(31 + index), messages).action, { kind: 'fetch', image })
  }
  for (const line of ['1', '30', '43']) {
    assert.deepEqual(stepMenu(state, line, messages), back(messages.menu.wrongImage(line, 31, 42)))
  }
})

test('what fits on one page leads where it always did', () => {
  assert.deepEqual(stateAfterPage('list', whole), FIRST_MENU_STATE)
  assert.deepEqual(stateAfterPage('download', whole), { kind: 'whichImage', shown: whole })
  const empty = { ...whole, images: [] }
  assert.deepEqual(stateAfterPage('list', empty), FIRST_MENU_STATE)
  assert.deepEqual(stateAfterPage('download', empty), FIRST_MENU_STATE)
})

test('more than a page stays open', () => {
  for (const shown of [
    second,
    { ...whole, next: 'second' },
    { ...whole, request: { ...FIRST_PAGE, search: 'beach' } },
  ]) {
    assert.deepEqual(stateAfterPage('list', shown), { kind: 'choices', shown })
    assert.deepEqual(stateAfterPage('download', shown), { kind: 'whichImage', shown })
  }
})

test('only keys that lead somewhere are named', () => {
  const { nextPage, previousPage, search, shown } = messages.menu
  assert.equal(pageHint(second, messages), `${shown(31, 42)} ${nextPage}, ${previousPage}, ${search}`)
  assert.equal(pageHint({ ...whole, next: 'x' }, messages), `${shown(1, 12)} ${nextPage}, ${search}`)
  assert.equal(
    pageHint({ ...second, next: undefined }, messages),
    `${shown(31, 42)} ${previousPage}, ${search}`,
  )
})

test('however far a person pages, what is remembered of the way back is bounded', () => {
  let state: MenuState = { kind: 'choices', shown: { ...whole, next: 'first' } }
  for (let turns = 0; turns < 3000; turns += 1) {
    const { action }: { action: unknown } = stepMenu(state, 'n', messages)
    assert.ok(typeof action === 'object' && action !== null && 'request' in action)
    const request = action.request as PageRequest
    assert.equal(request.page, turns + 1)
    assert.ok(request.cursors.length <= 1000)
    state = { kind: 'choices', shown: { request, images, first: 1, next: `cursor ${turns}` } }
  }
})

test('any line leads back to the choices or stays at a page, with an action or at most one sentence', () => {
  const line = fc.oneof(
    anyText,
    anyText.map(text => `/${text}`),
    fc.constantFrom('n', 'p'),
    fc.integer({ min: -2, max: 50 }).map(String),
  )
  const state = fc.constantFrom<MenuState>(FIRST_MENU_STATE, asking, ...open, {
    kind: 'whichImage',
    shown: { ...whole, images: [] },
  })
  assertProperty(
    fc.property(state, line, (from, text) => {
      const step = stepMenu(from, text, messages)
      assert.ok(step.state === FIRST_MENU_STATE || step.state === from)
      assert.ok(step.says.length + Number(step.action !== undefined) <= 1)
      if (step.action?.kind === 'fetch') assert.ok(images.includes(step.action.image))
    }),
  )
})

for (const [language, spoken] of Object.entries(languages)) {
  test(`${language}: the menu numbers its choices from 1 to 6`, () => {
    const lines = menuChoices(spoken).split('\n')
    assert.deepEqual(
      lines,
      spoken.menu.choices.map((choice, index) => `${index + 1}  ${choice}`),
    )
    assert.equal(lines.length, choices.length)
  })

  test(`${language}: each state asks its own question`, () => {
    assert.equal(menuPrompt(FIRST_MENU_STATE, spoken), spoken.menu.prompt)
    assert.equal(menuPrompt(asking, spoken), spoken.menu.whichImage(1, 12))
    assert.equal(menuPrompt({ kind: 'whichImage', shown: second }, spoken), spoken.menu.whichImage(31, 42))
  })
}
