import type { FastifyInstance } from 'fastify'
import type { ApiLimits } from './api-limits.ts'

/** Answers on their way to their readers: each has so much time, and together they may take so many bytes. */
export class WaitingAnswers {
  readonly #limits: Pick<ApiLimits, 'waitingAnswerBytes' | 'answerMs'>
  #bytes = 0

  /** Watches the answers of `app`. */
  constructor(app: FastifyInstance, limits: Pick<ApiLimits, 'waitingAnswerBytes' | 'answerMs'>) {
    this.#limits = limits
    app.addHook('onSend', async (_request, reply, payload) => {
      // Whoever asked is gone, and what is sent goes nowhere.
      if (reply.raw.destroyed) return payload
      const bytes = typeof payload === 'string' || Buffer.isBuffer(payload) ? payload.length : 0
      this.#bytes += bytes
      const late = setTimeout(() => reply.raw.destroy(), this.#limits.answerMs)
      reply.raw.once('close', () => {
        clearTimeout(late)
        this.#bytes -= bytes
      })
      return payload
    })
  }

  /** True while more waits than is good for the server. */
  get isTooMuch(): boolean {
    return this.#bytes > this.#limits.waitingAnswerBytes
  }
}
