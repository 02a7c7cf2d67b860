import { Failure, type FailureCode, type FailureDetails, systemReason } from '../base/failure.ts'
import { printable } from '../base/printable.ts'
import type { Messages } from '../messages/messages.ts'

/** The sentence for anything that was thrown, with every stranger's text in it made printable. */
export function describeFailure(error: unknown, messages: Messages): string {
  if (!(error instanceof Failure)) return messages.unexpected(printable(systemReason(error)))
  return printable(sentenceOf(error.code, error.details, messages), 4000)
}

function sentenceOf<Code extends FailureCode>(
  code: Code,
  details: FailureDetails[Code],
  messages: Messages,
): string {
  return messages.failures[code](details)
}
