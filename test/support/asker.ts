import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Machine } from './network-namespaces.ts'
import { type Program, startCommand } from './program.ts'

/** What somebody on another machine may be had to do. */
export type Question =
  | { readonly kind: 'http'; readonly url: string }
  | { readonly kind: 'datagram'; readonly host: string; readonly port: number; readonly message: string }
  /** Sends the same datagram `count` times without waiting for answers. */
  | {
      readonly kind: 'flood'
      readonly host: string
      readonly port: number
      readonly message: string
      readonly count: number
    }

/** What came of a flood. */
export interface Flooded {
  readonly received: number
  readonly receivedBytes: number
  /** Milliseconds from the first datagram sent to the last one received. */
  readonly elapsedMs: number
}

/** Somebody on a machine, who asks what they are told to. */
export class Asker {
  readonly #program: Program
  #asking: Promise<unknown> = Promise.resolve()

  private constructor(program: Program) {
    this.#program = program
  }

  static start(t: TestContext, { prefix }: Machine): Asker {
    const script = fileURLToPath(new URL('./asker-process.ts', import.meta.url))
    return new Asker(startCommand(t, [...prefix, process.execPath, script]))
  }

  /** The answer to a datagram; it is sent again while none comes. */
  datagram(host: string, port: number, message: string): Promise<string> {
    return this.#ask<string>({ kind: 'datagram', host, port, message })
  }

  /** The JSON at a path of a server. */
  async json<Value>(host: string, port: number, path: string): Promise<Value> {
    return JSON.parse(await this.text(host, port, path)) as Value
  }

  text(host: string, port: number, path: string): Promise<string> {
    const authority = host.includes(':') ? `[${host}]` : host
    return this.#ask<string>({ kind: 'http', url: `http://${authority}:${port}${path}` })
  }

  flood(host: string, port: number, message: string, count: number): Promise<Flooded> {
    return this.#ask<Flooded>({ kind: 'flood', host, port, message, count })
  }

  #ask<Answer>(question: Question): Promise<Answer> {
    const answer = this.#asking.then(async () => {
      this.#program.type(`${JSON.stringify(question)}\n`)
      const [line] = await this.#program.until(/[^\n]+\n/)
      return JSON.parse(line) as Answer
    })
    this.#asking = answer.catch(() => {})
    return answer
  }
}
