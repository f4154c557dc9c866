import { buffer } from 'node:stream/consumers'

import { ZipFile } from 'yazl'

import type { EntryPoint } from './entry-points.ts'

/** The start of a script that finds its Python beside itself, wherever the prefix is (as PBS writes it). */
export function relocatableShebang(python: string): string {
  return `#!/bin/sh\n'''exec' "$(dirname -- "$(realpath -- "$0")")/${python}" "$0" "$@"\n' '''\n`
}

/** The Python program of an entry point; the same text for every system. */
export function entryPointProgram({ module, attribute }: EntryPoint): string {
  const [imported = attribute] = attribute.split('.')
  return [
    'import sys',
    `from ${module} import ${imported}`,
    "if __name__ == '__main__':",
    "    sys.argv[0] = sys.argv[0].removesuffix('.exe')",
    `    sys.exit(${attribute}())`,
    '',
  ].join('\n')
}

/**
 * The program of a wheel's script whose first line is `#!python` or `#!pythonw`, which mean the Python it is
 * installed for (binary distribution format, "Recommended installer features"); undefined for other scripts.
 */
export function pythonScript(content: Buffer): { program: Buffer; isGui: boolean } | undefined {
  const shebang = /^#!python(w?)[^\n]*\n/.exec(content.subarray(0, 200).toString('latin1'))
  if (shebang === null) return undefined
  return { program: content.subarray(shebang[0].length), isGui: shebang[1] === 'w' }
}

/** The launcher of distlib (in pip) that starts the program behind it, by architecture and kind. */
export function launcherName(arch: string, isGui: boolean): string {
  const suffix = { x86_64: '64', aarch64: '64-arm', i686: '32' }[arch] ?? '64'
  return `${isGui ? 'w' : 't'}${suffix}.exe`
}

/**
 * A Windows command: launcher, shebang, zip with `__main__.py` (distlib's "simple launcher" format). The
 * launcher takes `<launcher_dir>` as its own folder, so the command moves with the prefix.
 */
export async function windowsCommand(
  launcher: Buffer,
  program: Buffer,
  isGui: boolean,
): Promise<Buffer> {
  const zip = new ZipFile()
  // Stored, with a fixed local time: the same bytes from every host, zlib and time zone.
  zip.addBuffer(program, '__main__.py', {
    mtime: new Date(1980, 0, 1),
    mode: 0o100644,
    compress: false,
    forceDosTimestamp: true,
  })
  zip.end()
  const shebang = `#!<launcher_dir>\\..\\${isGui ? 'pythonw' : 'python'}.exe\r\n`
  return Buffer.concat([launcher, Buffer.from(shebang), await buffer(zip.outputStream)])
}
