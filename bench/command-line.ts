import { exit, stderr, stdout } from 'node:process'
import { PROJECT_FOLDER } from './report/report-files.ts'

/** What a bench of several rounds and parts may be told, for `parseArgs`. */
export const ROUNDS_OPTIONS = {
  rounds: { type: 'string' },
  seconds: { type: 'string' },
  only: { type: 'string' },
  quick: { type: 'boolean', default: false },
  output: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

/** The values of ROUNDS_OPTIONS, as `parseArgs` reads them. */
interface RoundsValues {
  readonly rounds?: string | undefined
  readonly seconds?: string | undefined
  readonly only?: string | undefined
  readonly quick: boolean
  readonly output?: string | undefined
}

/** The same, understood. */
export interface RoundsOptions<Part extends string> {
  readonly rounds: number
  /** Measured seconds of each load. */
  readonly seconds: number
  readonly quick: boolean
  /** Those that are to be measured, in their own order. */
  readonly parts: readonly Part[]
  /** Where the report is written; `undefined` for nowhere. */
  readonly output: string | undefined
}

/** Rounds and seconds where nothing is said of them. */
export interface RoundsDefaults {
  readonly rounds: number
  readonly seconds: number
}

/** One short round: tells whether it works. */
const QUICK: RoundsDefaults = { rounds: 1, seconds: 0.2 }

/**
 * Understands what was said. The report goes into the project only where nothing was left out: neither by these options nor,
 * as `isWhole` says, by others. Throws an error with a sentence for the person who typed it.
 */
export function readRounds<Part extends string>(
  values: RoundsValues,
  parts: readonly Part[],
  defaults: RoundsDefaults,
  isWhole = true,
): RoundsOptions<Part> {
  const { quick } = values
  const otherwise = quick ? QUICK : defaults
  const leavesNothingOut = isWhole && !quick && values.only === undefined
  return {
    rounds: positive('--rounds', values.rounds, otherwise.rounds, Number.isInteger),
    seconds: positive('--seconds', values.seconds, otherwise.seconds, Number.isFinite),
    quick,
    parts: wordsAmong('--only', values.only, parts),
    output: values.output ?? (leavesNothingOut ? PROJECT_FOLDER : undefined),
  }
}

/** A number above 0 that fulfils `is`; throws a sentence for the person who typed something else. */
export function positive(
  option: string,
  text: string | undefined,
  otherwise: number,
  is: (value: number) => boolean,
): number {
  const value = text === undefined ? otherwise : Number(text)
  if (!is(value) || value <= 0) throw new Error(`${option} takes a number above 0`)
  return value
}

/** Those of `all` that the option names by commas, in their own order; all of them without it. Throws at any other word. */
export function wordsAmong<Word extends string>(
  option: string,
  text: string | undefined,
  all: readonly Word[],
): readonly Word[] {
  if (text === undefined) return all
  const words = text.split(',')
  const unknown = words.find(word => !all.some(known => known === word))
  if (unknown !== undefined) throw new Error(`${option} ${unknown}: there is no such thing`)
  return all.filter(word => words.includes(word))
}

/** What `read` returns. Where it throws, or help was asked for, the bench ends with the sentence and `usage`. */
export function readOrExplain<Options>(usage: string, read: () => Options | 'help'): Options {
  let options: Options | 'help'
  try {
    options = read()
  } catch (fault) {
    return fail(`${fault instanceof Error ? fault.message : String(fault)}\n\n${usage}`, 2)
  }
  if (options !== 'help') return options
  stdout.write(usage)
  return exit(0)
}

/** The command as it was typed, for the report. */
export function commandLine(script: string, args: readonly string[]): string {
  return [`npm run ${script}`, ...(args.length === 0 ? [] : ['--', ...args])].join(' ')
}

/** Tells how far it is. */
export function say(progress: string): void {
  stderr.write(`${progress}\n`)
}

/** Ends with a sentence. */
export function fail(sentence: string, status: number): never {
  stderr.write(`${sentence}\n`)
  return exit(status)
}
