import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { Failure } from '../../base/failure.ts'
import { printable } from '../../base/printable.ts'
import { askQueue, readQueue } from '../../peer/transfers/ask-queue.ts'
import type { Transfer } from '../../peer/transfers/transfer.ts'
import type { LimitName } from '../../peer/transfers/transfer-limits.ts'
import { TRANSFER_VERBS, type TransferVerb, type TransferWish } from '../../peer/transfers/transfer-wish.ts'
import { transferStoreOf } from '../../peer/transfers/transfers.ts'
import type { CommandContext } from '../context.ts'
import { dataFolder, storePathOf } from '../folders.ts'
import { describeLimit, formatQueue, jsonOfQueue } from '../format-transfers.ts'
import { parseRate } from '../list-query.ts'
import { parseSlots } from '../transfer-limit-options.ts'

/** Hexadecimal digits by which a digest can be named, at least. */
const MIN_DIGEST_DIGITS = 6

/** `imagep2p transfers`: shows the downloads into a folder, and does what a person wants with them. */
export async function runTransfers(context: CommandContext): Promise<number> {
  const [task = '', ...rest] = context.arguments
  if (task === 'before') return moveBefore(context, rest)
  const verb = TRANSFER_VERBS.find(one => one === task)
  const limit = LIMIT_TASKS[task]
  if (verb === undefined && limit === undefined) {
    refuseMore(context.arguments, 1)
    return showQueue(context, resolve(task === '' ? '.' : task))
  }
  const [which, directory = '.'] = rest
  refuseMore(rest, 2)
  if (which === undefined) {
    const { valueNames } = context.messages.help
    const argument =
      verb === undefined
        ? `${task} ${limit === 'uploadSlots' ? valueNames.count : valueNames.rate}`
        : `${task} N|MD5|all`
    throw new Failure('missingArgument', { argument, command: 'transfers' })
  }
  return verb === undefined
    ? setLimit(context, task, limit ?? 'download', which, resolve(directory))
    : change(context, verb, which, resolve(directory))
}

function refuseMore(given: readonly string[], most: number): void {
  const extra = given[most]
  if (extra !== undefined) throw new Failure('extraArgument', { argument: extra, command: 'transfers' })
}

function storeOf({ options }: CommandContext, directory: string): string {
  return transferStoreOf(storePathOf(dataFolder(options.get('data')), directory))
}

function showQueue(context: CommandContext, directory: string): number {
  const { terminal, messages, options } = context
  const storePath = storeOf(context, directory)
  if (!existsSync(storePath)) {
    if (!options.has('json')) terminal.print(messages.transfers.empty(printable(directory)))
    return 0
  }
  const queue = readQueue(storePath)
  const lines = options.has('json')
    ? jsonOfQueue(queue).map(one => JSON.stringify(one))
    : formatQueue(queue, printable(directory), messages)
  for (const line of lines) terminal.print(line)
  return 0
}

/** What each task limits. */
const LIMIT_TASKS: Readonly<Partial<Record<string, LimitName>>> = {
  limit: 'download',
  'upload-limit': 'upload',
  'upload-limit-each': 'uploadEach',
  'upload-slots': 'uploadSlots',
}

async function setLimit(
  context: CommandContext,
  task: string,
  limit: LimitName,
  given: string,
  directory: string,
): Promise<number> {
  const { terminal, messages, signal } = context
  const value = limit === 'uploadSlots' ? parseSlots(given) : parseRate(given)
  if (value === undefined) {
    const expected = messages.help.values[limit === 'uploadSlots' ? 'count' : 'rate']
    throw new Failure('badOptionValue', { option: task, value: given, expected })
  }
  const wish: TransferWish = { verb: 'limit', limit, value }
  if (!(await askQueue(storeOf(context, directory), directory, [wish], signal))) return unanswered(context)
  terminal.print(describeLimit(limit, value, messages))
  return 0
}

async function change(
  context: CommandContext,
  verb: TransferVerb,
  which: string,
  directory: string,
): Promise<number> {
  const { terminal, messages, signal } = context
  const { noSuch, states, nowIs, notAllowed } = messages.transfers
  const storePath = storeOf(context, directory)
  const before = existsSync(storePath) ? readQueue(storePath).transfers : []
  const isAll = which === 'all' && verb !== 'first' && verb !== 'last'
  const meant = isAll ? undefined : theOne(which, before)
  if (!isAll && meant === undefined) {
    terminal.printError(messages.program(noSuch(printable(which))))
    return 1
  }
  if (before.length === 0) return showQueue(context, directory)
  const wish: TransferWish = { verb, digest: meant?.digest }
  if (!(await askQueue(storePath, directory, [wish], signal))) return unanswered(context)
  if (meant === undefined) return showQueue(context, directory)
  const now = readQueue(storePath).transfers.find(({ digest }) => digest === meant.digest) ?? meant
  const name = printable(now.name)
  const isDone = ALLOWED[verb].includes(meant.state)
  if (isDone) terminal.print(nowIs(name, states[now.state]))
  else terminal.printError(messages.program(notAllowed(name, states[now.state])))
  return isDone ? 0 : 1
}

/** Puts one directly before another in the order in which they are begun. */
async function moveBefore(context: CommandContext, rest: readonly string[]): Promise<number> {
  const { terminal, messages, signal } = context
  const [which, mark, given = '.'] = rest
  refuseMore(rest, 3)
  if (which === undefined || mark === undefined)
    throw new Failure('missingArgument', { argument: 'before N|MD5 N|MD5', command: 'transfers' })
  const directory = resolve(given)
  const storePath = storeOf(context, directory)
  const before = existsSync(storePath) ? readQueue(storePath).transfers : []
  const [moved, other] = [theOne(which, before), theOne(mark, before)]
  if (moved === undefined || other === undefined) {
    const missing = moved === undefined ? which : mark
    terminal.printError(messages.program(messages.transfers.noSuch(printable(missing))))
    return 1
  }
  const wish: TransferWish = { verb: 'before', digest: moved.digest, other: other.digest }
  if (!(await askQueue(storePath, directory, [wish], signal))) return unanswered(context)
  return showQueue(context, directory)
}

const OPEN = ['waiting', 'running', 'retrying', 'paused'] as const

/** The states in which a transfer takes each wish, or is as wished already. */
const ALLOWED: Readonly<Record<TransferVerb, readonly Transfer['state'][]>> = {
  pause: OPEN,
  resume: OPEN,
  cancel: [...OPEN, 'cancelled'],
  retry: ['failed', 'cancelled', 'retrying'],
  first: OPEN,
  last: OPEN,
}

function unanswered({ terminal, messages }: CommandContext): number {
  terminal.printError(messages.program(messages.transfers.unanswered))
  return 1
}

/** The transfer that a number of the list, or a digest or its beginning, means; `undefined` where none or several. */
function theOne(which: string, transfers: readonly Transfer[]): Transfer | undefined {
  if (/^[0-9]{1,6}$/.test(which)) return transfers[Number(which) - 1]
  const start = which.toLowerCase()
  if (start.length < MIN_DIGEST_DIGITS) return undefined
  const meant = transfers.filter(({ digest }) => digest.startsWith(start))
  return meant.length === 1 ? meant[0] : undefined
}
