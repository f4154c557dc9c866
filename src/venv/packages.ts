import { statSync } from 'node:fs'
import { join } from 'node:path'

import { compareText } from '../text/json.ts'
import type { Base } from './app.ts'
import { fileIn } from './data-home.ts'
import { venvLayout } from './layout.ts'
import { type AppPlace, listDirectory } from './place.ts'

export interface InstalledPackage {
  readonly name: string
  readonly version: string
}

/** The packages of a `site-packages`, by the names of their metadata folders. */
export function installedPackages(sitePackages: string): readonly InstalledPackage[] {
  // A folder of two links has no folders in it, where folders count so; half the time of a list was spent on empty ones.
  if (statSync(sitePackages, { throwIfNoEntry: false })?.nlink === 2) return []
  return listDirectory(sitePackages)
    .flatMap((folder) => {
      const [, name, version] = /^(.+?)-([^-]+)\.dist-info$/.exec(folder) ?? []
      return name === undefined || version === undefined ? [] : [{ name, version }]
    })
    .sort((a, b) => compareText(a.name.toLowerCase(), b.name.toLowerCase()))
}

/** The `site-packages` of a base: where in its prefix it is like where in an environment. */
export function baseSitePackages({ system, app }: AppPlace, { executable, prefix }: Base): string {
  const { sitePackages } = venvLayout(system, app.abi, executable)
  return fileIn(system, prefix, sitePackages)
}

/** Keeps pip from putting another version before a package of the base; its pip does not matter to anybody. */
export function baseConstraints(sitePackages: string): string {
  return installedPackages(sitePackages)
    .filter(({ name }) => name !== 'pip')
    .map(({ name, version }) => `${name}==${version}\n`)
    .join('')
}

export function hasPip(sitePackages: string): boolean {
  return listDirectory(join(sitePackages, 'pip')).includes('__main__.py')
}

/** Whether the Python of a base was shipped with byte code, as `pyembed_install` does it. */
export function hasByteCode(sitePackages: string): boolean {
  return listDirectory(join(sitePackages, 'pip', '__pycache__')).length > 0
}
