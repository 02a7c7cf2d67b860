import { isIP } from 'node:net'
import { parseArgs } from 'node:util'
import { Failure } from '../base/failure.ts'
import type { Messages } from '../messages/messages.ts'
import { parsePort } from '../protocol/endpoint.ts'
import { DEFAULT_INDEX_PORT } from '../protocol/limits.ts'
import {
  type CommandName,
  type CommandSpecification,
  commands,
  commonOptions,
  type OptionSpecification,
  type ValueKind,
} from './command-table.ts'

/** What a command line asks for. */
export type Invocation =
  | { readonly kind: 'help'; readonly command: CommandName | undefined }
  | { readonly kind: 'version' }
  | {
      readonly kind: 'run'
      readonly command: CommandName
      /** Positional arguments, as many as the command takes. */
      readonly arguments: readonly string[]
      /** Values of options that were given, checked; flags are `''`. */
      readonly options: ReadonlyMap<string, string>
    }

/** Reads a command line by the command table; throws the failures of a wrong one. Options may stand anywhere. */
export function parseArguments(argv: readonly string[], messages: Messages): Invocation {
  const everyOption = Object.assign(
    {},
    commonOptions,
    ...Object.values(commands).map(({ options }) => options),
  )
  const tokens = tokensOf(argv, everyOption)
  const name = tokens.find(token => token.kind === 'positional')
  if (name !== undefined) {
    if (!isCommand(name.value)) throw new Failure('unknownCommand', { command: name.value })
    return parseCommand(name.value, argv.toSpliced(name.index, 1), messages)
  }
  if (argv.includes('--version') || argv.includes('-V')) return { kind: 'version' }
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const option = optionNamed(token.name, commonOptions)
    if (option === undefined) throw new Failure('unknownOption', { option: token.rawName, command: '' })
    checkValue(token.rawName, token.value, option.value, messages)
  }
  return { kind: 'help', command: undefined }
}

type Options = Readonly<Record<string, OptionSpecification>>

function tokensOf(argv: readonly string[], options: Options) {
  const config = Object.entries(options).map(([name, { value, short }]) => {
    const type = value === 'flag' ? ('boolean' as const) : ('string' as const)
    return [name, short === undefined ? { type } : { type, short }] as const
  })
  const args = [...argv]
  return parseArgs({ args, strict: false, tokens: true, options: Object.fromEntries(config) }).tokens
}

function optionNamed(name: string, options: Options): OptionSpecification | undefined {
  return Object.hasOwn(options, name) ? options[name] : undefined
}

function parseCommand(command: CommandName, argv: readonly string[], messages: Messages): Invocation {
  const specification: CommandSpecification = commands[command]
  const known = { ...commonOptions, ...specification.options }
  const tokens = tokensOf(argv, known)
  const positionals: string[] = []
  const options = new Map<string, string>()
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind !== 'option') continue
    const option = optionNamed(token.name, known)
    if (option === undefined) throw new Failure('unknownOption', { option: token.rawName, command })
    options.set(token.name, checkValue(token.rawName, token.value, option.value, messages))
  }
  if (options.has('help')) return { kind: 'help', command }
  checkCount(command, specification, positionals, messages)
  return { kind: 'run', command, arguments: positionals, options }
}

function checkValue(option: string, value: string | undefined, kind: ValueKind, messages: Messages): string {
  const expected = messages.help.values[kind]
  if (kind === 'flag') {
    if (value !== undefined) throw new Failure('badOptionValue', { option, value, expected })
    return ''
  }
  if (value === undefined || value === '') throw new Failure('missingOptionValue', { option, expected })
  if (!accepts(kind, value)) throw new Failure('badOptionValue', { option, value, expected })
  return value
}

function accepts(kind: Exclude<ValueKind, 'flag'>, value: string): boolean {
  switch (kind) {
    case 'portOrAny':
      return value === '0' || parsePort(value) !== undefined
    case 'address':
      return isIP(value) !== 0
    case 'language':
      return value === 'en' || value === 'pt'
    case 'count':
      return /^[1-9][0-9]{0,8}$/.test(value)
    case 'directory':
      return true
    default:
      return kind satisfies never
  }
}

function checkCount(
  command: CommandName,
  specification: CommandSpecification,
  positionals: readonly string[],
  messages: Messages,
): void {
  const missing = specification.arguments[positionals.length]
  if (missing !== undefined) {
    throw new Failure('missingArgument', { argument: messages.help.argumentNames[missing.name], command })
  }
  const takesMany = specification.arguments.at(-1)?.many === true
  const extra = positionals[specification.arguments.length]
  if (extra !== undefined && !takesMany) throw new Failure('extraArgument', { argument: extra, command })
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(commands, name)
}

/** Reads `host`, `host:port`, `1.2.3.4:5000` or `[::1]:5000`; throws `badServerAddress`. */
export function parseServerAddress(text: string): { host: string; port: number } {
  if (isIP(text) !== 0) return { host: text, port: DEFAULT_INDEX_PORT }
  const parts = /^(?:\[([0-9a-fA-F:.%\w]+)\]|([^\s:/[\]]+))(?::([0-9]{1,5}))?$/.exec(text)
  const host = parts?.[1] ?? parts?.[2]
  const port = parts?.[3] === undefined ? DEFAULT_INDEX_PORT : parsePort(parts[3])
  const isBracketed = parts?.[1] !== undefined
  if (host === undefined || port === undefined || (isBracketed && isIP(host) !== 6)) {
    throw new Failure('badServerAddress', { text })
  }
  return { host, port }
}
