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
    ...columns([['    --version', help.optionTexts.version]]),
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
      `${short === undefined ? '    ' : `-${short}, `}--${name}${value === 'flag' ? '' : ` ${help.valueNames[value]}`}`,
      help.optionTexts[text],
    ]),
  )
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
}
