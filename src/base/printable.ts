/**
 * A stranger's text made safe for a terminal, a log line or a sentence: what a terminal would act on or hide (control
 * characters, escape sequences, direction overrides, invisible characters, lone surrogates) is shown as `\u{...}`.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is being escaped
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/** Zero-width joiner and variation selectors hold emoji together; on their own they do nothing to a terminal. */
const HARMLESS = new Set(['\u200d'])

/** The printable form of `text`, cut to `maxCharacters` (an ellipsis marks the cut). */
export function printable(text: string, maxCharacters = 300): string {
  const characters = [...text.slice(0, maxCharacters * 2)]
  const cut = characters.length > maxCharacters || text.length > maxCharacters * 2
  const shown = cut ? `${characters.slice(0, maxCharacters - 1).join('')}…` : text
  return shown.replace(UNPRINTABLE, character =>
    HARMLESS.has(character) ? character : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  )
}
