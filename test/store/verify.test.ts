import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { verifyEntry } from '../../src/store/verify.ts'
import { makeSmallEntry } from '../helpers/store.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { writeFiles } from '../helpers/tree.ts'

const osPy = 'lib/python3.14/os.py'

describe('verifyEntry', () => {
  it.each<[what: string, damage: (prefix: string) => void, problems: readonly string[]]>([
    ['nothing', () => undefined, []],
    ['times', (prefix) => utimesSync(join(prefix, osPy), 0, 0), []],
    ['an empty folder', (prefix) => mkdirSync(join(prefix, 'new')), []],
    ['a file that went', (prefix) => unlinkSync(join(prefix, osPy)), [`missing ${osPy}`]],
    [
      'a folder that went',
      (prefix) => rmSync(join(prefix, 'lib'), { recursive: true }),
      [`missing lib/python3.14/it’s "odd", $1.txt`, `missing ${osPy}`],
    ],
    ['a byte more', (prefix) => appendFileSync(join(prefix, osPy), '#'), [`changed ${osPy}`]],
    [
      'a byte changed',
      (prefix) => writeFileSync(join(prefix, osPy), 'import sYs\n'),
      [`changed ${osPy}`],
    ],
    ['an x bit that came', (prefix) => chmodSync(join(prefix, osPy), 0o755), [`mode ${osPy}`]],
    [
      'an x bit that went',
      (prefix) => chmodSync(join(prefix, 'bin/python3.14'), 0o644),
      ['mode bin/python3.14'],
    ],
    ['write bits', (prefix) => chmodSync(join(prefix, osPy), 0o600), []],
    [
      'a file that came',
      (prefix) => writeFiles(prefix, { 'lib/python3.14/sitecustomize.py': '' }),
      ['extra lib/python3.14/sitecustomize.py'],
    ],
    [
      'a link that leads elsewhere',
      (prefix) => {
        unlinkSync(join(prefix, 'bin/python3'))
        symlinkSync('/usr/bin/python3', join(prefix, 'bin/python3'))
      },
      ['link bin/python3'],
    ],
    [
      'a link that became a file',
      (prefix) => {
        unlinkSync(join(prefix, 'bin/python3'))
        writeFileSync(join(prefix, 'bin/python3'), 'python3.14')
      },
      ['link bin/python3'],
    ],
    [
      'a file that became a link to equal content',
      (prefix) => {
        unlinkSync(join(prefix, osPy))
        writeFileSync(join(prefix, '../os.py'), 'import sys\n')
        symlinkSync('../../../os.py', join(prefix, osPy))
      },
      [`link ${osPy}`],
    ],
    [
      'a file that became a folder',
      (prefix) => {
        unlinkSync(join(prefix, osPy))
        mkdirSync(join(prefix, osPy))
      },
      [`changed ${osPy}`],
    ],
    [
      'the whole prefix',
      (prefix) => rmSync(prefix, { recursive: true }),
      [
        'missing bin/python3',
        'missing bin/python3.14',
        `missing lib/python3.14/it’s "odd", $1.txt`,
        `missing ${osPy}`,
      ],
    ],
  ])('finds %s', async (_, damage, problems) => {
    const entry = await makeSmallEntry(temporaryDirectory())
    damage(entry.prefix)

    const verification = await verifyEntry(entry)

    expect(verification.problems.map(({ kind, path }) => `${kind} ${path}`)).toEqual(problems)
    expect(verification).toMatchObject({ ok: problems.length === 0, files: 4, notes: [] })
  })

  it('notes byte code of known sources, and no other', async () => {
    const entry = await makeSmallEntry(temporaryDirectory())
    writeFiles(join(entry.prefix, 'lib/python3.14'), {
      '__pycache__/os.cpython-314.pyc': '',
      '__pycache__/os.cpython-314.opt-1.pyc': '',
      '__pycache__/evil.cpython-314.pyc': '',
      'os.pyc': '',
    })

    const { ok, notes, problems } = await verifyEntry(entry)

    expect(ok).toBe(false)
    expect(notes).toEqual([
      'lib/python3.14/__pycache__/os.cpython-314.opt-1.pyc',
      'lib/python3.14/__pycache__/os.cpython-314.pyc',
    ])
    expect(problems).toEqual([
      { kind: 'extra', path: 'lib/python3.14/__pycache__/evil.cpython-314.pyc' },
      { kind: 'extra', path: 'lib/python3.14/os.pyc' },
    ])
  })
})
