import type { Latencies } from '../strain/strain-results.ts'
import type { Machine } from '../system/machine.ts'
import type { Transform } from './transforms.ts'

/** What a hash found in the set, in parts of one. */
export interface HashFindings {
  readonly name: string
  readonly bits: number
  readonly radius: number
  /** Pictures that were transformed so and found for their original. */
  readonly found: Readonly<Record<Transform, number>>
  /** The same of all but the mirrored ones. */
  readonly foundUnmirrored: number
  /** Pairs of a picture and another one, or a variant of it that is not mirrored, that counted as alike. */
  readonly unrelated: number
  /** Pairs of two different scenes of one kind that did. */
  readonly sameKind: number
}

/** Searches for a likeness in a catalog in this process. */
export interface LikenessQueries {
  readonly images: number
  readonly later: Latencies
  /** Of the same searches, milliseconds of CPU time: the median. */
  readonly cpuMs: number
  /** Milliseconds that the steps of a search take, between which the server goes on. */
  readonly steps: Latencies
  /** Bytes that the catalog holds for likenesses, and in all: of images without other details. */
  readonly likenessBytes: number
  readonly catalogBytes: number
}

/** What a run of `npm run likeness` found. */
export interface LikenessResults {
  readonly date: string
  readonly command: string
  readonly machine: Machine
  readonly loadBefore: number
  readonly set: { readonly originals: number; readonly variants: number; readonly ofEachKind: number }
  readonly hashes: readonly HashFindings[]
  /** Microseconds of CPU time that our hash takes of a thumbnail. */
  readonly hashMicroseconds: number
  readonly queries?: LikenessQueries
}
