import { posix, win32 } from 'node:path'

import type { OperatingSystem } from '../platform/target.ts'

/** What an environment is made of, beside `pyvenv.cfg` and the record; paths in it are relative, with `/`. */
export interface VenvLayout {
  readonly folders: readonly string[]
  /** Path → text of the symbolic link. */
  readonly links: Readonly<Record<string, string>>
  /** Path → file of the base that it is a copy of. */
  readonly copies: Readonly<Record<string, string>>
  readonly python: string
  readonly scripts: string
  readonly sitePackages: string
}

/** What `python -m venv --without-pip` makes of a base, without activation scripts. */
export function venvLayout(system: OperatingSystem, abi: string, executable: string): VenvLayout {
  const [, minor = '', threads = ''] = /^cp3(\d+)(t?)$/.exec(abi) ?? []
  if (system === 'windows') {
    const launchers = win32.join(win32.dirname(executable), 'Lib', 'venv', 'scripts', 'nt')
    const launcher = (old: string, now: string): string =>
      `${launchers}\\${Number(minor) < 13 ? old : `${now}${threads}`}.exe`
    return {
      folders: ['Include', 'Lib', 'Lib/site-packages', 'Scripts'],
      links: {},
      copies: {
        'Scripts/python.exe': launcher('python', 'venvlauncher'),
        'Scripts/pythonw.exe': launcher('pythonw', 'venvwlauncher'),
      },
      python: 'Scripts/python.exe',
      scripts: 'Scripts',
      sitePackages: 'Lib/site-packages',
    }
  }
  const name = `python3.${minor}${threads}`
  const sitePackages = `lib/${name}/site-packages`
  return {
    folders: ['bin', 'include', 'lib', posix.dirname(sitePackages), sitePackages],
    links: {
      [`bin/${name}`]: executable,
      'bin/python': name,
      'bin/python3': name,
      ...(system === 'linux' ? { lib64: 'lib' } : {}),
    },
    copies: {},
    python: 'bin/python',
    scripts: 'bin',
    sitePackages,
  }
}
