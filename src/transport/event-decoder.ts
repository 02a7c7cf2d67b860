/** One server-sent event. */
export interface ServerSentEvent {
  readonly id: string
  readonly event: string
  readonly data: string
}

/**
 * Reads a stream of server-sent events (WHATWG HTML, section 9.2) piece by piece. Comments and wishes of when to come back
 * are passed over. Holds one event at most, of so many characters.
 */
export class EventDecoder {
  readonly #maxCharacters: number
  #line = ''
  #id = ''
  #event = ''
  #data: string[] = []
  #characters = 0

  constructor(maxCharacters: number) {
    this.#maxCharacters = maxCharacters
  }

  /** The events that `text` completes; `undefined` once one is longer than allowed, and the stream is of no use. */
  push(text: string): ServerSentEvent[] | undefined {
    const lines = (this.#line + text).split('\n')
    this.#line = lines.pop() ?? ''
    const events: ServerSentEvent[] = []
    for (const line of lines) {
      this.#characters += line.length
      if (this.#characters > this.#maxCharacters) return undefined
      this.#take(line.endsWith('\r') ? line.slice(0, -1) : line, events)
    }
    return this.#line.length > this.#maxCharacters ? undefined : events
  }

  #take(line: string, events: ServerSentEvent[]): void {
    if (line === '') {
      if (this.#data.length > 0)
        events.push({ id: this.#id, event: this.#event || 'message', data: this.#data.join('\n') })
      this.#event = ''
      this.#data = []
      this.#characters = 0
      return
    }
    const colon = line.indexOf(':')
    const field = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'data') this.#data.push(value)
    else if (field === 'event') this.#event = value
    else if (field === 'id' && !value.includes('\0')) this.#id = value
  }
}
