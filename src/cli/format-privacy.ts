import { printable } from '../base/printable.ts'
import type { Messages } from '../messages/messages.ts'
import type { ExaminedImage } from '../peer/library/examine-folder.ts'

/** What one picture tells, in lines; none where that is nothing. */
export function formatExamined(
  { path, found, withheld }: ExaminedImage,
  isCleaned: boolean,
  { privacy }: Pick<Messages, 'privacy'>,
): string[] {
  if (found.length === 0 && withheld === undefined) return []
  const findings = found.map(({ kind, where, name, value }) =>
    privacy.finding(
      privacy.kinds[kind],
      privacy.places[where],
      printable(name),
      value === undefined ? undefined : printable(value),
    ),
  )
  const reason = withheld && privacy.reasons[withheld]
  const refused = reason && (isCleaned ? privacy.refused(reason) : privacy.unknown(reason))
  const lines = [...findings, ...(refused ? [refused] : [])]
  return [printable(path), ...lines.map(line => `  ${line}`)]
}
