import { bestLanguage } from '../../base/accept-language.ts'
import type { Language } from '../../messages/messages.ts'

/** The language of the program that suits an `Accept-Language` header best; English where none does. */
export function acceptedLanguage(header: string | undefined): Language {
  return bestLanguage<Language>(header, ['en', 'pt'])
}
