/** How the commands of python-build-standalone, and those that pyembed writes, find the Python beside them. */
const withRealpath =
  /^#!\/bin\/sh\n'''exec' "\$\(dirname -- "\$\(realpath -- "\$0"\)"\)\/([\w.-]+)" "\$0" "\$@"\n' '''\n/

/**
 * A command that needs no `realpath`, which macOS has from version 13 on only: it follows links itself. What is no
 * such command comes back as it is. To Python the first lines are a text, so it has no backslash and no three quotes.
 */
export function withoutRealpath(content: Buffer): Buffer {
  const [start, python] = withRealpath.exec(content.subarray(0, 256).toString('latin1')) ?? []
  if (start === undefined || python === undefined) return content
  const lines = [
    '#!/bin/sh',
    "''':'",
    'pyembed_self=$0',
    'while [ -L "$pyembed_self" ]; do',
    '  pyembed_link=$(readlink "$pyembed_self")',
    '  case $pyembed_link in',
    '    /*) pyembed_self=$pyembed_link ;;',
    '    *) pyembed_self=$(dirname -- "$pyembed_self")/$pyembed_link ;;',
    '  esac',
    'done',
    `exec "$(dirname -- "$pyembed_self")/${python}" "$0" "$@"`,
    "' '''",
    '',
  ]
  return Buffer.concat([Buffer.from(lines.join('\n')), content.subarray(start.length)])
}
