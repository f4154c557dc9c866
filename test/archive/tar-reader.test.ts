import { execFileSync } from 'node:child_process'
import { readlinkSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { unpackTar } from '../../src/archive/tar.ts'
import { codeOf } from '../helpers/errors.ts'
import {
  editTar,
  makeArchive,
  makeOddArchive,
  makeWriter,
  paxHeader,
  paxRecord,
} from '../helpers/tar.ts'
import { listTree } from '../helpers/tree.ts'

const options = { name: 'odd.tar.gz', strip: 'python', drop: [] }

describe('extended headers', () => {
  it.each(['gnu', 'pax'])('refuses a sparse file of tar’s %s format', async (format) => {
    const { directory, archive } = makeArchive()
    execFileSync('sh', ['-c', 'truncate -s 1M python/sparse && printf x >> python/sparse'], {
      cwd: directory,
    })
    const tar = ['-czf', archive, '--sparse', `--format=${format}`, 'python/lib', 'python/sparse']
    execFileSync('tar', tar, { cwd: directory })

    expect(await codeOf(() => unpackTar(archive, makeWriter(), options))).toBe(
      'PYEMBED_ARCHIVE_SPARSE',
    )
  })

  it.each([
    ['a path out of the tree', 'PYEMBED_ARCHIVE_PATH_OUTSIDE', paxRecord('path=python/../../x')],
    ['an absolute path', 'PYEMBED_ARCHIVE_PATH_ABSOLUTE', paxRecord('path=/etc/passwd')],
    ['a NUL', 'PYEMBED_ARCHIVE_PATH_NUL', paxRecord('path=python/x\0.txt')],
    ['a newline', 'PYEMBED_ARCHIVE_PATH_WINDOWS', paxRecord('path=python/x\ny')],
    [
      'bytes that are no UTF-8',
      'PYEMBED_ARCHIVE_PATH_INVALID',
      Buffer.from('17 path=python/\xff\n', 'latin1'),
    ],
    [
      'two paths',
      'PYEMBED_ARCHIVE_CORRUPT',
      paxRecord('path=python/x'),
      paxHeader('python/y\0', 'L'),
    ],
    ['a wrong length', 'PYEMBED_ARCHIVE_CORRUPT', '99 path=python/x\n'],
    ['a length that ends inside', 'PYEMBED_ARCHIVE_CORRUPT', '9 path=python/x\n'],
    ['no key', 'PYEMBED_ARCHIVE_CORRUPT', '6 =xy\n'],
    [
      'two paths',
      'PYEMBED_ARCHIVE_CORRUPT',
      `${paxRecord('path=python/x')}${paxRecord('path=python/y')}`,
    ],
    ['a size that is no number', 'PYEMBED_ARCHIVE_CORRUPT', paxRecord('size=-1')],
    ['a size beyond all', 'PYEMBED_ARCHIVE_TOO_LARGE', paxRecord('size=99999999999999')],
    ['more than a name needs', 'PYEMBED_ARCHIVE_TOO_LARGE', 'x'.repeat(2 ** 20 + 1)],
  ])('refuses a pax header that tells of %s', async (_, code, records, more = Buffer.alloc(0)) => {
    const archive = makeOddArchive([])
    editTar(archive, (tar) => Buffer.concat([paxHeader(records), more, tar]))
    const writer = makeWriter()

    expect(await codeOf(() => unpackTar(archive, writer, options))).toBe(code)
    expect(listTree(writer.outer)).toEqual([])
  })

  it('refuses a global header that names files, and takes one that does not', async () => {
    const [good, bad] = [makeArchive().archive, makeArchive().archive]
    editTar(good, (tar) => Buffer.concat([paxHeader(paxRecord('comment=of git'), 'g'), tar]))
    editTar(bad, (tar) => Buffer.concat([paxHeader(paxRecord('path=python/x'), 'g'), tar]))

    await unpackTar(good, makeWriter(), options)
    expect(await codeOf(() => unpackTar(bad, makeWriter(), options))).toBe(
      'PYEMBED_ARCHIVE_CORRUPT',
    )
  })

  it('refuses GNU’s long name when it leaves the tree', async () => {
    const { archive } = makeArchive()
    editTar(archive, (tar) => Buffer.concat([paxHeader('python/../x\0', 'L'), tar]))

    expect(await codeOf(() => unpackTar(archive, makeWriter(), options))).toBe(
      'PYEMBED_ARCHIVE_PATH_OUTSIDE',
    )
  })

  it.each(['GNU_FORMAT', 'PAX_FORMAT'] as const)('reads long links of %s', async (format) => {
    const linkname = `${'long-name-'.repeat(20)}/Ωmega`
    const archive = makeOddArchive([{ name: 'python/link', type: '2', linkname }], format)
    const writer = makeWriter()

    await unpackTar(archive, writer, options)

    expect(readlinkSync(join(writer.root, 'link'))).toBe(linkname)
  })

  it('reads names over the borders of what is inflated at once', async () => {
    // Each name is a header of its own, so that some lie on a border of 128 KiB, in the middle of a character.
    const folder = `python/${'Ω'.repeat(120)}/${'é'.repeat(120)}`
    const names = Array.from({ length: 150 }, (_, index) => `${folder}/${index}`)
    const archive = makeOddArchive(names.map((name) => ({ name })))
    const writer = makeWriter()

    await unpackTar(archive, writer, options)

    expect([...writer.inventory.keys()].slice(1)).toEqual(names.map((name) => name.slice(7)))
  })
})
