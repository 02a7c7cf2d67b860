import { shortenName } from '../protocol/image-name.ts'
import type { ImageFormat } from './image-format.ts'
import { PROGRAM_EXTENSIONS } from './program-extensions.ts'

/**
 * From a stranger's name to the name of a file of ours. A name that is merely odd is made safe, so that the person gets
 * the image under a name they recognise; a name that tries to leave the folder is refused, so that they learn of it.
 */

declare const safeFileNameBrand: unique symbol

/**
 * A name under which a file can be made in a folder on Linux, macOS and Windows and is made there, nowhere else: one path
 * component in NFC of at most {@link MAX_SAFE_NAME_BYTES}, visible, without anything a system or a terminal interprets.
 */
export type SafeFileName = string & { readonly [safeFileNameBrand]: true }

/** Why a name is refused. */
export const NameRefusal = {
  /** Nothing is left of it but white space. */
  empty: 'empty',
  /** It holds a NUL, where C's view of the name would end. */
  nul: 'nul',
  /** It begins with a drive: `C:`. */
  drive: 'drive',
  /** It holds `/` or `\`: a path, absolute or relative, or a UNC name. */
  separator: 'separator',
  /** It is `.`, `..` or any row of dots, with or without spaces. */
  dots: 'dots',
  /** It ends as programs do, and its content is no image whose extension could be added. */
  program: 'program',
} as const
export type NameRefusal = (typeof NameRefusal)[keyof typeof NameRefusal]

/** A stranger's name, judged. */
export type JudgedName =
  | { readonly kind: 'safe'; readonly name: SafeFileName }
  | { readonly kind: 'refused'; readonly reason: NameRefusal }

/** Bytes of UTF-8 of one name on the file systems in use (ext4, XFS, Btrfs; NTFS and APFS take 255 UTF-16 units). */
export const MAX_FILE_NAME_BYTES = 255

/** Bytes of UTF-8 of a safe name: what leaves room for `_downloaded_12` or a temporary name's prefix and suffix. */
export const MAX_SAFE_NAME_BYTES = 200

/** How the names of our temporary files begin. No safe name does: none begins with a dot. */
export const TEMPORARY_NAME_PREFIX = '.imagep2p-'

/**
 * What a safe name does not hold: control, format (bidirectional overrides, zero-width joiners), private-use and
 * unassigned characters and lone surrogates (`\p{C}`), line and paragraph separators, characters that are not drawn, the
 * blank Braille cell; what Windows forbids, its drives and alternate streams (`:`) included; and the look-alikes of `/`
 * and `\` that Windows turns into them for programs with an 8-bit code page. An emoji (UTS #51) is kept whole, with the
 * joiners and variation selectors inside it; the keycap of `*` is the one that holds a forbidden character.
 */
const UNUSABLE =
  /(\p{RGI_Emoji})|[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800<>:"\|?*\u2044\u2215\u2216\u29F5\u29F8\u29F9\uFE68\uFF0F\uFF3C]/gv

/** A variation selector outside an emoji: it only chooses between drawings of a letter, and is dropped. */
const STRAY_SELECTOR = /(\p{RGI_Emoji})|\p{Variation_Selector}/gv

function withoutStraySelectors(name: string): string {
  if (!/\p{Variation_Selector}/v.test(name)) return name
  return name.replace(STRAY_SELECTOR, (_match, emoji: string | undefined) => emoji ?? '')
}

function withoutUnusable(name: string): string {
  if (
    !/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800<>:"\|?*\u2044\u2215\u2216\u29F5\u29F8\u29F9\uFE68\uFF0F\uFF3C]/v.test(
      name,
    )
  )
    return name
  const isKept = (emoji: string | undefined) => emoji !== undefined && !emoji.startsWith('*')
  return name.replace(UNUSABLE, (match: string, emoji: string | undefined) => (isKept(emoji) ? match : '_'))
}

/**
 * What a safe name does not begin with: the dot of a hidden file and its look-alikes; `-` and `~`, which make an option
 * or a home folder of the name when a person hands it to a shell.
 */
const LEADING = /^[.\u2024-\u2026\uFE52\uFF0E~-]/

/** Names of devices on Windows, whatever follows the first dot ("Naming Files, Paths, and Namespaces"). */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$)$/i

