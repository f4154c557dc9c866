import { execFileSync } from 'node:child_process'
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { openZip } from '../../src/archive/zip.ts'
import { codeOf, errorOf } from '../helpers/errors.ts'
import { runPython } from '../helpers/python.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'

/** A zip file with `stored.py` and an executable, deflated `tool`, made by Python's zipfile. */
function makeZip(): string {
  const path = join(temporaryDirectory('zip'), 'made.zip')
  runPython(
    `import json, sys, zipfile
with zipfile.ZipFile(json.loads(sys.argv[1]), "w") as zip:
    zip.writestr("stored.py", "import sys\\n")
    info = zipfile.ZipInfo("folder/tool")
    info.external_attr = 0o100755 << 16
    zip.writestr(info, "run " * 5000, compress_type=zipfile.ZIP_DEFLATED)
    zip.writestr("folder/", "")`,
    path,
  )
  return path
}

function makeEntry(name: string, attributes: number): string {
  const path = join(temporaryDirectory('zip'), 'made.zip')
  runPython(
    `import json, sys, zipfile
[path, name, attributes] = json.loads(sys.argv[1])
info = zipfile.ZipInfo("x")
info.filename = name
info.external_attr = attributes << 16
with zipfile.ZipFile(path, "w") as zip:
    zip.writestr(info, "content")`,
    [path, name, attributes],
  )
  return path
}

/** Overwrites a field in the central directory, and in the local header, of the entry whose name begins with `name`. */
function patchEntry(
  path: string,
  name: string,
  field: 'method' | 'crc' | 'compressed' | 'size',
  value: number,
): void {
  const offsets = { method: 10, crc: 16, compressed: 20, size: 24 }
  const data = readFileSync(path)
  const central = data.indexOf(`PK\u0001\u0002`, data.lastIndexOf(name) - 46 - 4)
  const local = data.readUInt32LE(central + 42)
  for (const offset of [central + offsets[field], local + offsets[field] - 2]) {
    if (field === 'method') data.writeUInt16LE(value, offset)
    else data.writeUInt32LE(value, offset)
  }
  writeFileSync(path, data)
}

async function readAll(path: string): Promise<Record<string, string>> {
  using zip = await openZip(path, 'made.whl')
  return Object.fromEntries(zip.files.map((file) => [file.path, file.read().toString()]))
}

describe('openZip', () => {
  it('reads stored and deflated files as unzip does', async () => {
    const path = makeZip()

    const found = await readAll(path)

    expect(Object.keys(found)).toEqual(['stored.py', 'folder/tool'])
    for (const [name, content] of Object.entries(found)) {
      expect(content).toBe(execFileSync('unzip', ['-p', path, name], { encoding: 'utf8' }))
    }
  })

  it('tells modes and sizes', async () => {
    using zip = await openZip(makeZip(), 'made.whl')

    expect(zip.files.map(({ path, mode, size }) => ({ path, mode, size }))).toEqual([
      { path: 'stored.py', mode: '0644', size: 11 },
      { path: 'folder/tool', mode: '0755', size: 20_000 },
    ])
  })

  it.each([
    ['a wrong CRC-32', 'crc', 0x1234_5678, 'CRC-32'],
    ['fewer bytes than it inflates to', 'size', 10, 'cannot be inflated'],
    ['more bytes than it inflates to', 'size', 30_000, 'another size'],
    ['more bytes than memory', 'size', 0xffff_fff0, 'too large'],
    ['more compressed bytes than the file has', 'compressed', 0xffff_fff0, 'cut off'],
    ['fewer compressed bytes than it has', 'compressed', 5, 'cannot be inflated'],
    ['an unknown compression', 'method', 99, 'method 99'],
    ['no compression but deflated content', 'method', 0, 'size mismatch'],
  ] as const)('refuses an entry that claims %s', async (_, field, value, reason) => {
    const path = makeZip()
    patchEntry(path, 'folder/tool', field, value)

    const error = await errorOf(() => readAll(path))

    expect(error.code).toBe('PYEMBED_ARCHIVE_CORRUPT')
    expect(error.message).toContain(reason)
    expect(error.message).toContain('made.whl')
  })

  it.each([
    ['cut short', (path: string) => truncateSync(path, 100)],
    ['empty', (path: string) => truncateSync(path, 0)],
    ['an error page', (path: string) => writeFileSync(path, '<html>404</html>'.repeat(10))],
    [
      'without its first local header',
      (path: string) => writeFileSync(path, readFileSync(path).fill(0, 0, 4)),
    ],
  ])('refuses a file that is %s', async (_, damage) => {
    const path = makeZip()
    damage(path)

    expect(await codeOf(() => readAll(path))).toBe('PYEMBED_ARCHIVE_CORRUPT')
  })

  it('refuses a link', async () => {
    const path = makeEntry('lib', 0o120777)

    expect(await codeOf(() => openZip(path, 'made.whl'))).toBe('PYEMBED_ARCHIVE_ENTRY_REFUSED')
  })

  it.each(['../evil', '/etc/evil', 'C:/evil', 'a\\..\\..\\evil', 'a/../../evil'])(
    'refuses the name %s',
    async (name) => {
      const path = makeEntry(name, 0o100644)

      expect(await codeOf(() => openZip(path, 'made.whl'))).toBe('PYEMBED_ARCHIVE_ENTRY_REFUSED')
    },
  )
})
