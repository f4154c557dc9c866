import { execFileSync } from 'node:child_process'
import { appendFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'

import { describe, expect, it } from 'vitest'

import { unpackTar } from '../../src/archive/tar.ts'
import { codeOf, errorOf } from '../helpers/errors.ts'
import { editTar, makeArchive, makeOddArchive, makeWriter } from '../helpers/tar.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { listTree, modeOf, sha256sum, writeFiles } from '../helpers/tree.ts'

const options = { name: 'odd.tar.gz', strip: 'python', drop: ['share/terminfo'] }

describe('unpackTar', () => {
  it('writes what tar packed, without the top folder and what is dropped', async () => {
    const { directory, archive } = makeArchive()
    const writer = makeWriter()

    await unpackTar(archive, writer, options)

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

    expect(await unpackTar(archive, makeWriter(), options)).toBe(sha256sum(archive))
  })

  it.each(['gnu', 'pax', 'ustar', 'v7'])('reads the %s format', async (format) => {
    const { archive } = makeArchive(`--format=${format}`)
    const writer = makeWriter()

    await unpackTar(archive, writer, options)

    expect(listTree(writer.root)).toHaveLength(4)
  })

  it.each(['gnu', 'pax'])('reads long and non-ASCII names of the %s format', async (format) => {
    const { directory, archive } = makeArchive()
    const path = `lib/${'long-name-'.repeat(20)}/${'x'.repeat(120)}/Ωmega.py`
    writeFiles(join(directory, 'python'), { [path]: 'here' })
    execFileSync('tar', ['-czf', archive, `--format=${format}`, 'python'], { cwd: directory })
    const writer = makeWriter()

    await unpackTar(archive, writer, options)

    expect(readFileSync(join(writer.root, path), 'utf8')).toBe('here')
  })

  it.each([
    ['a hard link', 'PYEMBED_ARCHIVE_HARD_LINK', { type: '1', linkname: 'python/first' }],
    ['a character device', 'PYEMBED_ARCHIVE_DEVICE', { type: '3', devmajor: 1, devminor: 3 }],
    ['a block device', 'PYEMBED_ARCHIVE_DEVICE', { type: '4', devmajor: 8, devminor: 0 }],
    ['a FIFO', 'PYEMBED_ARCHIVE_DEVICE', { type: '6' }],
    ['a contiguous file', 'PYEMBED_ARCHIVE_TYPE_UNKNOWN', { type: '7' }],
    ['a type that nobody knows', 'PYEMBED_ARCHIVE_TYPE_UNKNOWN', { type: 'Z' }],
    ['a volume label', 'PYEMBED_ARCHIVE_TYPE_UNKNOWN', { type: 'V' }],
    ['a link out of the tree', 'PYEMBED_ARCHIVE_LINK_OUTSIDE', { type: '2', linkname: '../x' }],
    ['a link to /', 'PYEMBED_ARCHIVE_LINK_OUTSIDE', { type: '2', linkname: '/etc/passwd' }],
    ['another top folder', 'PYEMBED_ARCHIVE_PATH_OUTSIDE', { name: 'pypy/bin/python' }],
    ['almost the top folder', 'PYEMBED_ARCHIVE_PATH_OUTSIDE', { name: 'python-evil/x' }],
    ['a path out of the tree', 'PYEMBED_ARCHIVE_PATH_OUTSIDE', { name: 'python/../../outside' }],
    ['a folder out of the tree', 'PYEMBED_ARCHIVE_PATH_OUTSIDE', { name: '../x', type: '5' }],
    ['an absolute path', 'PYEMBED_ARCHIVE_PATH_ABSOLUTE', { name: '/tmp/pyembed-outside' }],
    ['a drive letter', 'PYEMBED_ARCHIVE_PATH_DRIVE', { name: 'C:/python/x' }],
    ['a backslash', 'PYEMBED_ARCHIVE_PATH_BACKSLASH', { name: 'python/..\\..\\x' }],
    ['a name of a device of Windows', 'PYEMBED_ARCHIVE_PATH_WINDOWS', { name: 'python/aux.py' }],
    ['a dot at the end', 'PYEMBED_ARCHIVE_PATH_WINDOWS', { name: 'python/x.' }],
    ['a long name', 'PYEMBED_ARCHIVE_PATH_TOO_LONG', { name: `python/${'x'.repeat(256)}` }],
    ['a long path', 'PYEMBED_ARCHIVE_PATH_TOO_LONG', { name: `python/${'xy/'.repeat(340)}x` }],
    ['a name of no characters', 'PYEMBED_ARCHIVE_PATH_INVALID', { name: '' }],
    ['two slashes', 'PYEMBED_ARCHIVE_PATH_INVALID', { name: 'python//x' }],
    ['a second file of the same name', 'PYEMBED_ARCHIVE_DUPLICATE', { name: 'python/first' }],
    ['a second file in another case', 'PYEMBED_ARCHIVE_DUPLICATE', { name: 'python/FIRST' }],
    ['a file behind a file', 'PYEMBED_ARCHIVE_DUPLICATE', { name: 'python/first/x' }],
    ['a setuid bit', 'PYEMBED_ARCHIVE_SETUID', { mode: 0o4755 }],
    ['a setgid bit', 'PYEMBED_ARCHIVE_SETUID', { mode: 0o2755 }],
    ['a sticky bit', 'PYEMBED_ARCHIVE_SETUID', { mode: 0o1644 }],
    ['a file of 9 GiB', 'PYEMBED_ARCHIVE_TOO_LARGE', { size: 9 * 2 ** 30, body: false }],
    ['a link with content', 'PYEMBED_ARCHIVE_CORRUPT', { type: '2', linkname: 'a', body: 'more' }],
  ])('refuses %s and writes nothing of it', async (_, code, entry) => {
    const odd = { name: 'python/odd', ...entry }
    const archive = makeOddArchive([odd], odd.name.length > 255 ? 'PAX_FORMAT' : 'GNU_FORMAT')
    const writer = makeWriter()

    const error = await errorOf(() => unpackTar(archive, writer, options))

    expect(error.code).toBe(code)
    expect(error.message).toContain('odd.tar.gz')
    expect(listTree(writer.outer)).toEqual(['tree/first'])
  })

  it('writes nothing through a link', async () => {
    const link = { name: 'python/lib', type: '2', linkname: 'bin' }
    const archive = makeOddArchive([link, { name: 'python/lib/x' }])
    const writer = makeWriter()

    expect(await codeOf(() => unpackTar(archive, writer, options))).toBe(
      'PYEMBED_ARCHIVE_LINK_THROUGH',
    )
    expect(listTree(writer.outer)).toEqual(['tree/first', 'tree/lib -> bin'])
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
    [
      'a whole gzip of a tar without its end',
      (path: string) => editTar(path, (tar) => tar.subarray(0, tar.lastIndexOf('ustar') + 255)),
    ],
    [
      'with a block of zeros inside',
      (path: string) => editTar(path, (tar) => Buffer.concat([Buffer.alloc(512), tar])),
    ],
    [
      'with a wrong CRC-32',
      (path: string) => {
        const data = readFileSync(path)
        data[data.length - 8] = (data.at(-8) ?? 0) ^ 1
        writeFileSync(path, data)
      },
    ],
    ['gzip of text', (path: string) => writeFileSync(path, gzipSync('no tar at all, '.repeat(90)))],
  ])('refuses an archive that is %s', async (_, damage) => {
    const { archive } = makeArchive()
    damage(archive)

    expect(await codeOf(() => unpackTar(archive, makeWriter(), options))).toBe(
      'PYEMBED_ARCHIVE_CORRUPT',
    )
  })

  it.each([
    ['garbage', (archive: string) => appendFileSync(archive, 'garbage')],
    [
      '3 MB of it',
      (archive: string) => appendFileSync(archive, Buffer.alloc(3_000_000, 'garbage')),
    ],
    ['zeros', (archive: string) => appendFileSync(archive, Buffer.alloc(9))],
    [
      'a second gzip of something else',
      (archive: string) => appendFileSync(archive, gzipSync('garbage')),
    ],
    [
      'a second tar',
      (archive: string) => appendFileSync(archive, readFileSync(makeArchive().archive)),
    ],
    [
      'something behind the end of the tar',
      (archive: string) => editTar(archive, (tar) => Buffer.concat([tar, Buffer.from('x')])),
    ],
  ])('refuses an archive that is followed by %s', async (_, damage) => {
    const { archive } = makeArchive()
    damage(archive)

    expect(await codeOf(() => unpackTar(archive, makeWriter(), options))).toBe(
      'PYEMBED_ARCHIVE_TRAILING_DATA',
    )
  })

  it('takes zeros behind the end of the tar, and a gzip in several members', async () => {
    const { archive } = makeArchive()
    const tar = gunzipSync(readFileSync(archive))
    const padded = Buffer.concat([tar, Buffer.alloc(300_001)])
    writeFileSync(
      archive,
      Buffer.concat([gzipSync(padded.subarray(0, 700)), gzipSync(padded.subarray(700))]),
    )
    const writer = makeWriter()

    await unpackTar(archive, writer, options)

    expect(listTree(writer.root)).toHaveLength(4)
  })

  it('refuses a bomb before it is large', async () => {
    const archive = join(temporaryDirectory('tar'), 'bomb.tar.gz')
    const zeros = gzipSync(Buffer.alloc(2 ** 20), { level: 9 })
    const body = makeOddArchive([{ name: 'python/bomb', size: 2 ** 30, body: false }], 'GNU_FORMAT')
    const header = gunzipSync(readFileSync(body)).subarray(0, 3 * 512)
    writeFileSync(archive, Buffer.concat([gzipSync(header), ...Array(200).fill(zeros)]))
    const writer = makeWriter()

    expect(await codeOf(() => unpackTar(archive, writer, options))).toBe('PYEMBED_ARCHIVE_RATIO')
    expect(statSync(join(writer.root, 'bomb')).size).toBeLessThan(66 * 2 ** 20)
  })

  it('stops when it is interrupted', async () => {
    const { archive } = makeArchive()
    const interruption = { pause: () => Promise.reject(new Error('interrupted')) }

    await expect(unpackTar(archive, makeWriter(), { ...options, interruption })).rejects.toThrow(
      'interrupted',
    )
  })
})
