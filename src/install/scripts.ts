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

/** A script of a wheel's `scripts` folder; `#!python` and `#!pythonw` mean the prefix's own (PEP 427). */
export function relocateScript(content: Buffer, python: string): Buffer {
  const shebang = /^#!pythonw?[^\n]*\n/.exec(content.subarray(0, 200).toString('latin1'))?.[0]
  if (shebang === undefined) return content
  return Buffer.concat([Buffer.from(relocatableShebang(python)), content.subarray(shebang.length)])
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
  program: string,
  isGui: boolean,
): Promise<Buffer> {
  const zip = new ZipFile()
  // Stored, with a fixed local time: the same bytes from every host, zlib and time zone.
  zip.addBuffer(Buffer.from(program), '__main__.py', {
    mtime: new Date(1980, 0, 1),
    mode: 0o100644,
    compress: false,
    forceDosTimestamp: true,
  })
  zip.end()
  const shebang = `#!<launcher_dir>\\..\\${isGui ? 'pythonw' : 'python'}.exe\r\n`
  return Buffer.concat([launcher, Buffer.from(shebang), await buffer(zip.outputStream)])
}
