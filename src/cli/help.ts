import type { Messages } from '../messages/messages.ts'
import {
  type ArgumentSpecification,
  type CommandName,
  type CommandSpecification,
  commands,
  commonOptions,
  type OptionSpecification,
} from './command-table.ts'

/** The text of `imagep2p --help`. */
export function formatHelp({ help }: Messages): string {
  const names = Object.keys(commands) as CommandName[]
  return [
    help.about,
    '',
    `${help.usage}: imagep2p ${help.command} …`,
    '',
    `${help.commands}:`,
    ...columns(names.map(name => [usageOf(name, help), help.commandTexts[name]])),
    '',
    `${help.everywhere}:`,
    ...optionColumns(commonOptions, help),
    '',
    help.more,
    '',
  ].join('\n')
}

/** The text of `imagep2p COMMAND --help`. */
export function formatCommandHelp(command: CommandName, { help }: Messages): string {
  const specification: CommandSpecification = commands[command]
  const texts = specification.arguments.map(
    ({ name }) => [help.argumentNames[name], help.argumentTexts[name]] as const,
  )
  return [
    `${help.usage}: imagep2p ${usageOf(command, help)}`,
    '',
    help.commandTexts[command],
    ...(texts.length === 0 ? [] : ['', `${help.arguments}:`, ...columns(texts)]),
    '',
    `${help.options}:`,
    ...optionColumns({ ...specification.options, ...commonOptions }, help),
    '',
  ].join('\n')
}

function usageOf(command: CommandName, help: Messages['help']): string {
  const places: readonly ArgumentSpecification[] = commands[command].arguments
  const names = places.map(({ name, many }) => help.argumentNames[name] + (many ? ' …' : ''))
  return [command, ...names].join(' ')
}

function optionColumns(
  options: Readonly<Record<string, OptionSpecification>>,
  help: Messages['help'],
): string[] {
  return columns(
    Object.entries(options).map(([name, { value, text, short }]) => [
      `${short === undefined ? '    ' : `-${short}, `}--${name}${valuePart(value, help)}`,
      help.optionTexts[text],
    ]),
  )
}

function valuePart(value: OptionSpecification['value'], help: Messages['help']): string {
  if (value === 'flag') return ''
  return value === 'portIfAny' ? `[=${help.valueNames[value]}]` : ` ${help.valueNames[value]}`
}

/** Columns of a help text, at most. */
const MAX_COLUMNS = 100

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.flatMap(([left, right]) =>
    wrap(right, MAX_COLUMNS - width - 4).map(
      (line, index) => `  ${(index === 0 ? left : '').padEnd(width)}  ${line}`,
    ),
  )
}

/** Breaks a text at spaces into lines of at most `width` characters; a longer word stands alone. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}
