import { posix } from 'node:path'

import { limits } from './limits.ts'
import type { ArchiveCode } from './refusal.ts'

/** What is wrong with a name, and how messages say it. */
export interface Problem {
  readonly code: ArchiveCode
  readonly reason: string
}

/** Names of devices, with any extension (Naming Files, Paths, and Namespaces; `os.path.isreserved` of Python 3.13). */
const reservedOnWindows = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(?:\.|$)/i

/** What is left of bytes that are no UTF-8, and halves of surrogate pairs. */
const notUnicode = /[\uFFFD\uD800-\uDFFF]/u

/** What is wrong with an entry's path, on any system; undefined when nothing is. */
export function pathProblem(path: string): Problem | undefined {
  if (path.includes('\0'))
    return { code: 'PYEMBED_ARCHIVE_PATH_NUL', reason: 'whose name has a NUL' }
  if (path.includes('\\'))
    return { code: 'PYEMBED_ARCHIVE_PATH_BACKSLASH', reason: 'whose name has a backslash' }
  if (path.startsWith('/'))
    return { code: 'PYEMBED_ARCHIVE_PATH_ABSOLUTE', reason: 'an absolute path' }
  if (/^[A-Za-z]:/.test(path))
    return { code: 'PYEMBED_ARCHIVE_PATH_DRIVE', reason: 'a path with a drive letter' }
  const parts = path.split('/')
  if (parts.includes('..'))
    return { code: 'PYEMBED_ARCHIVE_PATH_OUTSIDE', reason: 'which leaves the tree' }
  if (parts.some((part) => part === '' || part === '.'))
    return { code: 'PYEMBED_ARCHIVE_PATH_INVALID', reason: 'whose name is not canonical' }
  if (notUnicode.test(path))
    return { code: 'PYEMBED_ARCHIVE_PATH_INVALID', reason: 'whose name is not UTF-8' }
  if (!parts.every(isNameOnWindows))
    return { code: 'PYEMBED_ARCHIVE_PATH_WINDOWS', reason: 'a name that Windows does not have' }
  if (Buffer.byteLength(path) > limits.pathBytes || parts.some(isLongName))
    return { code: 'PYEMBED_ARCHIVE_PATH_TOO_LONG', reason: 'whose name is too long' }
  return undefined
}

function isLongName(part: string): boolean {
  return Buffer.byteLength(part) > limits.nameBytes
}

function isNameOnWindows(part: string): boolean {
  return !reservedOnWindows.test(part) && !/[. ]$|[<>:"|?*\u0001-\u001f]/.test(part)
}

/** What is wrong with the link at `path` to `text`. */
export function linkProblem(path: string, text: string): Problem | undefined {
  if (text === '' || notUnicode.test(text))
    return { code: 'PYEMBED_ARCHIVE_PATH_INVALID', reason: 'a link to what is no name' }
  if (Buffer.byteLength(text) > limits.pathBytes)
    return { code: 'PYEMBED_ARCHIVE_PATH_TOO_LONG', reason: 'a link to a name that is too long' }
  const end = posix.normalize(posix.join(posix.dirname(path), text))
  const isInside = !posix.isAbsolute(text) && end !== '..' && !end.startsWith('../')
  if (isInside && !goesUpFromName(text) && !/[\\\0]|^[A-Za-z]:/.test(text)) return undefined
  return { code: 'PYEMBED_ARCHIVE_LINK_OUTSIDE', reason: `a link out of the tree to \`${text}\`` }
}

/** Whether a link's text has `..` behind a name: that goes up from wherever a link of that name leads. */
function goesUpFromName(text: string): boolean {
  const parts = text.split('/').filter((part) => part !== '.' && part !== '')
  const name = parts.findIndex((part) => part !== '..')
  return name !== -1 && parts.includes('..', name)
}

/**
 * A path as the file systems that fold most see it: case (two folds, as Unicode has letters that only one direction
 * joins: ſ, K), Unicode form, and the characters that HFS+ ignores.
 */
export function foldPath(path: string): string {
  return path
    .replaceAll(/[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g, '')
    .normalize('NFC')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFC')
}
