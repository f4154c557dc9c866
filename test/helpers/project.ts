import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface ManifestOptions {
  readonly version?: string
  readonly build?: string
  readonly targets?: readonly string[]
  readonly requires?: readonly string[]
}

export const linux = 'x86_64-unknown-linux-gnu'
export const windows = 'x86_64-pc-windows-msvc'
export const macos = 'aarch64-apple-darwin'

/** Writes a pyembed.toml (over the one that is there) and returns its folder. */
export function writeManifest(
  directory: string,
  {
    version = '3.14.6',
    build = '20260610',
    targets = [linux],
    requires = [],
  }: ManifestOptions = {},
): string {
  mkdirSync(directory, { recursive: true })
  const lines = [
    '[app]',
    'name = "E2E"',
    '[python]',
    `version = "${version}"`,
    `build = "${build}"`,
    `targets = ${JSON.stringify(targets)}`,
    '[python.packages]',
    `requires = ${JSON.stringify(requires)}`,
  ]
  writeFileSync(join(directory, 'pyembed.toml'), `${lines.join('\n')}\n`)
  return directory
}
