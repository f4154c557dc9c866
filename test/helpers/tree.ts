import { execFileSync } from 'node:child_process'
import { lstatSync, mkdirSync, readlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { walkFiles } from '../../src/fs/walk.ts'

/** Writes files by relative path. */
export function writeFiles(root: string, files: Readonly<Record<string, string | Buffer>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content, { mode: isProgram(content) ? 0o755 : 0o644 })
  }
}

/** A Mach-O of type `MH_EXECUTE`. */
function isProgram(content: string | Buffer): boolean {
  return (
    typeof content !== 'string' &&
    content.length > 16 &&
    content.readUInt32LE(0) === 0xfeedfacf &&
    content.readUInt32LE(12) === 2
  )
}

/** Every file below a folder, sorted; links as `path -> text`. */
export function listTree(root: string): readonly string[] {
  return [...walkFiles(root)]
    .map(({ path, isLink }) => (isLink ? `${path} -> ${readlinkSync(join(root, path))}` : path))
    .sort()
}

/** The sha256 that coreutils find for a file. */
export function sha256sum(path: string): string {
  return execFileSync('sha256sum', ['-b', '--', path], { encoding: 'utf8' }).slice(0, 64)
}

/** Permission bits as `ls` would show them, in octal. */
export function modeOf(path: string): string {
  return (lstatSync(path).mode & 0o777).toString(8)
}
