import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { PyEmbedError } from '../errors.ts'
import { isLink } from '../fs/inventory.ts'
import { packageRoot } from '../fs/package-root.ts'
import type { TreeWriter } from '../fs/tree-writer.ts'

/** Text in, text out; `path` is for messages. */
type Edit = (text: string, path: string) => string

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
      (text, path) => relocateSysconfig(text, appendix, path),
    ],
    [/^lib\/pkgconfig\/[^/]+\.pc$/, relocatePkgConfig],
    [/^bin\/python[\d.]+t?-config$/, relocatePythonConfig],
  ]
  const unpacked = new Map(writer.inventory)
  for (const [path, record] of unpacked) {
    if (isLink(record)) continue
    const edit = edits.find(([pattern]) => pattern.test(path))?.[1]
    if (edit === undefined) continue

    const text = readFileSync(join(writer.root, path), 'utf8')
    const edited = edit(text, path)
    if (edited === text) continue
    writer.remove(path)
    writer.writeFile(path, record.mode, [Buffer.from(edited)])
  }
}

/** Appends code that computes the values at import; the literal above it stays untouched. */
function relocateSysconfig(text: string, appendix: string, path: string): string {
  if (!/^build_time_vars = \{/m.test(text))
    throw unexpected(path, 'has no `build_time_vars` literal')
  return text.trimEnd() + appendix
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
