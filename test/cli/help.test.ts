import assert from 'node:assert/strict'
import test from 'node:test'
import {
  type CommandName,
  type CommandSpecification,
  commands,
  commonOptions,
  type OptionSpecification,
} from '../../src/cli/command-table.ts'
import { formatCommandHelp, formatHelp } from '../../src/cli/help.ts'
import { languages } from '../../src/messages/messages.ts'

/** Columns that a help text may take: a terminal of 110 is not a large one. */
const MAX_COLUMNS = 110

const names = Object.keys(commands) as CommandName[]

/** The text with its line breaks and columns made single spaces. */
function flowing(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}

function assertFits(text: string): void {
  for (const line of text.split('\n')) {
    assert.ok([...line].length <= MAX_COLUMNS, `${[...line].length} columns: ${line}`)
    assert.equal(line, line.trimEnd())
  }
  assert.ok(text.endsWith('\n') && !text.endsWith('\n\n'))
  for (const stray of ['undefined', '\t', '\u001b']) assert.ok(!text.includes(stray))
}

for (const [language, messages] of Object.entries(languages)) {
  const { help } = messages

  test(`${language}: the help names every command with its arguments, and every common option`, () => {
    const text = formatHelp(messages)
    assertFits(text)
    for (const name of names) {
      const places = commands[name].arguments.map(place => help.argumentNames[place.name])
      assert.match(text, new RegExp(`^  ${[name, ...places].join(' ')}( …)?  +\\S`, 'm'))
      assert.ok(flowing(text).includes(help.commandTexts[name]))
    }
    for (const [name, option] of Object.entries(commonOptions)) {
      assert.match(text, new RegExp(`--${name}\\b`))
      assert.ok(flowing(text).includes(help.optionTexts[option.text]))
    }
    assert.match(text, /--version\b/)
    assert.ok(text.includes(help.about) && text.includes(help.more))
  })

  for (const name of names) {
    test(`${language}: the help of ${name} names its arguments and options`, () => {
      const text = formatCommandHelp(name, messages)
      assertFits(text)
      assert.ok(text.startsWith(`${help.usage}: imagep2p ${name}`))
      assert.ok(flowing(text).includes(help.commandTexts[name]))
      const { arguments: places, options: own }: CommandSpecification = commands[name]
      const [usage = ''] = text.split('\n')
      for (const place of places) {
        assert.ok(usage.includes(`${help.argumentNames[place.name]}${place.many ? ' …' : ''}`))
        assert.ok(
          flowing(text).includes(`${help.argumentNames[place.name]} ${help.argumentTexts[place.name]}`),
        )
      }
      const options: Record<string, OptionSpecification> = { ...own, ...commonOptions }
      for (const [optionName, option] of Object.entries(options)) {
        const value =
          { flag: '', portIfAny: `[=${help.valueNames.portIfAny}]` }[option.value as string] ??
          ` ${help.valueNames[option.value as 'size']}`
        assert.ok(
          flowing(text).includes(`--${optionName}${value} ${help.optionTexts[option.text]}`),
          optionName,
        )
        if (option.short !== undefined) assert.ok(text.includes(`-${option.short}, --${optionName}`))
      }
      for (const other of new Set(names.flatMap(one => Object.keys(commands[one].options)))) {
        if (!Object.hasOwn(options, other)) assert.doesNotMatch(text, new RegExp(`--${other}\\b`))
      }
    })
  }
}
