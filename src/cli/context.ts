import type { Messages } from '../messages/messages.ts'
import type { Terminal } from './terminal.ts'

/** What every command works with. */
export interface CommandContext {
  readonly messages: Messages
  readonly terminal: Terminal
  /** Aborts when the person or the system wants the program to end. */
  readonly signal: AbortSignal
  readonly arguments: readonly string[]
  readonly options: ReadonlyMap<string, string>
}

/** A command: resolves with its exit status, 0 only when all that was asked was done. */
export type Command = (context: CommandContext) => Promise<number>
