import { printable } from '../base/printable.ts'
import type { Messages } from '../messages/messages.ts'
import type { CatalogImage } from '../peer/catalog-image.ts'
import { MAX_SEARCH_CHARACTERS } from '../protocol/catalog-api.ts'

/** Which page of the network's images is asked for. */
export interface PageRequest {
  /** What the names have to hold; `undefined` for every image. */
  readonly search: string | undefined
  /** The page's number, from 0 on. */
  readonly page: number
  /** The cursors of pages before and, at the end, of this one; the first page has none. At most {@link MAX_PAGES_BACK}. */
  readonly cursors: readonly (string | undefined)[]
}

/** A page that a person has before them. */
export interface ShownPage {
  readonly request: PageRequest
  readonly images: readonly CatalogImage[]
  /** The number of the first of them: numbers go on from page to page. */
  readonly first: number
  /** The cursor of the page after this one. */
  readonly next: string | undefined
}

/** Where a person stands in the menu: at its choices, with the pages of a list open or not, or asked which image to download. */
export type MenuState =
  | { readonly kind: 'choices'; readonly shown: ShownPage | undefined }
  | { readonly kind: 'whichImage'; readonly shown: ShownPage }

type Purpose = 'list' | 'download'

/** What a line asks the peer to do. */
export type MenuAction =
  | { readonly kind: Exclude<Choice, Purpose> }
  | { readonly kind: 'show'; readonly purpose: Purpose; readonly request: PageRequest }
  | { readonly kind: 'fetch'; readonly image: CatalogImage }

/** What follows from one line: where the person stands then, what is said, and what is to be done. */
export interface MenuStep {
  readonly state: MenuState
  readonly says: readonly string[]
  readonly action: MenuAction | undefined
}

const CHOICES = ['register', 'list', 'download', 'update', 'end', 'exit'] as const
type Choice = (typeof CHOICES)[number]

/** Pages that can be gone back, at most: a cursor takes up to 400 characters. */
const MAX_PAGES_BACK = 1000

/** The state a menu begins in. */
export const FIRST_MENU_STATE: MenuState = { kind: 'choices', shown: undefined }

/** The first page of everything. */
export const FIRST_PAGE: PageRequest = { search: undefined, page: 0, cursors: [undefined] }

/** Takes one line of input. A wrong one is said to be wrong and leads back to the choices, in a pipe as in a terminal. */
export function stepMenu(state: MenuState, line: string, messages: Messages): MenuStep {
  const { menu } = messages
  const text = line.trim()
  const back = (...says: string[]): MenuStep => ({ state: FIRST_MENU_STATE, says, action: undefined })
  if (text === '') return back()
  const turning = turnPage(state, text, messages)
  if (turning !== undefined) return turning
  switch (state.kind) {
    case 'choices': {
      const kind = /^[1-6]$/.test(text) ? CHOICES[Number(text) - 1] : undefined
      if (kind === undefined) return back(menu.wrongChoice(printable(text, 40)))
      const isShowing = kind === 'list' || kind === 'download'
      const action = isShowing ? ({ kind: 'show', purpose: kind, request: FIRST_PAGE } as const) : { kind }
      return { state: FIRST_MENU_STATE, says: [], action }
    }
    case 'whichImage': {
      const { images, first } = state.shown
      const image = /^[0-9]{1,9}$/.test(text) ? images[Number(text) - first] : undefined
      if (image === undefined) {
        return back(menu.wrongImage(printable(text, 40), first, first + images.length - 1))
      }
      return { state: FIRST_MENU_STATE, says: [], action: { kind: 'fetch', image } }
    }
    default:
      return state satisfies never
  }
}

/** What a line means where the pages of a list are open: `n`, `p`, or `/` with the words of a search (none ends it). */
function turnPage(state: MenuState, text: string, { menu }: Messages): MenuStep | undefined {
  const { shown } = state
  if (shown === undefined || !isPaged(shown)) return undefined
  const show = (request: PageRequest): MenuStep => {
    const purpose = state.kind === 'choices' ? 'list' : 'download'
    return { state, says: [], action: { kind: 'show', purpose, request } }
  }
  const stay = (sentence: string): MenuStep => ({ state, says: [sentence], action: undefined })
  const { request, next } = shown
  const { search, page, cursors } = request
  if (text === 'n') {
    if (next === undefined) return stay(menu.noNextPage)
    return show({ search, page: page + 1, cursors: [...cursors, next].slice(-MAX_PAGES_BACK) })
  }
  if (text === 'p') {
    if (cursors.length < 2) return stay(menu.noPreviousPage)
    return show({ search, page: page - 1, cursors: cursors.slice(0, -1) })
  }
  if (!text.startsWith('/')) return undefined
  const words = [...text.slice(1).trim()].slice(0, MAX_SEARCH_CHARACTERS).join('')
  return show({ ...FIRST_PAGE, search: words === '' ? undefined : words })
}

/** Where the person stands once a page is shown to them. What fits on one page leads where it always did. */
export function stateAfterPage(purpose: Purpose, shown: ShownPage): MenuState {
  if (purpose === 'download' && shown.images.length > 0) return { kind: 'whichImage', shown }
  return isPaged(shown) ? { kind: 'choices', shown } : FIRST_MENU_STATE
}

/** Whether there is more to see than this page. */
export function isPaged({ next, request }: ShownPage): boolean {
  return next !== undefined || request.page > 0 || request.search !== undefined
}

/** What can be typed to see more, with the numbers of what is shown. */
export function pageHint({ images, first, next, request }: ShownPage, { menu }: Messages): string {
  const keys = [
    ...(next === undefined ? [] : [menu.nextPage]),
    ...(request.cursors.length < 2 ? [] : [menu.previousPage]),
    menu.search,
  ]
  return `${menu.shown(first, first + images.length - 1)} ${keys.join(', ')}`
}

/** What is asked of the person in a state. */
export function menuPrompt(state: MenuState, { menu }: Messages): string {
  if (state.kind === 'choices') return menu.prompt
  const { first, images } = state.shown
  return menu.whichImage(first, first + images.length - 1)
}

/** The six choices, one a line. */
export function menuChoices({ menu }: Messages): string {
  return menu.choices.map((choice, index) => `${index + 1}  ${choice}`).join('\n')
}
