import { readFileSync } from 'node:fs'

import { describe, expect, it } from 'vitest'

import { erasOf } from '../../src/releases/eras.ts'
import { shortcomings } from '../../src/releases/era-table.ts'
import type { Shortcoming } from '../../src/releases/shortcoming.ts'
import { codeOf } from '../helpers/errors.ts'

const linux = 'x86_64-unknown-linux-gnu'
const musl = 'x86_64-unknown-linux-musl'
const macos = 'aarch64-apple-darwin'
const windows = 'x86_64-pc-windows-msvc'

function idsOf(query: Parameters<typeof erasOf>[0]): readonly string[] {
  return erasOf(query).map(({ id }) => id)
}

/** A row of docs/eras.md. */
function rowOf({
  id,
  title,
  affects: { os, libc, flavor, python },
  since,
  fixedIn,
  ...rest
}: Shortcoming): string {
  const range = [python?.from, python?.to]
  const openEnd =
    python?.to === undefined ? ' and later' : python.from === undefined ? ' and earlier' : ''
  const concerns = [
    os.map((name) => ({ linux: 'Linux', macos: 'macOS', windows: 'Windows' })[name]).join(', '),
    libc && `${libc} only`,
    flavor && `\`${flavor}\` only`,
    python && `Python ${range.filter((minor) => minor !== undefined).join(' to ')}${openEnd}`,
    since && `since ${since}`,
  ]
  const cells = [
    fixedIn ?? 'not yet',
    `\`${id}\``,
    concerns.filter((part) => part !== undefined).join('; '),
    title,
    rest.breaks,
    `${rest.handling}: ${rest.pyembed}`,
    rest.source,
  ]
  return `| ${cells.join(' | ')} |`
}

describe('the table of shortcomings', () => {
  it('is what docs/eras.md shows', () => {
    const page = readFileSync(new URL('../../docs/eras.md', import.meta.url), 'utf8')
    const rows = page.split('\n').filter((line) => /^\| (?:\d{8}|not yet) \|/.test(line))

    expect(rows).toEqual(shortcomings.map(rowOf))
  })

  it('is in the order of time, with what is not mended last', () => {
    const dates = shortcomings.map(({ fixedIn }) => fixedIn ?? 'never')

    expect(dates).toEqual([...dates].sort())
    expect(new Set(shortcomings.map(({ id }) => id)).size).toBe(shortcomings.length)
  })

  it('warns only of what another build mends', () => {
    const endless = shortcomings.filter(
      ({ handling, fixedIn }) => handling === 'warned' && fixedIn === undefined,
    )

    expect(endless).toEqual([])
  })
})

describe('erasOf', () => {
  it('knows what MITK’s build has', () => {
    const mitk = { build: '20250712', version: '3.12.11' }

    expect(idsOf({ ...mitk, target: linux })).toEqual([
      'leaked-symbols',
      'getpath-3.11',
      'rhel-certificates',
      'sysconfig',
      'terminfo-case',
    ])
    expect(idsOf({ ...mitk, target: macos })).toEqual([
      'header-padding',
      'install-name',
      'getpath-3.11',
      'macos-shared-interpreter',
      'sysconfig',
    ])
    expect(idsOf({ ...mitk, target: windows })).toEqual(['stripped-signatures'])
    expect(idsOf({ ...mitk, target: windows, flavor: 'install_only' })).toEqual([])
  })

  it('takes the build of the fix as mended, and the one before not', () => {
    expect(idsOf({ build: '20250813', target: linux })).toContain('leaked-symbols')
    expect(idsOf({ build: '20250814', target: linux })).not.toContain('leaked-symbols')
  })

  it('takes the build that brought a fault as the first that has it', () => {
    const id = 'wheels-need-libpython'
    const has = (build: string): boolean => idsOf({ build, target: linux }).includes(id)

    expect(['20250409', '20250517', '20250528', '20250529'].map(has)).toEqual([
      false,
      true,
      true,
      false,
    ])
  })

  it('tells versions of Python apart', () => {
    const of = (version: string) =>
      idsOf({ build: '20251209', version, target: linux }).filter((id) => id.startsWith('getpath'))

    expect(of('3.10.19')).toEqual(['getpath-3.10'])
    expect(of('3.13')).toEqual(['getpath-3.11'])
    expect(of('3.14.2')).toEqual([])
    expect(idsOf({ build: '20251202', version: '3.15.0a2', target: linux })).toContain(
      'getpath-3.14',
    )
  })

  it('tells libcs apart', () => {
    expect(idsOf({ build: '20250205', target: musl })).toContain('musl-static')
    expect(idsOf({ build: '20250205', target: linux })).not.toContain('musl-static')
  })

  it('shows all that is not left out by the query', () => {
    expect(erasOf({})).toEqual(shortcomings)
    expect(idsOf({ build: '20260814' })).toEqual(['getpath-3.10', 'sysconfig', 'terminfo-case'])
  })

  it('refuses a target that cannot be', async () => {
    expect(await codeOf(() => erasOf({ target: 'vax' }))).toBe('PYEMBED_TARGET_NOT_FOUND')
  })
})
