import { isFailure } from '../base/failure.ts'
import { printable } from '../base/printable.ts'
import type { Messages } from '../messages/messages.ts'
import type { Peer } from '../peer/peer.ts'
import { describeFailure } from './describe-failure.ts'
import { formatListing } from './format-listing.ts'
import {
  FIRST_MENU_STATE,
  type MenuAction,
  type MenuState,
  menuChoices,
  menuPrompt,
  stepMenu,
} from './menu.ts'
import { describeRegistration, reportDownload } from './peer-reporter.ts'
import type { Terminal } from './terminal.ts'

/** Runs the menu over a peer until "exit", the end of input, or the signal. */
export async function runMenu(
  peer: Peer,
  terminal: Terminal,
  messages: Messages,
  signal: AbortSignal,
): Promise<void> {
  let state: MenuState = FIRST_MENU_STATE
  const ask = () => {
    if (state.kind === 'choices') terminal.print(menuChoices(messages))
    terminal.prompt(menuPrompt(state, messages))
  }
  const lines = terminal.lines(signal)
  // The reader has to stand before the first prompt; it does once its first line is waited for.
  let next = lines.next()
  ask()
  for (;;) {
    const { done, value: line } = await next
    if (!terminal.hasKeyboard) terminal.print('')
    if (done === true) break
    const step = stepMenu(state, line, messages)
    state = step.state
    for (const sentence of step.says) terminal.print(sentence)
    if (step.action?.kind === 'exit') break
    if (step.action !== undefined) state = await perform(step.action, state)
    if (signal.aborted) break
    next = lines.next()
    ask()
  }
  await lines.return(undefined)

  async function perform(action: MenuAction, current: MenuState): Promise<MenuState> {
    try {
      return (await performOn(peer, action, terminal, messages, signal)) ?? current
    } catch (error) {
      terminal.endProgress()
      if (!signal.aborted || !isFailure(error, 'cancelled')) terminal.print(describeFailure(error, messages))
      return current
    }
  }
}

/** Does what a choice asks for; the state it leads to, where that is not the choices. */
async function performOn(
  peer: Peer,
  action: MenuAction,
  terminal: Terminal,
  messages: Messages,
  signal: AbortSignal,
): Promise<MenuState | undefined> {
  const say = (sentences: readonly string[]) => {
    for (const sentence of sentences) terminal.print(sentence)
  }
  switch (action.kind) {
    case 'register':
      say(describeRegistration(await peer.register(signal), 'register', messages))
      return undefined
    case 'update':
      say(describeRegistration(await peer.update(signal), 'update', messages))
      return undefined
    case 'end':
      say(describeRegistration(await peer.end(signal), 'end', messages))
      return undefined
    case 'list':
    case 'offerDownload': {
      const result = await peer.list(signal)
      say(formatListing(result, digest => peer.has(digest), messages))
      const { images } = result
      return action.kind === 'offerDownload' && images.length > 0 ? { kind: 'whichImage', images } : undefined
    }
    case 'exit':
      return undefined
    case 'download': {
      const saved = await peer.download(
        action.image,
        reportDownload(action.image, terminal, messages),
        signal,
      )
      terminal.endProgress()
      say([
        messages.download.done(printable(saved.fileName), messages.counted.bytes(saved.bytes), saved.owner),
      ])
      return undefined
    }
    default:
      return action satisfies never
  }
}
