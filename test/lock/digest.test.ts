import { describe, expect, it } from 'vitest'

import { manifestDigest } from '../../src/lock/digest.ts'
import { parseManifest } from '../../src/manifest/read.ts'

const python = 'version = "3.14"\ntargets = ["aarch64-apple-darwin", "x86_64-pc-windows-msvc"]\n'
const packages = '[python.packages]\nrequires = ["numpy>=2.3", "tqdm"]\n'
const manifest = `[app]\nname = "App"\n[python]\n${python}${packages}`

function digest(text: string): string {
  return manifestDigest(parseManifest(text, '/project/pyembed.toml'))
}

describe('manifestDigest', () => {
  it.each([
    [
      'order of targets',
      '"aarch64-apple-darwin", "x86_64-pc-windows-msvc"',
      '"x86_64-pc-windows-msvc", "aarch64-apple-darwin"',
    ],
    ['order of requirements', '"numpy>=2.3", "tqdm"', '"tqdm", "numpy>=2.3"'],
    ['white space', '"tqdm"', '"tqdm  "'],
    ['comments', packages, `# what we need\n${packages}`],
    [
      'defaults that are written out',
      packages,
      `variant = "default"\n[python.platform]\nglibc = "2.28"\n${packages}`,
    ],
    ['the name of the app', 'name = "App"', 'name = "Other"\nid = "org.example.app"'],
    ['what deployment leaves out', packages, `${packages}[deploy]\ntrim = ["tests"]\n`],
  ])('does not change with the %s', (_, before, after) => {
    const changed = manifest.replace(before, after)

    expect(changed).not.toBe(manifest)
    expect(digest(changed)).toBe(digest(manifest))
  })

  it.each([
    ['version', 'version = "3.14"', 'version = "3.14.6"'],
    ['build', 'version = "3.14"', 'version = "3.14"\nbuild = "20260610"'],
    ['variant', 'version = "3.14"', 'version = "3.14"\nvariant = "freethreaded"'],
    ['flavor', 'version = "3.14"', 'version = "3.14"\nflavor = "install_only"'],
    ['targets', ', "x86_64-pc-windows-msvc"', ''],
    ['glibc floor', packages, `[python.platform]\nglibc = "2.17"\n${packages}`],
    ['macOS floor', packages, `[python.platform]\nmacos = "12.0"\n${packages}`],
    ['requirements', '"tqdm"', '"tqdm>4"'],
    ['number of requirements', ', "tqdm"', ''],
  ])('changes with the %s', (_, before, after) => {
    const changed = manifest.replace(before, after)

    expect(changed).not.toBe(manifest)
    expect(digest(changed)).not.toBe(digest(manifest))
  })

  it('is the same for no targets and for those of the host', () => {
    const host = process.arch === 'x64' ? 'x86_64' : 'aarch64'
    const without = manifest.replace(/targets.*\n/, '')
    const named = manifest.replace(/targets.*\n/, `targets = ["${host}-unknown-linux-gnu"]\n`)

    expect(digest(without)).toBe(digest(named))
  })
})
