import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

import { bytesOf } from '../binary/bytes.ts'
import type { DylibCommand } from '../binary/macho/commands.ts'
import { planEdit } from '../binary/macho/edit.ts'
import { isMacho } from '../binary/macho/macho.ts'
import { applyPatches } from '../binary/macho/patch.ts'
import { planKeep } from '../binary/macho/signature/keep.ts'
import { PyEmbedError } from '../errors.ts'
import { isLink } from '../fs/inventory.ts'
import { packageRoot } from '../fs/package-root.ts'
import type { TreeWriter } from '../fs/tree-writer.ts'

/** Text in, text out; `path` is for messages. */
type TextEdit = (text: string, path: string) => string

type Edit = (content: Buffer, path: string) => Buffer

const inText =
  (edit: TextEdit): Edit =>
  (content, path) => {
    const text = content.toString('utf8')
    const edited = edit(text, path)
    return edited === text ? content : Buffer.from(edited)
  }

/**
 * Makes the files of a PBS tree that name `/install`, where the build machine had it, work wherever the
 * prefix is. The Makefile and the JSON copy of the sysconfig data stay as they are: nothing in the standard
 * library reads them (docs/prefix.md).
 */
export function relocatePrefix(writer: TreeWriter): void {
  const appendix = readFileSync(join(packageRoot(), 'python', 'relocate_sysconfig.py'), 'utf8')
  const edits: readonly (readonly [pattern: RegExp, edit: Edit])[] = [
    [
      /^lib\/python[^/]+\/_sysconfigdata[^/]*\.py$/,
      inText((text, path) => relocateSysconfig(text, appendix, path)),
    ],
    [/^lib\/pkgconfig\/[^/]+\.pc$/, inText(relocatePkgConfig)],
    [/^bin\/python[\d.]+t?-config$/, inText(relocatePythonConfig)],
    [/^lib\/libpython[^/]*\.dylib$/, relocateLibrary],
  ]
  const unpacked = new Map(writer.inventory)
  for (const [path, record] of unpacked) {
    if (isLink(record)) continue
    const edit = edits.find(([pattern]) => pattern.test(path))?.[1]
    if (edit === undefined) continue

    const content = readFileSync(join(writer.root, path))
    const edited = edit(content, path)
    if (edited.equals(content)) continue
    writer.remove(path)
    writer.writeFile(path, record.mode, [edited])
  }
}

/** Appends code that computes the values at import; the literal above it stays untouched. */
function relocateSysconfig(text: string, appendix: string, path: string): string {
  if (!/^build_time_vars = \{/m.test(text))
    throw unexpected(path, 'has no `build_time_vars` literal')
  return text.trimEnd() + appendix
}

/**
 * The name that programs get which link the library: below their run-time paths. Builds before 20251209 have its place
 * on the build machine there (PBS#914), where dyld would look for it. Its ad-hoc signature stays right.
 */
function relocateLibrary(content: Buffer, path: string): Buffer {
  if (!isMacho(content)) return content
  const file = bytesOf(content)
  const edits = planEdit(file, ({ commands }) =>
    commands.some((each) => each.kind === 'dylib' && isBuildId(each))
      ? { id: `@rpath/${posix.basename(path)}` }
      : {},
  )
  return applyPatches(content, [...edits, ...planKeep(file, edits)])
}

function isBuildId({ role, name }: DylibCommand): boolean {
  return role === 'id' && name.startsWith('/install/')
}

/** `prefix=/install` of builds before 20250205 (PBS#507). */
export function relocatePkgConfig(text: string): string {
  return text.replaceAll(/(?<![\w./-])\/install(?=\/|$|\s)/gm, '${pcfiledir}/../..')
}

/**
 * The shell script of Linux: values are taken from its own place instead of through sed (which `#` and `&`
 * in a path break), and what is printed for a compiler is quoted where a shell would split it. The Python
 * script of macOS asks sysconfig, which is relocated already.
 */
export function relocatePythonConfig(text: string): string {
  const quoted = text.startsWith("#!/bin/sh\n'''exec'")
    ? text
        .replaceAll("'-I' + sysconfig.get_path(", "'-I' + quote(sysconfig.get_path(")
        .replaceAll(/quote\(sysconfig\.get_path\(('\w+')\)/g, 'quote(sysconfig.get_path($1))')
        .replace("'-L' + getvar('LIBPL')", "'-L' + quote(getvar('LIBPL'))")
        .replace('import sysconfig\n', 'import sysconfig\nfrom shlex import quote\n')
    : text
        .replaceAll(/\$\(echo "([^"\n]*)" \| sed "s#\$prefix#\$prefix_real#"\)/g, '"$1"')
        .replace('prefix="/install"', 'prefix="$prefix_real"')
        .replace('exec_prefix_real=${prefix_real}', 'exec_prefix_real="$prefix_real"')
        .replace(
          'RESULT=$(dirname $(cd $(dirname "$1") && pwd -P))',
          'RESULT=$(dirname "$(cd "$(dirname "$1")" && pwd -P)")',
        )
        .replace('    echo $RESULT\n', '    printf \'%s\\n\' "$RESULT"\n')
        .replaceAll(/^((?:PLAT)?INCDIR)="-I(\$includedir[^"]*)"$/gm, '$1="-I$(quote "$2")"')
        .replaceAll('-L$LIBPL"', '-L$(quote "$LIBPL")"')
        .replaceAll('-L$libdir ', '-L$(quote "$libdir") ')
        .replace(
          'prefix_real=$(installed_prefix "$0")\n',
          `${quoteFunction}\nprefix_real=$(installed_prefix "$0")\n`,
        )
  return quoted
}

const quoteFunction = `quote ()
{
    case "$1" in
        *[!A-Za-z0-9_/.,:=+@%-]*)
            printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\\\\\''/g")"
        ;;
        *)
            printf '%s' "$1"
        ;;
    esac
}
`

function unexpected(path: string, reason: string): PyEmbedError {
  return new PyEmbedError('PYEMBED_PREFIX_UNEXPECTED', `\`${path}\` of the archive ${reason}`, {
    hint: 'This build of python-build-standalone is not known to this pyembed: update pyembed or choose another build',
  })
}
