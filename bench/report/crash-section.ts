import { REQUEST_KINDS } from '../crash/crash-request.ts'
import type { CrashResults } from '../crash/crash-results.ts'
import type { Claim } from './claims.ts'
import { markdownTable } from './markdown-table.ts'
import { claimsTable } from './tables.ts'

/** Kills after which it says something that none of them lost anything. */
const LEAST_ROUNDS = 200

/** Whether there were rounds enough to stand for the project. */
export function isLongEnough({ rounds, violations }: CrashResults): boolean {
  return rounds >= LEAST_ROUNDS || violations.length > 0
}

/** What came of killing the server; `undefined` is a run that was not made. */
export function crashSection(results: CrashResults | undefined): string {
  const parts = [
    '## Crashes',
    'Peers at several addresses register, change and end their lists through both fronts at once, until the server’s process is killed (`kill -9`), at a random moment or in that in which an answer arrives, and started again over the same folder. What it then shows, by pages and by LST, is held against what was sent and what was acknowledged, registration by registration. A request that was under way may have been done, or a list of the API in part; nothing else may differ.',
    claimsTable([judgeCrashes(results)]),
  ]
  if (results !== undefined) {
    parts.push(requestTable(results), findingsList(results), violationsList(results))
    parts.push(
      `Node ${results.machine.node}, ${results.machine.kernel}. ${results.date.slice(0, 10)}, \`${results.command}\`.`,
    )
  }
  return parts
    .filter(part => part !== '')
    .join('\n\n')
    .replaceAll('\n\n\n', '\n\n')
}

/** Too few kills can refute the claim, but not bear it out. */
export function judgeCrashes(results: CrashResults | undefined): Claim {
  const holds = results === undefined ? undefined : results.violations.length === 0
  return {
    text: 'After `kill -9` under load, all that was acknowledged is there and nothing that was not sent',
    bound: `${LEAST_ROUNDS} times`,
    reached: results && `${results.rounds - (holds === false ? 1 : 0)} times`,
    holds: results !== undefined && isLongEnough(results) ? holds : undefined,
  }
}

function requestTable({ requests }: CrashResults): string {
  const names = Object.keys(REQUEST_KINDS) as (keyof typeof REQUEST_KINDS)[]
  return markdownTable({
    columns: [
      { heading: 'Request', figures: false },
      { heading: 'Done', figures: true },
      { heading: 'Refused, as it had to be', figures: true },
      { heading: 'Under way at a kill', figures: true },
    ],
    rows: names.map(name => {
      const { done, refused, unanswered } = requests[name]
      return [NAMES[name], ...[done, refused, unanswered].map(count => count.toLocaleString('en'))]
    }),
  })
}

const NAMES: Readonly<Record<keyof typeof REQUEST_KINDS, string>> = {
  REG: 'REG',
  UPD: 'UPD',
  END: 'END',
  ALV: 'ALV',
  put: 'PUT …/images',
  post: 'POST …/images',
  removals: 'POST …/removals',
  lease: 'PUT …/lease',
  delete: 'DELETE',
}

function findingsList(results: CrashResults): string {
  const { fates, folds, killsWhileStarting, registrations, holdings } = results
  const megabytes = (results.longestLogBytes / 1e6).toFixed(1)
  return [
    `- ${results.peers} peers; seed ${results.seed}. ${killsWhileStarting} more kills hit a server that was just starting.`,
    `- Compared over all restarts: ${registrations.toLocaleString('en')} registrations and ${holdings.toLocaleString('en')} pairs of an image and an owner.`,
    `- Of what was under way and would have changed something, ${fates.kept} requests were done, ${fates.lost} were not, and ${fates.partly} lists of the API were done in part.`,
    `- The journal’s log was up to ${megabytes} MB long when the server was started, and had been folded before ${folds} of the starts. The slowest took ${(results.slowestStartMs / 1000).toFixed(1)} s.`,
  ].join('\n')
}

function violationsList({ violations }: CrashResults): string {
  return violations.map(violation => `- **${violation}**`).join('\n')
}
