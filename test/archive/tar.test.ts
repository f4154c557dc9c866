import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'

import { describe, expect, it } from 'vitest'

import { unpackTarGz } from '../../src/archive/tar.ts'
import { createTreeWriter, type TreeWriter } from '../../src/fs/tree-writer.ts'
import { codeOf, errorOf } from '../helpers/errors.ts'
import { runPython } from '../helpers/python.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { listTree, modeOf, sha256sum, writeFiles } from '../helpers/tree.ts'

/** A tree like that of an archive of PBS, and its archive made by the system's tar. */
function makeArchive(...options: readonly string[]): { directory: string; archive: string } {
  const directory = temporaryDirectory('tar')
  writeFiles(directory, {
    'python/bin/python3.14': 'x'.repeat(70_000),
    'python/lib/python3.14/os.py': 'import sys\n',
    'python/lib/empty': '',
    'python/share/terminfo/m/mac': 'dropped',
  })
  execFileSync('sh', ['-c', 'chmod 775 bin/python3.14 && ln -s python3.14 bin/python3'], {
    cwd: join(directory, 'python'),
  })
  const archive = join(directory, 'archive.tar.gz')
  execFileSync('tar', ['-czf', archive, ...options, 'python'], { cwd: directory })
  return { directory, archive }
}

/** An archive with one entry that tar itself would not make: Python's tarfile takes TarInfo as it is. */
function makeOddArchive(entry: Readonly<Record<string, unknown>>): string {
  const archive = join(temporaryDirectory('tar'), 'odd.tar.gz')
  runPython(
    `import io, json, sys, tarfile
[archive, entry] = json.loads(sys.argv[1])
with tarfile.open(archive, "w:gz", format=tarfile.PAX_FORMAT) as tar:
    for name in ("python/first", entry.pop("name")):
        info = tarfile.TarInfo(name)
        if name != "python/first":
            info.type = entry.pop("type", "0").encode()
            for key, value in entry.items():
                setattr(info, key, value)
        body = b"content" if info.type == b"0" else b""
        info.size = len(body)
        tar.addfile(info, io.BytesIO(body))`,
    [archive, entry],
  )
  return archive
}

function makeWriter(): TreeWriter & { outer: string } {
  const outer = temporaryDirectory('unpacked')
  mkdirSync(join(outer, 'tree'))
  return { ...createTreeWriter(join(outer, 'tree')), outer }
}

const options = { name: 'odd.tar.gz', strip: 'python', drop: ['share/terminfo'] }

