import type { HashFindings, LikenessQueries, LikenessResults } from '../likeness/likeness-results.ts'
import type { Transform } from '../likeness/transforms.ts'
import type { Claim } from './claims.ts'
import { machineSentence } from './machine-sentence.ts'
import { markdownTable } from './markdown-table.ts'
import { claimsTable } from './tables.ts'

/** What the set has to have, and the catalog that is searched, to stand for the project. */
const ORIGINALS = 60
const SEARCHED_IMAGES = 1_000_000

const LEAST_FOUND = 0.95
const MOST_UNRELATED = 0.01
const MOST_QUERY_MS = 30

const TRANSFORMS: Readonly<Record<Transform, string>> = {
  half: 'Half',
  recompressed: 'Quality 40',
  cropped: 'Cropped',
  brightened: 'Brightened',
  converted: 'Converted',
  mirrored: 'Mirrored',
}

/** Whether nothing was left out. */
export function isWhole({ set, queries }: LikenessResults): boolean {
  return set.originals >= ORIGINALS && (queries?.images ?? 0) >= SEARCHED_IMAGES
}

/** What is found by how pictures look; `undefined` is a run that was not made. */
export function likenessSection(results: LikenessResults | undefined): string {
  const parts = [
    '## Pictures that look alike',
    'Each of the originals is resized to half, recompressed at quality 40, cropped by 5 % of its width and height at the left and the top, brightened by a quarter, converted to WebP, and mirrored. A variant is found where its likeness is near that of its original; an unrelated pair is a picture and another one, or a variant of it that is not mirrored.',
    claimsTable(judgeLikeness(results)),
  ]
  if (results !== undefined) {
    const { set, queries, hashMicroseconds } = results
    parts.push(
      hashTable(results.hashes),
      [
        `- Nothing is photographed: the ${set.originals} originals are the demonstration’s pictures and scenes drawn by chance (\`bench/likeness/\`): mountains, heads, streets, gardens, clouds, tables, with the grain of a photograph. Pairs of a kind are ${set.ofEachKind} other scenes of each kind, all with all: unrelated, and composed alike.`,
        '- Every hash is made of the same thumbnails. What ours finds within 8 bits is folded into one tile; 14 is what a search finds.',
        `- Our hash takes ${Math.round(hashMicroseconds)} µs of a thumbnail that was decoded.`,
        ...(queries === undefined ? [] : [queriesSentence(queries)]),
      ].join('\n'),
      `${machineSentence(results.machine)} ${results.date.slice(0, 10)}, \`${results.command}\`; load before it ${results.loadBefore.toFixed(1)}.`,
    )
  }
  return parts.join('\n\n').replaceAll('\n\n\n', '\n\n')
}

/** Every claim about likenesses, judged by one run; `undefined` is a run that was not made. */
export function judgeLikeness(results: LikenessResults | undefined): Claim[] {
  const ours = results !== undefined && results.set.originals >= ORIGINALS ? results.hashes[0] : undefined
  const queries = results?.queries?.images === SEARCHED_IMAGES ? results.queries : undefined
  return [
    {
      text: 'Variants found for their original, without the mirrored ones',
      bound: `at least ${percent(LEAST_FOUND)}`,
      reached: ours && percent(ours.foundUnmirrored),
      holds: ours && ours.foundUnmirrored >= LEAST_FOUND,
    },
    ...(['unrelated', 'sameKind'] as const).map(pairs => ({
      text:
        pairs === 'unrelated' ? 'Unrelated pairs that count as alike' : 'Pairs of different scenes of a kind',
      bound: `at most ${percent(MOST_UNRELATED)}`,
      reached: ours && percent(ours[pairs]),
      holds: ours && ours[pairs] <= MOST_UNRELATED,
    })),
    {
      text: `A search over ${SEARCHED_IMAGES.toLocaleString('en')} likenesses, p99`,
      bound: `at most ${MOST_QUERY_MS} ms`,
      reached: queries && `${queries.later.p99Ms.toFixed(1)} ms`,
      holds: queries && queries.later.p99Ms <= MOST_QUERY_MS,
    },
  ]
}

function hashTable(hashes: readonly HashFindings[]): string {
  const names = Object.keys(TRANSFORMS) as Transform[]
  return markdownTable({
    columns: [
      { heading: 'Hash', figures: false },
      { heading: 'Bits', figures: true },
      { heading: 'may differ', figures: true },
      ...names.map(name => ({ heading: TRANSFORMS[name], figures: true })),
      { heading: 'Found, unmirrored', figures: true },
      { heading: 'Unrelated', figures: true },
      { heading: 'Of a kind', figures: true },
    ],
    rows: hashes.map(({ name, bits, radius, found, foundUnmirrored, unrelated, sameKind }) => [
      name,
      String(bits),
      String(radius),
      ...names.map(transform => percent(found[transform])),
      percent(foundUnmirrored),
      percent(unrelated),
      percent(sameKind),
    ]),
  })
}

function queriesSentence(queries: LikenessQueries): string {
  const { images, later, cpuMs, steps, likenessBytes, catalogBytes } = queries
  return `- ${later.count} searches over ${images.toLocaleString('en')} images, page by page as the server answers: p50 ${later.p50Ms.toFixed(1)} ms, p99 ${later.p99Ms.toFixed(1)} ms, of CPU time ${cpuMs.toFixed(1)} ms; the server goes on after steps of ${steps.p50Ms.toFixed(2)} ms (p99 ${steps.p99Ms.toFixed(2)} ms). The likenesses are ${(likenessBytes / 1e6).toFixed(1)} MB of the ${(catalogBytes / 1e6).toFixed(0)} MB that the catalog holds, of images without other details.`
}

/** Three digits of what is rare. */
function percent(part: number): string {
  const hundredths = part * 100
  return `${hundredths > 0 && hundredths < 1 ? hundredths.toFixed(3) : hundredths.toFixed(1).replace(/\.0$/, '')} %`
}
