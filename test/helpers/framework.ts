import { symlinkSync } from 'node:fs'
import { join } from 'node:path'

import { type FileRecord, recordFile } from '../../src/fs/inventory.ts'
import { walkFiles } from '../../src/fs/walk.ts'
import type { FrameworkRequest } from '../../src/framework/framework.ts'
import { parseTarget } from '../../src/platform/target.ts'
import { makeDylib, makeFat } from './make-dylib.ts'
import { runPython } from './python.ts'
import { temporaryDirectory } from './temporary.ts'
import { writeFiles } from './tree.ts'

export const [python = '', version = ''] = runPython(
  'import sys; print(sys.executable); print("%d.%d.%d" % sys.version_info[:3])',
).split('\n')
export const minor = version.split('.').slice(0, 2).join('.')
const libpython = `lib/libpython${minor}.dylib`

/** A small prefix for macOS, of the version of the system's Python, which compiles its byte code. */
export function makeRequest(
  more: Readonly<Record<string, string | Buffer>> = {},
): FrameworkRequest {
  const prefix = temporaryDirectory('prefix')
  const loads = [['load', `@executable_path/../${libpython}`]] as const
  writeFiles(prefix, {
    [libpython]: makeDylib({ id: `/install/${libpython}` }),
    [`bin/python${minor}`]: makeDylib({ fileType: 2, loads }),
    'bin/tool': '#!/bin/sh\n',
    [`include/python${minor}/Python.h`]: '#define PY\n',
    [`lib/python${minor}/os.py`]: 'name = "posix"\n',
    [`lib/python${minor}/broken.py`]: 'no python at all\n',
    [`lib/python${minor}/lib-dynload/fat.so`]: makeFat([
      makeDylib({ fileType: 8, rpaths: ['/opt/build'] }),
      makeDylib({ fileType: 8, arch: 'x86_64' }),
    ]),
    [`lib/python${minor}/Java.class`]: Buffer.from('cafebabe00000034', 'hex'),
    ...more,
  })
  symlinkSync(`python${minor}`, join(prefix, 'bin/python3'))
  return {
    prefix,
    inventory: readInventory(prefix),
    kind: { target: parseTarget('aarch64-apple-darwin'), version, variant: 'default' },
    pinId: 'a-pin',
    python,
    output: join(temporaryDirectory('output'), 'new'),
    identifier: 'org.example.python',
  }
}

function readInventory(prefix: string): ReadonlyMap<string, FileRecord> {
  const buffer = Buffer.alloc(4096)
  const files = [...walkFiles(prefix)].map(({ path }) => [
    path,
    path === 'bin/python3' ? { link: `python${minor}` } : recordFile(join(prefix, path), buffer),
  ])
  return new Map(files as [string, FileRecord][])
}

/** A prefix of another version, which has no more than its library. */
export function makeFor(wanted: string): FrameworkRequest {
  const request = makeRequest()
  const name = wanted.endsWith('t') ? `${minor}t` : wanted.split('.').slice(0, 2).join('.')
  const library = `lib/libpython${name}.dylib`
  writeFiles(request.prefix, { [library]: makeDylib() })
  const record = recordFile(join(request.prefix, library), Buffer.alloc(4096))
  return { ...request, inventory: new Map([[library, record]]) }
}
