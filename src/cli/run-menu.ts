import { isFailure } from '../base/failure.ts'
import { printable } from '../base/printable.ts'
import type { Messages } from '../messages/messages.ts'
import type { Peer } from '../peer/peer.ts'
import { describeFailure } from './describe-failure.ts'
import { formatPage } from './format-listing.ts'
import {
  FIRST_MENU_STATE,
  FIRST_PAGE,
  isPaged,
  type MenuAction,
  type MenuState,
  menuChoices,
  menuPrompt,
  pageHint,
  type ShownPage,
  stateAfterPage,
  stepMenu,
} from './menu.ts'
import { describeRegistration, reportDownload } from './peer-reporter.ts'
import type { Terminal } from './terminal.ts'

/** Images of one page: what a person reads at once, and what old scripts that choose by number may have seen in a LST. */
const PAGE_ENTRIES = { keyboard: 30, pipe: 100 } as const

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
    case 'show':
      return showPage(peer, action, terminal, messages, signal)
    case 'exit':
      return undefined
    case 'fetch': {
      const saved = await peer.transfers.fetch(
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

/** Shows a page; the state it leads to, where there is something on it. */
async function showPage(
  peer: Peer,
  { purpose, request }: MenuAction & { kind: 'show' },
  terminal: Terminal,
  messages: Messages,
  signal: AbortSignal,
): Promise<MenuState | undefined> {
  const { search } = request
  const limit = terminal.hasKeyboard ? PAGE_ENTRIES.keyboard : PAGE_ENTRIES.pipe
  const cursor = request.cursors.at(-1)
  const page = await peer.page(
    {
      limit,
      ...(search === undefined ? {} : { search }),
      ...(cursor === undefined ? {} : { cursor }),
    },
    signal,
  )
  const { images, next } = page
  if (images.length === 0 && request !== FIRST_PAGE) {
    terminal.print(request.page > 0 ? messages.menu.noNextPage : messages.list.nothingFound)
    return undefined
  }
  const shown: ShownPage = { request, images, first: request.page * limit + 1, next }
  const heading = await headingOf(shown, peer, messages, signal)
  const lines = formatPage(page, { heading, first: shown.first }, digest => peer.has(digest), messages)
  for (const line of lines) terminal.print(line)
  if (isPaged(shown)) terminal.print(pageHint(shown, messages))
  return stateAfterPage(purpose, shown)
}

async function headingOf(
  { images, next, request }: ShownPage,
  peer: Peer,
  { list }: Messages,
  signal: AbortSignal,
): Promise<string> {
  const isWhole = request.page === 0 && next === undefined
  if (request.search !== undefined) return isWhole ? list.found(images.length) : list.finding
  const count = isWhole ? images.length : await peer.networkImageCount(signal)
  return count === undefined ? list.finding : list.heading(count)
}
