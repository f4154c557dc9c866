import type { FileRecord } from '../fs/inventory.ts'
import { compareText } from '../text/json.ts'

/** A line of RECORD: a path relative to site-packages, and hash and size unless it is RECORD itself. */
export interface RecordLine {
  readonly path: string
  /** `sha256=<urlsafe base64 without padding>` */
  readonly hash: string
  readonly size: string
}

/** Reads RECORD (binary distribution format, "The .dist-info directory"): CSV without newlines in fields. */
export function parseRecord(text: string): readonly RecordLine[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const fields = line.startsWith('"') || line.includes(',"') ? splitQuoted(line) : line.split(',')
    const [path = '', hash = '', size = ''] = fields
    return path === '' ? [] : [{ path, hash, size }]
  })
}

/** Writes RECORD sorted by path, so that equal installs have equal bytes. */
export function formatRecord(lines: readonly RecordLine[]): string {
  return [...lines]
    .sort((a, b) => compareText(a.path, b.path))
    .map(({ path, hash, size }) => `${quote(path)},${hash},${size}\n`)
    .join('')
}

function quote(field: string): string {
  return /[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field
}

/** What RECORD says of a file. */
export function recordLine(path: string, record: FileRecord): RecordLine {
  if (!('sha256' in record)) throw new Error(`a wheel does not install links: ${path}`)
  return {
    path,
    hash: `sha256=${Buffer.from(record.sha256, 'hex').toString('base64url')}`,
    size: String(record.size),
  }
}

function splitQuoted(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  )
}
