import type { NativePrograms } from '../native/native-programs.ts'
import type { RunningProgram } from '../system/programs.ts'
import type { Tool } from '../system/tools.ts'

/** What the machine has to offer to a subject. */
export interface Tools {
  readonly native: NativePrograms | undefined
  readonly python: Tool | undefined
}

/** How one process of a subject is started. */
interface StartOptions {
  readonly tools: Tools
  /** The core it is bound to. */
  readonly core: number | undefined
  /** An empty folder of its own: for files it is given, and for whatever it keeps. */
  readonly folder: string
  /** What a server that sends one reply to everything sends; others ignore it. */
  readonly reply?: string
  /** Arguments for Node itself, where the subject runs in Node. */
  readonly nodeArguments?: readonly string[]
}

/** A process that answers on 127.0.0.1:`port`. */
interface RunningSubject {
  readonly port: number
  readonly program: RunningProgram
}

/** A server that is measured. */
export interface Subject {
  /** Its name on the command line and in the results. */
  readonly name: string
  readonly title: string
  /** `index` speaks the protocol; `echo` sends one reply to everything; `tracker` speaks BEP 15. */
  readonly kind: 'index' | 'echo' | 'tracker'
  /** Images in the largest catalog it is measured with. */
  readonly largestCatalog: number
  /** Why it cannot run here; `undefined` where it can. */
  obstacle(tools: Tools): Promise<string | undefined>
  /** Starts it, and settles when it answers. */
  start(options: StartOptions): Promise<RunningSubject>
}
