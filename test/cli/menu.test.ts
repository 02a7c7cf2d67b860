import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { FIRST_MENU_STATE, type MenuState, menuChoices, menuPrompt, stepMenu } from '../../src/cli/menu.ts'
import { languages } from '../../src/messages/messages.ts'
import type { ListedImage } from '../../src/protocol/listing.ts'
import { assertProperty } from '../support/property.ts'
import { anyText, asDigest } from '../support/wire-arbitraries.ts'

const messages = languages.en
const images: readonly ListedImage[] = Array.from({ length: 12 }, (_, index) => ({
  digest: asDigest(String(index).padStart(32, '0')),
  name: `picture ${index + 1}.png`,
  owners: [{ address: '127.0.0.1', port: 5001 }],
}))
const asking: MenuState = { kind: 'whichImage', images }

function back(...says: string[]) {
  return { state: FIRST_MENU_STATE, says, action: undefined }
}

const choices = ['register', 'list', 'offerDownload', 'update', 'end', 'exit']
for (const [index, kind] of choices.entries()) {
  test(`${index + 1} is ${kind}`, () => {
    for (const line of [`${index + 1}`, ` ${index + 1}\t`, `${index + 1}\r`]) {
      assert.deepEqual(stepMenu(FIRST_MENU_STATE, line, messages), {
        state: FIRST_MENU_STATE,
        says: [],
        action: { kind },
      })
    }
  })
}

test('an empty line asks again, without a word', () => {
  for (const line of ['', '   ', '\r']) {
    assert.deepEqual(stepMenu(FIRST_MENU_STATE, line, messages), back())
  }
})

for (const line of ['0', '7', '01', '-1', '1.0', '1 2', '１', '٣', 'exit', 'a', '1;', 'register', '1e0']) {
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
        action: { kind: 'download', image },
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
]) {
  test(`${JSON.stringify(line)} is not the number of a picture`, () => {
    assert.deepEqual(stepMenu(asking, line, messages), back(messages.menu.wrongImage(line, images.length)))
  })
}

test('what was typed is told in a printable form, and not at length', () => {
  for (const state of [FIRST_MENU_STATE, asking]) {
    const [said = ''] = stepMenu(state, `\u001b[2J${'x'.repeat(5000)}`, messages).says
    assert.ok(said.includes('\\u{1b}[2J'))
    assert.ok(said.length < 200)
  }
})

test('any line leads back to the choices, with an action or at most one sentence', () => {
  const line = fc.oneof(anyText, fc.integer({ min: -2, max: 20 }).map(String))
  const state = fc.constantFrom<MenuState>(FIRST_MENU_STATE, asking, { kind: 'whichImage', images: [] })
  assertProperty(
    fc.property(state, line, (from, text) => {
      const step = stepMenu(from, text, messages)
      assert.deepEqual(step.state, FIRST_MENU_STATE)
      assert.ok(step.says.length + Number(step.action !== undefined) <= 1)
      if (step.action?.kind === 'download') assert.ok(images.includes(step.action.image))
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
    assert.equal(menuPrompt(asking, spoken), spoken.menu.whichImage(12))
  })
}
