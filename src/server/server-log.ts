import { pino } from 'pino'
import { printable } from '../base/printable.ts'
import type { Messages } from '../messages/messages.ts'
import { formatEndpoint } from '../protocol/endpoint.ts'
import { Word } from '../protocol/index-request.ts'
import type { RequestObserver, RequestResult } from './index-service.ts'
import type { JournalCondition } from './journal/journal-condition.ts'

/** How much is logged: warnings, what changes the catalog, or every request. */
export type LogLevel = 'quiet' | 'normal' | 'verbose'

/** One log line: a stable name for programs, its facts, and a sentence for people. */
type LogLine = (event: string, facts: Readonly<Record<string, unknown>>, sentence: string) => void

/** The server's log. */
export interface ServerLog {
  readonly info: LogLine
  readonly warn: LogLine
  readonly debug: LogLine
  readonly level: LogLevel
}

const LEVELS = { quiet: 'warn', normal: 'info', verbose: 'debug' } as const

/** A log on standard output: readable lines for a terminal, one JSON object a line for anything else. */
export function openServerLog(output: NodeJS.WriteStream, level: LogLevel): ServerLog {
  const options = {
    level: LEVELS[level],
    base: null,
    messageKey: 'message',
    formatters: { level: (label: string) => ({ level: label }) },
  }
  const logger = pino(options, output.isTTY ? { write: line => output.write(readable(line)) } : output)
  return {
    level,
    info: (event, facts, sentence) => logger.info({ event, ...facts }, sentence),
    warn: (event, facts, sentence) => logger.warn({ event, ...facts }, sentence),
    debug: (event, facts, sentence) => logger.debug({ event, ...facts }, sentence),
  }
}

function readable(line: string): string {
  const { time, level, message } = JSON.parse(line) as { time: number; level: string; message: string }
  const at = new Date(time)
  const clock = [at.getHours(), at.getMinutes(), at.getSeconds()]
    .map(part => String(part).padStart(2, '0'))
    .join(':')
  return `${clock}  ${level === 'warn' || level === 'error' ? '! ' : ''}${message}\n`
}

/** Logs how the journal stands. */
export function logJournal(log: ServerLog, condition: JournalCondition, sentences: Messages['server']): void {
  const { kind, ...facts } = condition
  const event = `journal-${kind}`
  switch (kind) {
    case 'setAside':
      log.warn(event, facts, sentences.journalSetAside(printable(condition.movedTo), condition.reason))
      return
    case 'partlyUnreadable': {
      const { directory, rows, reason } = condition
      log.warn(event, facts, sentences.journalPartlyUnreadable(directory, rows, reason))
      return
    }
    case 'notDurable': {
      const { directory, reason, retrySeconds } = condition
      log.warn(event, facts, sentences.journalNotDurable(directory, reason, retrySeconds))
      return
    }
    case 'durableAgain':
      log.warn(event, facts, sentences.journalDurableAgain(condition.directory))
      return
    default:
      kind satisfies never
  }
}

/** Lines about requests in one second, at most: a flood of requests must not become a flood of lines. */
const LINES_PER_SECOND = 20

/** Logs what requests changed, and with `verbose` also what was refused or only renewed; counts what it leaves out. */
export class RequestLog implements RequestObserver {
  readonly #log: ServerLog
  readonly #messages: Messages['server']
  readonly #nowMs: () => number
  #secondBeganMs = Number.NEGATIVE_INFINITY
  #lines = 0
  #muted = 0

  constructor(log: ServerLog, messages: Messages['server'], nowMs: () => number) {
    this.#log = log
    this.#messages = messages
    this.#nowMs = nowMs
  }

  wants(word: Word | undefined, result: RequestResult): boolean {
    if (this.#log.level === 'quiet') return false
    if (this.#log.level === 'normal' && (result !== 'done' || word === Word.renew)) return false
    return this.#hasRoom()
  }

  /** Logs a fault of the socket; strangers can cause one for each datagram, so it counts like a request. */
  fault(reason: string): void {
    const shown = printable(reason)
    if (this.#hasRoom()) this.#log.warn('fault', { reason: shown }, this.#messages.fault(shown))
  }

  #hasRoom(): boolean {
    const nowMs = this.#nowMs()
    if (nowMs - this.#secondBeganMs >= 1000) {
      this.#secondBeganMs = nowMs
      this.#lines = 0
      if (this.#muted > 0) this.#log.info('muted', { count: this.#muted }, this.#messages.muted(this.#muted))
      this.#muted = 0
    }
    this.#lines += 1
    if (this.#lines <= LINES_PER_SECOND) return true
    this.#muted += 1
    return false
  }

  observe(word: Word | undefined, result: RequestResult, address: string, port: number, count: number): void {
    const peer = formatEndpoint({ address, port })
    const sentences = this.#messages
    switch (result) {
      case 'done':
        if (word === Word.renew) this.#log.debug('renewed', { peer }, sentences.renewed(peer))
        else if (word === Word.end) this.#log.info('ended', { peer }, sentences.ended(peer))
        else if (word === Word.update)
          this.#log.info('updated', { peer, count }, sentences.updated(peer, count))
        else this.#log.info('registered', { peer, count }, sentences.registered(peer, count))
        return
      case 'malformed':
        this.#log.debug('malformed', { address }, sentences.malformed(address))
        return
      case 'refusedPassword':
      case 'tooManyRegistrations':
      case 'tooManyImages':
        this.#log.debug(result, { peer }, sentences[result](peer))
        return
      default:
        result satisfies never
    }
  }
}
