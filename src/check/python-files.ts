import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'

import { archiveDefines } from '../binary/ar/ar.ts'
import type { Bytes } from '../binary/bytes.ts'
import { withBytes } from '../binary/bytes.ts'
import { elfDefines } from '../binary/elf/symbols.ts'
import { type BinaryFormat, binaryFormat, formatStart } from '../binary/format.ts'
import { machoDefines } from '../binary/macho/symbols.ts'
import { peExports } from '../binary/pe/pe.ts'
import { hasErrorCode } from '../errors.ts'
import type { PythonKind } from './report.ts'

/** `libpython3.14.so.1.0`, `python314_d.lib`, `libpython3.dylib`, `Python.framework/Versions/3.14/Python`; not `libpythonqt.so`. */
export function isPythonLibraryName(path: string): boolean {
  return (
    /^(?:lib)?python(?:\d[\d.]*[a-z]*(?:_d)?)?(?:\.so(?:\.[\d.]+)?|\.dylib|\.dll|\.lib|\.a|\.dll\.a|\.tbd)$/i.test(
      fileName(path),
    ) || /(?:^|[/\\])Python3?T?\.framework[/\\]/.test(path)
  )
}

/** `python`, `python3.14`, `python3.14t.exe`, `pypy3`. */
export function isInterpreterName(path: string): boolean {
  return /^(?:python|pythonw|pypy)\d*(?:\.\d+)?t?(?:_d)?(?:\.exe)?$/i.test(fileName(path))
}

/** Headers that only a Python, or numpy, has. */
export function pythonHeaders(directory: string): PythonKind | undefined {
  if (existsSync(join(directory, 'Python.h'))) return 'headers'
  return existsSync(join(directory, 'numpy', 'arrayobject.h')) ? 'numpy headers' : undefined
}

/** A function that each CPython has, since always, and nothing else. */
const mark = 'PyType_Ready'

/** Whether a binary itself holds a Python, whatever it is called. @throws PYEMBED_BINARY_INVALID */
export function holdsPython(bytes: Bytes, format: BinaryFormat): boolean {
  switch (format) {
    case 'elf':
      return elfDefines(bytes, mark)
    case 'macho':
      return machoDefines(bytes, mark)
    case 'pe':
      return peExports(bytes, mark)
    case 'archive':
      return archiveDefines(bytes, mark)
  }
}

/** Whether a library, which may be missing, is a Python: by its name or by what it holds. */
export function isPythonLibrary(path: string): boolean {
  if (isPythonLibraryName(path)) return true
  const format = formatOf(path)
  if (format === undefined) return false
  try {
    return withBytes(path, (bytes) => holdsPython(bytes, format))
  } catch (error) {
    if (hasErrorCode(error, 'PYEMBED_BINARY_INVALID')) return false
    throw error
  }
}

/** The format of a file; undefined when it is no binary, or not there. */
export function formatOf(path: string): BinaryFormat | undefined {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined
  const start = Buffer.alloc(formatStart)
  const file = openSync(path, 'r')
  try {
    readSync(file, start)
  } finally {
    closeSync(file)
  }
  return binaryFormat(start)
}

/** The last part of a path of any system. */
function fileName(path: string): string {
  return basename(path.replaceAll('\\', '/'))
}
