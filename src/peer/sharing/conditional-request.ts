import {
  type EntityTag,
  matchesStrongly,
  matchesWeakly,
  parseEntityTag,
  parseEntityTags,
} from '../../protocol/entity-tag.ts'
import { parseHttpDate } from '../../protocol/http-date.ts'

/** By which an asker knows again what it was given (RFC 9110 section 8.8). */
export interface Validators {
  readonly tag: EntityTag
  /** Whole seconds, in milliseconds since 1970; absent where no time is told. */
  readonly modifiedMs?: number
}

type Headers = ReadonlyMap<string, string>

/**
 * What the conditions of a GET or HEAD come to, in the order of RFC 9110 section 13.2.2: 304 `notModified`, 412 `failed`.
 * A date that is none, or where there is no time to compare with, is no condition.
 */
export function evaluateConditions(
  headers: Headers,
  { tag, modifiedMs }: Validators,
  nowMs: number,
): 'met' | 'notModified' | 'failed' {
  const ifMatch = headers.get('if-match')
  if (ifMatch !== undefined) {
    if (!matchesAny(ifMatch, tag, matchesStrongly)) return 'failed'
  } else if (modifiedMs !== undefined) {
    const since = dateIn(headers, 'if-unmodified-since', nowMs)
    if (since !== undefined && modifiedMs > since) return 'failed'
  }
  const ifNoneMatch = headers.get('if-none-match')
  if (ifNoneMatch !== undefined) {
    if (matchesAny(ifNoneMatch, tag, matchesWeakly)) return 'notModified'
  } else if (modifiedMs !== undefined) {
    const since = dateIn(headers, 'if-modified-since', nowMs)
    if (since !== undefined && modifiedMs <= since) return 'notModified'
  }
  return 'met'
}

/**
 * Whether a range may be given (RFC 9110 section 13.1.5): no `If-Range`, or one that names this very state, by a strong
 * tag or the exact time. The time is a strong validator only where what it dates never changes within its second.
 */
export function rangeApplies(headers: Headers, { tag, modifiedMs }: Validators, nowMs: number): boolean {
  const ifRange = headers.get('if-range')
  if (ifRange === undefined) return true
  const asked = parseEntityTag(ifRange)
  if (asked !== undefined) return matchesStrongly(asked, tag)
  return modifiedMs !== undefined && parseHttpDate(ifRange, nowMs) === modifiedMs
}

function matchesAny(
  header: string,
  tag: EntityTag,
  matches: (one: EntityTag, other: EntityTag) => boolean,
): boolean {
  const asked = parseEntityTags(header)
  return asked === '*' || asked.some(each => matches(each, tag))
}

function dateIn(headers: Headers, name: string, nowMs: number): number | undefined {
  const text = headers.get(name)
  return text === undefined ? undefined : parseHttpDate(text, nowMs)
}
