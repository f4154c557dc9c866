import { describe, expect, it } from 'vitest'

import type { LockedTarget } from '../../src/lock/lock.ts'
import { parseManifest } from '../../src/manifest/read.ts'
import { findEraWarnings } from '../../src/project/era-warnings.ts'
import { makeLock } from '../helpers/lock.ts'

const linux = 'x86_64-unknown-linux-gnu'
const macos = 'aarch64-apple-darwin'
const windows = 'x86_64-pc-windows-msvc'

function lockOf(version: string, build: string, flavor: string, ...targets: readonly string[]) {
  const locked = targets.map((target): [string, LockedTarget] => {
    const name = `cpython-${version}+${build}-${target}-${flavor}.tar.gz`
    return [target, { archive: { name, sha256: 'a'.repeat(64) }, packages: [] }]
  })
  const python = { version, build, variant: 'default' } as const
  return makeLock({ python, targets: Object.fromEntries(locked) })
}

const manifestOf = (version: string) =>
  parseManifest(`[app]\nname = "X"\n[python]\nversion = "${version}"\n`, 'pyembed.toml')

describe('findEraWarnings', () => {
  it('says what, where, since when not, and what to write', async () => {
    const lock = lockOf('3.12.11', '20250712', 'install_only_stripped', linux, macos)

    const warnings = await findEraWarnings(lock, manifestOf('3.12.11'))

    expect(warnings.map(({ id }) => id)).toEqual([
      'leaked-symbols',
      'rhel-certificates',
      'header-padding',
    ])
    expect(warnings[2]).toMatchObject({
      targets: [macos],
      fixedIn: '20250902',
      better: { version: '3.12.13', build: '20260320' },
    })
    expect(warnings[2]?.text).toContain(macos)
    expect(warnings[2]?.text).toContain('PBS#780')
    expect(warnings[2]?.text).toMatch(
      /Write `version = "3.12.13"` and `build = "20260320"` into `\[python\]`$/,
    )
  })

  it('leaves the version alone where the manifest asks for the minor one', async () => {
    const lock = lockOf('3.12.11', '20250712', 'install_only_stripped', linux)

    const [warning] = await findEraWarnings(lock, manifestOf('3.12'))

    expect(warning?.text).toMatch(/Write `build = "20260320"` into `\[python\]`$/)
  })

  it('asks what flavor each target has', async () => {
    const manifest = manifestOf('3.12')
    const stripped = lockOf('3.12.13', '20260804', 'install_only_stripped', windows)
    const plain = lockOf('3.12.13', '20260804', 'install_only', windows)

    expect(await findEraWarnings(stripped, manifest)).toHaveLength(1)
    expect(await findEraWarnings(plain, manifest)).toEqual([])
  })

  it('says so where the catalogue knows no better build', async () => {
    const lock = lockOf('3.9.25', '20251031', 'install_only_stripped', linux)

    const [warning] = await findEraWarnings(lock, manifestOf('3.9'))

    expect(warning).toMatchObject({ id: 'rhel-certificates', better: undefined })
    expect(warning?.text).toContain('no such build')
  })

  it('is silent for the newest build', async () => {
    const lock = lockOf('3.14.7', '20260814', 'install_only_stripped', linux, macos, windows)

    expect(await findEraWarnings(lock, manifestOf('3.14'))).toEqual([])
  })

  it('names only what the manifest then accepts', async () => {
    const lock = lockOf('3.13.10', '20251202', 'install_only_stripped', macos)
    const [warning] = await findEraWarnings(lock, manifestOf('3.13'))

    const lines = [...(warning?.text.matchAll(/`((?:version|build) = [^`]*)`/g) ?? [])]
    const text = `[app]\nname = "X"\n[python]\nversion = "3.13"\n${lines.map(([, line]) => line).join('\n')}\n`

    expect(parseManifest(text, 'pyembed.toml').python.build).toBe(warning?.better?.build)
  })
})
