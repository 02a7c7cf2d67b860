import type { LoadReport } from '../load/load-run.ts'
import type { Contestant, Surroundings } from '../measure/contestant.ts'
import { type RoundTimes, runRound } from '../measure/round.ts'
import { WORKLOADS, type Workload } from '../measure/workloads.ts'
import { median } from '../report/statistics.ts'
import { type Program, startProgram } from '../system/programs.ts'

/** Something that strains the server, and has something to say about it at the end. */
export interface Strain<Report> {
  /** Settles once the server feels it. */
  begin(): Promise<{ end(): Promise<Report> }>
}

/** One load over UDP, and what strained the server meanwhile; `undefined` for nothing. */
export interface Beside<Report> {
  readonly load: LoadReport
  readonly report: Report | undefined
}

/**
 * A program that strains the server until SIGTERM. It prints `{"begun":true}` when it does, and at the end what it found as
 * an object of numbers with (at least) `names`.
 */
export function strainProgram<Name extends string>(
  program: Program,
  names: readonly Name[],
): Strain<Readonly<Record<Name, number>>> {
  return {
    async begin() {
      const running = await startProgram({ ...program, givesWay: true })
      await running.readLine(line => ('begun' in parsed(line) ? true : undefined))
      return {
        async end() {
          const [report] = await Promise.all([
            running.readLine(line => numbersIn(line, names)),
            running.stop(),
          ])
          return report
        },
      }
    },
  }
}

/** The numbers of these names in a line of JSON; `undefined` where one of them is not there. */
function numbersIn<Name extends string>(
  line: string,
  names: readonly Name[],
): Readonly<Record<Name, number>> | undefined {
  const found = parsed(line)
  return hasNumbers(found, names) ? found : undefined
}

/** Half the requests a second that a server answers of nine UPD to one LST: the median of as many rounds as given. */
export async function halfTheHighestRate(
  contestant: Contestant,
  rounds: number,
  times: RoundTimes,
  surroundings: Surroundings,
): Promise<number> {
  const rates: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const { answered, seconds } = await runRound(contestant, workloadNamed('mixed'), times, 0, surroundings)
    rates.push(answered / seconds)
  }
  const most = median(rates)
  if (most === undefined || most === 0) throw new Error('the server answered nothing over UDP')
  return most / 2
}

/** Loads a server over UDP at a rate while it is strained, or quiet. */
export async function loadBeside<Report>(
  strain: Strain<Report> | undefined,
  contestant: Contestant,
  rate: number,
  times: RoundTimes,
  surroundings: Surroundings,
): Promise<Beside<Report>> {
  const begun = await strain?.begin()
  let load: LoadReport
  try {
    load = await runRound(contestant, workloadNamed('mixed-latency'), times, rate, surroundings)
  } catch (fault) {
    await begun?.end()
    throw fault
  }
  const report = await begun?.end()
  if (!contestant.isAlive()) throw new Error('the server ended')
  return { load, report }
}

/** `items` from another one on in each round: none is always measured first. */
export function inTurns<Item>(items: readonly Item[], round: number): Item[] {
  const first = round % Math.max(1, items.length)
  return [...items.slice(first), ...items.slice(0, first)]
}

/** The workload of this name. */
export function workloadNamed(wanted: string): Workload {
  const workload = WORKLOADS.find(({ name }) => name === wanted)
  if (workload === undefined) throw new Error(`there is no workload ${wanted}`)
  return workload
}

function parsed(line: string): object {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}

function hasNumbers<Name extends string>(
  value: object,
  names: readonly Name[],
): value is Readonly<Record<Name, number>> {
  const fields = new Map<string, unknown>(Object.entries(value))
  return names.every(name => typeof fields.get(name) === 'number')
}
