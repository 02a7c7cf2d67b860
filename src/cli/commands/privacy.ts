import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { Failure, systemReason } from '../../base/failure.ts'
import { printable } from '../../base/printable.ts'
import { type ExaminedImage, examineFolder } from '../../peer/library/examine-folder.ts'
import { LibraryStore } from '../../peer/library/library-store.ts'
import type { CommandContext } from '../context.ts'
import { dataFolder, storePathOf } from '../folders.ts'
import { formatExamined } from '../format-privacy.ts'

/** `imagep2p privacy`: what strangers see, or would; and whether it is taken out. */
export async function runPrivacy(context: CommandContext): Promise<number> {
  const { arguments: given, options, terminal, messages } = context
  const [folder = '.'] = given
  const isSet = options.has('on') || options.has('off')
  if (options.has('on') && options.has('off'))
    throw new Failure('extraArgument', { argument: '--off', command: 'privacy' })
  const directory = resolve(folder)
  if (!existsSync(directory)) throw new Failure('directoryMissing', { directory })
  const store = LibraryStore.glance(storePathOf(dataFolder(options.get('data')), directory))
  let isCleaned: boolean
  try {
    if (isSet && !change(store, options.has('on'))) {
      terminal.printError(messages.program(messages.sharing.notKept))
      return 1
    }
    ;({ isCleaned } = store)
  } finally {
    store.close()
  }
  if (!isSet) return show(context, directory, isCleaned)
  const shown = printable(directory)
  terminal.print(isCleaned ? messages.privacy.turnedOn(shown) : messages.privacy.turnedOff(shown))
  return 0
}

/** False where it cannot be kept. */
function change(store: LibraryStore, isCleaned: boolean): boolean {
  try {
    if (store.isKept) store.setCleaned(isCleaned)
    return store.isKept
  } catch {
    return false
  }
}

async function show(context: CommandContext, directory: string, isCleaned: boolean): Promise<number> {
  const { options, terminal, messages, signal } = context
  const { privacy } = messages
  const asJson = options.has('json')
  const shown = printable(directory)
  let examined = 0
  let telling = 0
  let withheld = 0
  for await (const image of images(directory, options.has('recursive'), signal)) {
    if (examined === 0 && !asJson) terminal.print(isCleaned ? privacy.isOn(shown) : privacy.isOff(shown))
    examined += 1
    if (image.found.length > 0) telling += 1
    if (image.withheld !== undefined) withheld += 1
    if (asJson) terminal.print(JSON.stringify({ ...image, shared: sharedAs(image, isCleaned) }))
    else for (const line of formatExamined(image, isCleaned, messages)) terminal.print(line)
  }
  if (asJson) return 0
  terminal.print(privacy.summary(examined, telling, withheld))
  if (!isCleaned && telling > 0) terminal.print(privacy.howToTurnOn)
  return 0
}

function sharedAs({ found, withheld }: ExaminedImage, isCleaned: boolean): 'asItIs' | 'cleaned' | 'withheld' {
  if (!isCleaned) return 'asItIs'
  if (withheld !== undefined) return 'withheld'
  return found.length > 0 ? 'cleaned' : 'asItIs'
}

async function* images(
  directory: string,
  isRecursive: boolean,
  signal: AbortSignal,
): AsyncGenerator<ExaminedImage, void> {
  try {
    yield* examineFolder(directory, isRecursive, signal)
  } catch (error) {
    if (signal.aborted) throw error
    throw new Failure('directoryUnreadable', { directory, reason: systemReason(error) })
  }
}
