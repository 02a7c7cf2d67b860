import type { Takings, TransferLimitsChange } from '../../gallery-shapes.ts'

/** What can be limited. */
export type LimitName = keyof Takings['limits']

/** Each with how many of what the API counts are one of what a person types: kilobytes per second, or uploads. */
const UNITS: Readonly<Record<LimitName, number>> = {
  download: 1000,
  upload: 1000,
  uploadEach: 1000,
  uploadSlots: 1,
}
export const LIMIT_NAMES = ['download', 'upload', 'uploadEach', 'uploadSlots'] as const satisfies LimitName[]

/** Uploads at once at most (gallery-shapes.ts), and what somebody may type of the others. */
const MOST: Readonly<Record<LimitName, number>> = {
  download: 1e9,
  upload: 1e9,
  uploadEach: 1e9,
  uploadSlots: 1000,
}

/** A limit as a person sees it; empty for none. */
export function limitText(name: LimitName, limits: Takings['limits']): string {
  const value = limits[name]
  return value === 0 ? '' : String(Math.max(1, Math.round(value / UNITS[name])))
}

/** What a person typed; `undefined` where it is no number that can be a limit. */
export function limitOf(name: LimitName, typed: string): TransferLimitsChange | undefined {
  const text = typed.trim()
  const value = text === '' ? 0 : Number(text.replace(',', '.'))
  if (!Number.isFinite(value) || value < 0 || value > MOST[name]) return undefined
  return { [name]: Math.round(value * UNITS[name]) }
}
