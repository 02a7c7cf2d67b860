import { printable } from '../base/printable.ts'
import type { Messages } from '../messages/messages.ts'
import type { ListedImage } from '../protocol/listing.ts'

/** Where a person stands in the menu: at its choices, or asked which of some pictures to download. */
export type MenuState =
  | { readonly kind: 'choices' }
  | { readonly kind: 'whichImage'; readonly images: readonly ListedImage[] }

type Choice = (typeof CHOICES)[number]

/** What a line asks the peer to do. */
export type MenuAction =
  | { readonly kind: Choice }
  | { readonly kind: 'download'; readonly image: ListedImage }

/** What follows from one line: where the person stands then, what is said, and what is to be done. */
export interface MenuStep {
  readonly state: MenuState
  readonly says: readonly string[]
  readonly action: MenuAction | undefined
}

const CHOICES = ['register', 'list', 'offerDownload', 'update', 'end', 'exit'] as const

/** The state a menu begins in. */
export const FIRST_MENU_STATE: MenuState = { kind: 'choices' }

/** Takes one line of input. A wrong one is said to be wrong and leads back to the choices, in a pipe as in a terminal. */
export function stepMenu(state: MenuState, line: string, { menu }: Messages): MenuStep {
  const text = line.trim()
  const back = (...says: string[]): MenuStep => ({ state: FIRST_MENU_STATE, says, action: undefined })
  switch (state.kind) {
    case 'choices': {
      if (text === '') return back()
      const kind = /^[1-6]$/.test(text) ? CHOICES[Number(text) - 1] : undefined
      if (kind === undefined) return back(menu.wrongChoice(printable(text, 40)))
      return { state: FIRST_MENU_STATE, says: [], action: { kind } }
    }
    case 'whichImage': {
      if (text === '') return back()
      const image = /^[0-9]{1,7}$/.test(text) ? state.images[Number(text) - 1] : undefined
      if (image === undefined) return back(menu.wrongImage(printable(text, 40), state.images.length))
      return { state: FIRST_MENU_STATE, says: [], action: { kind: 'download', image } }
    }
    default:
      return state satisfies never
  }
}

/** What is asked of the person in a state. */
export function menuPrompt(state: MenuState, { menu }: Messages): string {
  return state.kind === 'choices' ? menu.prompt : menu.whichImage(state.images.length)
}

/** The six choices, one a line. */
export function menuChoices({ menu }: Messages): string {
  return menu.choices.map((choice, index) => `${index + 1}  ${choice}`).join('\n')
}