describe('unpackTarGz', () => {
  it('writes what tar packed, without the top folder and what is dropped', async () => {
    const { directory, archive } = makeArchive()
    const writer = makeWriter()

    await unpackTarGz(archive, writer, options)

    expect(listTree(writer.root)).toEqual([
      'bin/python3 -> python3.14',
      'bin/python3.14',
      'lib/empty',
      'lib/python3.14/os.py',
    ])
    expect(readFileSync(join(writer.root, 'bin/python3.14'))).toEqual(
      readFileSync(join(directory, 'python/bin/python3.14')),
    )
    expect(modeOf(join(writer.root, 'bin/python3.14'))).toBe('755')
    expect(modeOf(join(writer.root, 'lib/empty'))).toBe('644')
    expect(writer.inventory.get('bin/python3.14')).toEqual({
      mode: '0755',
      size: 70_000,
      sha256: sha256sum(join(directory, 'python/bin/python3.14')),
    })
    expect(writer.inventory.get('bin/python3')).toEqual({ link: 'python3.14' })
  })

  it('returns the sha256 of the archive file', async () => {
    const { archive } = makeArchive()

    expect(await unpackTarGz(archive, makeWriter(), options)).toBe(sha256sum(archive))
  })

  it.each(['gnu', 'pax', 'ustar', 'v7'])('reads the %s format', async (format) => {
    const { archive } = makeArchive(`--format=${format}`)
    const writer = makeWriter()

    await unpackTarGz(archive, writer, options)

    expect(listTree(writer.root)).toHaveLength(4)
  })

  it.each(['gnu', 'pax'])('reads long and non-ASCII names of the %s format', async (format) => {
    const { directory, archive } = makeArchive()
    const path = `lib/${'long-name-'.repeat(20)}/${'x'.repeat(120)}/Ωmega.py`
    writeFiles(join(directory, 'python'), { [path]: 'here' })
    execFileSync('tar', ['-czf', archive, `--format=${format}`, 'python'], { cwd: directory })
    const writer = makeWriter()

    await unpackTarGz(archive, writer, options)

    expect(readFileSync(join(writer.root, path), 'utf8')).toBe('here')
  })

  it.each([
    ['a hard link', { name: 'python/hard', type: '1', linkname: 'python/first' }],
    ['a character device', { name: 'python/null', type: '3', devmajor: 1, devminor: 3 }],
    ['a block device', { name: 'python/disk', type: '4', devmajor: 8, devminor: 0 }],
    ['a FIFO', { name: 'python/pipe', type: '6' }],
    ['a type that nobody knows', { name: 'python/what', type: 'Z' }],
    ['a link out of the tree', { name: 'python/l', type: '2', linkname: '../../outside' }],
    ['a link to an absolute path', { name: 'python/l', type: '2', linkname: '/etc/passwd' }],
    ['another top folder', { name: 'pypy/bin/python' }],
    ['a folder whose name only begins like the top', { name: 'python-evil/x' }],
    ['a path that leaves the tree', { name: 'python/../../outside' }],
    ['an absolute path', { name: '/tmp/pyembed-outside' }],
    ['a name that Windows does not have', { name: 'python/aux.py' }],
    ['a second file of the same name', { name: 'python/FIRST' }],
  ])('refuses %s and writes nothing outside', async (_, entry) => {
    const archive = makeOddArchive(entry)
    const writer = makeWriter()

    const error = await errorOf(() => unpackTarGz(archive, writer, options))

    expect(error.code).toBe('PYEMBED_ARCHIVE_ENTRY_REFUSED')
    expect(error.message).toContain('odd.tar.gz')
    expect(listTree(writer.outer)).toEqual(['tree/first'])
  })

  it.each([
    ['cut short', (path: string) => truncateSync(path, 200)],
    ['cut by one byte', (path: string) => truncateSync(path, readFileSync(path).length - 1)],
    ['empty', (path: string) => truncateSync(path, 0)],
    ['an error page', (path: string) => writeFileSync(path, '<html>404</html>')],
    [
      'a whole gzip of half a tar',
      (path: string) => {
        const tar = gunzipSync(readFileSync(path))
        writeFileSync(path, gzipSync(tar.subarray(0, 40_000)))
      },
    ],
    [
      'changed in a header',
      (path: string) => {
        const tar = gunzipSync(readFileSync(path))
        tar.write('broken', 0)
        writeFileSync(path, gzipSync(tar))
      },
    ],
    ['gzip of text', (path: string) => writeFileSync(path, gzipSync('no tar at all, '.repeat(90)))],
  ])('refuses an archive that is %s', async (_, damage) => {
    const { archive } = makeArchive()
    damage(archive)

    expect(await codeOf(() => unpackTarGz(archive, makeWriter(), options))).toBe(
      'PYEMBED_ARCHIVE_CORRUPT',
    )
  })

  it.each([10, 3_000_000])('hashes %i bytes of garbage after the gzip too', async (count) => {
    const { archive } = makeArchive()
    appendFileSync(archive, Buffer.alloc(count, 'garbage'))

    const found = await unpackTarGz(archive, makeWriter(), options).catch(() => 'refused')

    expect(['refused', sha256sum(archive)]).toContain(found)
  })

  it('stops when it is interrupted', async () => {
    const { archive } = makeArchive()
    const interruption = { pause: () => Promise.reject(new Error('interrupted')) }

    await expect(unpackTarGz(archive, makeWriter(), { ...options, interruption })).rejects.toThrow(
      'interrupted',
    )
  })
})