/** Makes `name` safe, or says why it is refused. A safe name comes back unchanged. Linear in the name's length. */
export function safeFileName(name: string): JudgedName {
  const composed = withoutStraySelectors(name).normalize('NFC')
  const reason = refusalOf(composed)
  if (reason !== undefined) return { kind: 'refused', reason }
  const visible = withoutUnusable(withoutTail(composed.trimStart())).replace(LEADING, '_')
  return { kind: 'safe', name: fitting(visible) }
}

function refusalOf(name: string): NameRefusal | undefined {
  if (name.includes('\0')) return NameRefusal.nul
  if (/^\s*[a-z]:/i.test(name)) return NameRefusal.drive
  if (/[/\\]/.test(name)) return NameRefusal.separator
  if (/^\s*$/.test(name)) return NameRefusal.empty
  return /^[.\s]*$/.test(name) ? NameRefusal.dots : undefined
}

/** Shortens what is clean but for its length, and keeps it off Windows' devices. */
function fitting(name: string): SafeFileName {
  // Shortening may cut an emoji in two and leave its joiner behind.
  const short = withoutTail(withoutUnusable(withoutStraySelectors(shortenName(name, MAX_SAFE_NAME_BYTES))))
  const [stem = ''] = short.split('.', 1)
  if (!DEVICE.test(stem.trimEnd())) return short as SafeFileName
  return withoutTail(shortenName(`_${short}`, MAX_SAFE_NAME_BYTES)) as SafeFileName
}

/** Without the dots and white space at its end, which Windows drops. Not by an expression: those are quadratic here. */
function withoutTail(name: string): string {
  let end = name.length
  while (end > 0 && /[.\s]/.test(name.charAt(end - 1))) end -= 1
  return name.slice(0, end)
}

/**
 * The name for content recognised as `format`: where the last extension is one that is run or interpreted, the format's
 * own is added (`evil.exe` holding a PNG becomes `evil.exe.png`), and content that is no known image is refused. Every
 * other extension stays as it is, whether or not it is the format's.
 */
export function withImageExtension(name: SafeFileName, format: ImageFormat | undefined): JudgedName {
  const dot = name.lastIndexOf('.')
  const extension = dot === -1 ? '' : name.slice(dot).normalize('NFKC').toLowerCase()
  // Windows takes a class of its registry for an extension, too: `a.{3050F4D8-98B5-11CF-BB82-00AA00BDCE0B}` runs as HTA.
  if (!PROGRAM_EXTENSIONS.has(extension) && !extension.startsWith('.{')) return { kind: 'safe', name }
  if (format === undefined) return { kind: 'refused', reason: NameRefusal.program }
  return { kind: 'safe', name: fitting(name + format.extensions[0]) }
}

/**
 * Two names with the same key are one file on a file system that folds case, normalises or skips characters that are not
 * drawn, and are not told apart by a person's eye on any other. Unicode's compatibility caseless match (The Unicode
 * Standard 3.13, D146), coarser where that costs nothing: upper case after lower stands for the folding, which also takes
 * dotless i for i. For comparing only, never for naming.
 */
export function collisionKey(name: string): string {
  // What most names are made of: a third of the time where a whole folder is read.
  if (/^[\x20-\x7e]*$/.test(name)) return name.toUpperCase()
  return folded(folded(name.replace(/\p{Default_Ignorable_Code_Point}/gu, '').normalize('NFD')))
}

function folded(name: string): string {
  return name.toLowerCase().toUpperCase().normalize('NFKD')
}

/**
 * The name to try at `attempt`, as the clients in the field number theirs: 0 is `name` itself, 1 `<base>_downloaded<ext>`,
 * 2 `<base>_downloaded_2<ext>` and so on; `ext` is what follows the last dot, if it is up to 16 characters without white
 * space. At most {@link MAX_FILE_NAME_BYTES}: a base that is too long is shortened.
 */
export function numberedName(name: string, attempt: number): string {
  if (attempt === 0) return name
  const dot = name.search(/\.[^.\s]{1,16}$/u)
  const base = dot > 0 ? name.slice(0, dot) : name
  const ending = `_downloaded${attempt === 1 ? '' : `_${attempt}`}${name.slice(base.length)}`
  return shortenName(base, MAX_FILE_NAME_BYTES - Buffer.byteLength(ending)) + ending
}
