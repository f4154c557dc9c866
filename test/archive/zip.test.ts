import { execFileSync } from 'node:child_process'
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
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
  field: 'flags' | 'method' | 'crc' | 'compressed' | 'size',
  value: number,
): void {
  const offsets = { flags: 8, method: 10, crc: 16, compressed: 20, size: 24 }
  const data = readFileSync(path)
  const central = data.indexOf(`PK\u0001\u0002`, data.lastIndexOf(name) - 46 - 4)
  const local = data.readUInt32LE(central + 42)
  for (const offset of [central + offsets[field], local + offsets[field] - 2]) {
    if (field === 'method' || field === 'flags') data.writeUInt16LE(value, offset)
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
    ['more compressed bytes than the file has', 'compressed', 0xffff_fff0, 'cut off'],
    ['fewer compressed bytes than it has', 'compressed', 5, 'cannot be inflated'],
    ['an unknown compression', 'method', 99, 'method 99'],
    ['encryption', 'flags', 1, 'encrypted'],
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

  it.each([
    ['a link', 'lib', 0o120777, 'PYEMBED_ARCHIVE_LINK_IN_WHEEL'],
    ['a character device', 'null', 0o020666, 'PYEMBED_ARCHIVE_DEVICE'],
    ['a FIFO', 'pipe', 0o010644, 'PYEMBED_ARCHIVE_DEVICE'],
    ['a type that nobody knows', 'what', 0o150644, 'PYEMBED_ARCHIVE_TYPE_UNKNOWN'],
    ['a setuid bit', 'su', 0o104755, 'PYEMBED_ARCHIVE_SETUID'],
  ])('refuses %s', async (_, name, mode, code) => {
    expect(await codeOf(() => openZip(makeEntry(name, mode), 'made.whl'))).toBe(code)
  })

  it.each([
    ['../evil', 'PYEMBED_ARCHIVE_PATH_OUTSIDE'],
    ['a/../../evil', 'PYEMBED_ARCHIVE_PATH_OUTSIDE'],
    ['../evil/', 'PYEMBED_ARCHIVE_PATH_OUTSIDE'],
    ['/etc/evil', 'PYEMBED_ARCHIVE_PATH_ABSOLUTE'],
    ['C:/evil', 'PYEMBED_ARCHIVE_PATH_DRIVE'],
    ['a\\..\\..\\evil', 'PYEMBED_ARCHIVE_PATH_BACKSLASH'],
    ['a\0b', 'PYEMBED_ARCHIVE_PATH_NUL'],
    ['aux.py', 'PYEMBED_ARCHIVE_PATH_WINDOWS'],
    ['a//b', 'PYEMBED_ARCHIVE_PATH_INVALID'],
    ['x'.repeat(256), 'PYEMBED_ARCHIVE_PATH_TOO_LONG'],
  ])('refuses the name %j', async (name, code) => {
    expect(await codeOf(() => openZip(makeEntry(name, 0o100644), 'made.whl'))).toBe(code)
  })

  it('refuses two entries of one name', async () => {
    const path = makeZip()
    runPython(
      `import json, sys, zipfile
with zipfile.ZipFile(json.loads(sys.argv[1]), "a") as zip:
    zip.writestr("Stored.py", "other")`,
      path,
    )

    expect(await codeOf(() => openZip(path, 'made.whl'))).toBe('PYEMBED_ARCHIVE_DUPLICATE')
  })

  it('refuses another name in the local header than in the central directory', async () => {
    const path = makeZip()
    const data = readFileSync(path)
    data.write('other0.py', data.indexOf('stored.py'))
    writeFileSync(path, data)

    expect(await codeOf(() => readAll(path))).toBe('PYEMBED_ARCHIVE_CORRUPT')
  })

  it('refuses data after the end', async () => {
    const path = makeZip()
    appendFileSync(path, 'more')

    expect(await codeOf(() => openZip(path, 'made.whl'))).toBe('PYEMBED_ARCHIVE_TRAILING_DATA')
  })

  it('refuses a bomb, by what its entries say', async () => {
    const path = join(temporaryDirectory('zip'), 'bomb.whl')
    runPython(
      `import json, sys, zipfile
with zipfile.ZipFile(json.loads(sys.argv[1]), "w", zipfile.ZIP_DEFLATED) as zip:
    zip.writestr("zeros", bytes(65 * 1024 * 1024))`,
      path,
    )

    expect(await codeOf(() => openZip(path, 'bomb.whl'))).toBe('PYEMBED_ARCHIVE_RATIO')
  })

  it('refuses an entry that claims more bytes than memory', async () => {
    const path = makeZip()
    patchEntry(path, 'folder/tool', 'size', 0xffff_fff0)

    expect(await codeOf(() => readAll(path))).toBe('PYEMBED_ARCHIVE_RATIO')
  })

  it('refuses entries that say they are larger than a disk', async () => {
    const path = join(temporaryDirectory('zip'), 'large.whl')
    runPython(
      `import json, sys, zipfile
with zipfile.ZipFile(json.loads(sys.argv[1]), "w") as zip:
    zip.writestr("zeros", "", zipfile.ZIP_DEFLATED)
    zip.filelist[0].file_size = 9 * 1024 ** 3`,
      path,
    )

    expect(await codeOf(() => openZip(path, 'large.whl'))).toBe('PYEMBED_ARCHIVE_TOO_LARGE')
  })

  it('refuses entries that share their bytes', async () => {
    const path = makeZip()
    runPython(
      `import copy, json, sys, zipfile
with zipfile.ZipFile(json.loads(sys.argv[1]), "a") as zip:
    for number in range(20):
        twin = copy.copy(zip.getinfo("folder/tool"))
        twin.filename = f"twin{number}"
        zip.filelist.append(twin)
    zip._didModify = True`,
      path,
    )

    expect(await codeOf(() => readAll(path))).toBe('PYEMBED_ARCHIVE_CORRUPT')
  })
})
