import { resolve } from 'node:path'
import { printable } from '../../base/printable.ts'
import { changeSharing } from '../../peer/library/change-sharing.ts'
import type { CommandContext } from '../context.ts'
import { dataFolder, storePathOf } from '../folders.ts'

/** `imagep2p unshare`: a picture stays in its folder, and others do not see it any more. */
export function runUnshare(context: CommandContext): Promise<number> {
  return run(context, false)
}

/** `imagep2p reshare`: takes that back. */
export function runReshare(context: CommandContext): Promise<number> {
  return run(context, true)
}

async function run(context: CommandContext, isShared: boolean): Promise<number> {
  const { terminal, messages, options } = context
  const [which = '', given = '.'] = context.arguments
  const directory = resolve(given)
  const storePath = storePathOf(dataFolder(options.get('data')), directory)
  const result = await changeSharing({ storePath, directory, which, isShared })
  const { sharedAgain, notSharedAnyMore, noneLikeThat, notKept } = messages.sharing
  if (typeof result === 'object') {
    terminal.print((isShared ? sharedAgain : notSharedAnyMore)(printable(result.path)))
    return 0
  }
  const sentence = result === 'unknown' ? noneLikeThat(printable(which), printable(directory)) : notKept
  terminal.printError(messages.program(sentence))
  return 1
}
