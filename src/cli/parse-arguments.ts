import { isIP } from 'node:net'
import { parseArgs } from 'node:util'
import { Failure } from '../base/failure.ts'
import type { Messages } from '../messages/messages.ts'
import { parseEndpoint, parsePort } from '../protocol/endpoint.ts'
import { DEFAULT_INDEX_PORT } from '../protocol/limits.ts'
import type { DatagramPath } from '../transport/datagram-server.ts'
import {
  type CommandName,
  type CommandSpecification,
  commands,
  commonOptions,
  type OptionSpecification,
  type ValueKind,
} from './command-table.ts'
import { isOrder, isOrientation, isSearch, parseFormats, parseRate, parseSize } from './list-query.ts'

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

type OptionTable = Readonly<Record<string, OptionSpecification>>

/** Every option of any command: what it takes to tell the command from the value of an option before it. */
const ofAnyCommand: OptionTable = Object.fromEntries(
  [commonOptions, ...Object.values<CommandSpecification>(commands).map(({ options }) => options)].flatMap(
    table => Object.entries<OptionSpecification>(table),
  ),
)

/** Reads a command line by the command table; throws the failures of a wrong one. */
export function parseArguments(argv: readonly string[], messages: Messages): Invocation {
  const name = tokensOf(argv, ofAnyCommand).find(token => token.kind === 'positional')?.value
  if (name !== undefined && !isCommand(name)) throw new Failure('unknownCommand', { command: name })
  const specification: CommandSpecification = name === undefined ? NO_COMMAND : commands[name]
  const known: OptionTable = { ...commonOptions, ...specification.options }
  const positionals: string[] = []
  const options = new Map<string, string>()
  for (const token of tokensOf(argv, known)) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind !== 'option') continue
    const option = Object.hasOwn(known, token.name) ? known[token.name] : undefined
    if (option === undefined)
      throw new Failure('unknownOption', { option: token.rawName, command: name ?? '' })
    options.set(token.name, checkValue(token.rawName, token.value, option.value, messages))
  }
  if (options.has('help')) return { kind: 'help', command: name }
  if (options.has('version')) return { kind: 'version' }
  if (name === undefined) return { kind: 'help', command: undefined }
  // The first one is the command itself.
  positionals.shift()
  checkCount(name, specification, positionals, messages)
  return { kind: 'run', command: name, arguments: positionals, options }
}

const NO_COMMAND: CommandSpecification = { arguments: [], options: {} }

function tokensOf(argv: readonly string[], known: OptionTable): ParseArgsToken[] {
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: Object.fromEntries(
      Object.entries(known).map(([name, { value, short }]) => [
        name,
        {
          type: takesNoWord(value) ? 'boolean' : 'string',
          ...(short === undefined ? {} : { short }),
        } as const,
      ]),
    ),
  })
  return tokens
}

/** Whether the word behind an option belongs to it in no case. */
function takesNoWord(kind: ValueKind): boolean {
  return kind === 'flag' || kind === 'portIfAny'
}

type ParseArgsToken = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number]

function checkValue(option: string, value: string | undefined, kind: ValueKind, messages: Messages): string {
  const expected = messages.help.values[kind]
  if (kind === 'flag') {
    if (value !== undefined) throw new Failure('badOptionValue', { option, value, expected })
    return ''
  }
  if (kind === 'portIfAny' && value === undefined) return ''
  if (value === undefined || value === '') throw new Failure('missingOptionValue', { option, expected })
  if (!accepts(kind, value)) throw new Failure('badOptionValue', { option, value, expected })
  return value
}

function accepts(kind: Exclude<ValueKind, 'flag'>, value: string): boolean {
  switch (kind) {
    case 'portOrAny':
    case 'portIfAny':
      return value === '0' || parsePort(value) !== undefined
    case 'address':
      return isIP(value) !== 0
    case 'language':
      return value === 'en' || value === 'pt'
    case 'datagramPath':
      return isDatagramPath(value)
    case 'count':
      return /^[1-9][0-9]{0,8}$/.test(value)
    case 'words':
      return isSearch(value)
    case 'formats':
      return parseFormats(value) !== undefined
    case 'size':
      return parseSize(value) !== undefined
    case 'rate':
      return parseRate(value) !== undefined
    case 'orientation':
      return isOrientation(value)
    case 'order':
      return isOrder(value)
    case 'owner':
      return parseEndpoint(value) !== undefined
    case 'picture':
    case 'file':
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
  if (missing !== undefined && missing.optional !== true) {
    throw new Failure('missingArgument', { argument: messages.help.argumentNames[missing.name], command })
  }
  const takesMany = specification.arguments.at(-1)?.many === true
  const extra = positionals[specification.arguments.length]
  if (extra !== undefined && !takesMany) throw new Failure('extraArgument', { argument: extra, command })
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(commands, name)
}

/** True for what `--udp` takes. */
export function isDatagramPath(value: string): value is DatagramPath | 'auto' {
  return value === 'auto' || value === 'fast' || value === 'portable'
}

/** Reads `host`, `host:port`, `1.2.3.4:5000` or `[::1]:5000`; throws `badServerAddress`. */
export function parseServerAddress(text: string): { host: string; port: number } {
  if (isIP(text) !== 0) return { host: text, port: DEFAULT_INDEX_PORT }
  const parts = /^(?:\[([^\s[\]]+)\]|([^\s:/[\]]+))(?::([0-9]{1,5}))?$/.exec(text)
  const host = parts?.[1] ?? parts?.[2]
  const port = parts?.[3] === undefined ? DEFAULT_INDEX_PORT : parsePort(parts[3])
  const isBracketed = parts?.[1] !== undefined
  if (host === undefined || port === undefined || (isBracketed && isIP(host) !== 6)) {
    throw new Failure('badServerAddress', { text })
  }
  return { host, port }
}
