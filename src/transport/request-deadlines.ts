import type { Server } from 'node:http'
import type { Socket } from 'node:net'

interface Waiting {
  /** Requests that have no whole answer yet; more than one where they are pipelined, which Node bounds by bytes. */
  underWay: number
  deadline: NodeJS.Timeout | undefined
}

/**
 * Cuts HTTP connections on which no request came whole within `requestMs` of the connection's beginning or of the last
 * answer's end; a trickle does not extend it. For a server that never listens, and so keeps no deadlines by itself.
 */
export class RequestDeadlines {
  readonly #requestMs: number
  /** One for each connection, which the caller bounds. */
  readonly #waiting = new Map<Socket, Waiting>()

  constructor(http: Server, requestMs: number) {
    this.#requestMs = requestMs
    http.on('request', ({ socket }, response) => {
      const waiting = this.#waiting.get(socket)
      if (waiting === undefined) return
      clearTimeout(waiting.deadline)
      waiting.underWay += 1
      response.once('close', () => {
        waiting.underWay -= 1
        this.#await(socket, waiting)
      })
    })
  }

  /** Counts from now on. */
  watch(socket: Socket): void {
    const waiting: Waiting = { underWay: 0, deadline: undefined }
    this.#waiting.set(socket, waiting)
    socket.once('close', () => {
      clearTimeout(waiting.deadline)
      this.#waiting.delete(socket)
    })
    this.#await(socket, waiting)
  }

  #await(socket: Socket, waiting: Waiting): void {
    clearTimeout(waiting.deadline)
    if (waiting.underWay > 0 || socket.destroyed) return
    waiting.deadline = setTimeout(() => socket.destroy(), this.#requestMs)
  }
}
