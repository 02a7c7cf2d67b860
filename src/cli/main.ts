import { Failure } from '../base/failure.ts'
import { languages, type Messages, systemLanguage } from '../messages/messages.ts'
import type { CommandName } from './command-table.ts'
import type { Command } from './context.ts'
import { describeFailure } from './describe-failure.ts'
import { formatCommandHelp, formatHelp } from './help.ts'
import { type Invocation, parseArguments } from './parse-arguments.ts'
import { programVersion } from './program-version.ts'
import { Terminal } from './terminal.ts'

/** Each command is loaded when it is asked for: the demonstration's drawing library is none of the server's business. */
const loaders: Record<CommandName, () => Promise<Command>> = {
  server: async () => (await import('./commands/server.ts')).runServer,
  open: async () => (await import('./commands/open.ts')).runOpen,
  client: async () => (await import('./commands/client.ts')).runClient,
  list: async () => (await import('./commands/list.ts')).runList,
  get: async () => (await import('./commands/get.ts')).runGet,
  mirror: async () => (await import('./commands/mirror.ts')).runMirror,
  share: async () => (await import('./commands/share.ts')).runShare,
  privacy: async () => (await import('./commands/privacy.ts')).runPrivacy,
  transfers: async () => (await import('./commands/transfers.ts')).runTransfers,
  unshare: async () => (await import('./commands/change-sharing.ts')).runUnshare,
  reshare: async () => (await import('./commands/change-sharing.ts')).runReshare,
  demo: async () => (await import('./commands/demo.ts')).runDemo,
}

/** Exit status of a command line that could not be understood, as shells and POSIX utilities use it. */
const USAGE_STATUS = 2

/** Runs one command line and sets the process's exit status; never throws. */
export async function main(argv: readonly string[]): Promise<void> {
  const messages = languages[languageFrom(argv)]
  const terminal = new Terminal({ input: process.stdin, output: process.stdout, errors: process.stderr })
  const { signal, release } = abortOnSignals()
  endQuietlyWithoutReader()
  // What a command waits for last may be the end of threads that keep no program alive.
  const keepAlive = setInterval(() => {}, 2 ** 30)
  try {
    process.exitCode = await run(parseArguments(argv, messages), messages, terminal, signal)
  } catch (error) {
    terminal.endProgress()
    const isUsage = error instanceof Failure && usageFailures.has(error.code)
    terminal.printError(messages.program(describeFailure(error, messages)))
    process.exitCode = isUsage ? USAGE_STATUS : 1
  } finally {
    clearInterval(keepAlive)
    release()
  }
}

async function run(
  invocation: Invocation,
  messages: Messages,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  switch (invocation.kind) {
    case 'help':
      process.stdout.write(
        invocation.command === undefined
          ? formatHelp(messages)
          : formatCommandHelp(invocation.command, messages),
      )
      return 0
    case 'version':
      terminal.print(programVersion())
      return 0
    case 'run': {
      const command = await loaders[invocation.command]()
      return command({
        messages,
        terminal,
        signal,
        arguments: invocation.arguments,
        options: invocation.options,
      })
    }
    default:
      return invocation satisfies never
  }
}

const usageFailures: ReadonlySet<string> = new Set([
  'unknownCommand',
  'unknownOption',
  'missingOptionValue',
  'badOptionValue',
  'missingArgument',
  'extraArgument',
  'badServerAddress',
])

/** The language has to be known before the rest of the command line can be complained about. */
function languageFrom(argv: readonly string[]): keyof typeof languages {
  const at = argv.findIndex(argument => argument === '--lang' || argument.startsWith('--lang='))
  const value = at === -1 ? undefined : (argv[at]?.split('=')[1] ?? argv[at + 1])
  return value === 'pt' || value === 'en' ? value : systemLanguage(process.env)
}

/** SIGINT, SIGTERM and SIGHUP ask for a clean end; a second one does not wait for it. */
function abortOnSignals(): { signal: AbortSignal; release: () => void } {
  const stopping = new AbortController()
  const onSignal = (name: NodeJS.Signals) => {
    if (stopping.signal.aborted) process.exit(name === 'SIGINT' ? 130 : 143)
    stopping.abort(new Failure('cancelled', {}))
  }
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of names) process.on(name, onSignal)
  return {
    signal: stopping.signal,
    release: () => {
      for (const name of names) process.off(name, onSignal)
    },
  }
}

/** Whoever reads our output may stop at any time (`imagep2p list … | head`): that is no error of ours. */
function endQuietlyWithoutReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0)
      throw error
    })
  }
}
