import { posix, win32 } from 'node:path'

import { PyEmbedError } from '../errors.ts'
import type { Base } from './app.ts'
import type { Inherit } from './record.ts'

export interface CfgInputs {
  readonly base: Pick<Base, 'executable' | 'version'>
  readonly inherit: Inherit
  readonly app: string
  readonly key: string
}

/** `pyvenv.cfg`, which makes a folder an environment for Python; it ignores what it does not know. */
export function formatCfg({ base, inherit, app, key }: CfgInputs): string {
  const { executable, version } = base
  const paths = executable.startsWith('/') ? posix : win32
  return [
    `home = ${paths.dirname(executable)}`,
    `include-system-site-packages = ${inherit === 'base'}`,
    `version = ${version}`,
    `executable = ${executable}`,
    'pyembed-format = 1',
    `pyembed-app = ${app.replaceAll(/[\u0000-\u001f\u007f]/g, '_')}`,
    `pyembed-key = ${key}`,
    '',
  ].join('\n')
}

/** The value of a key as Python reads it; undefined when there is none. */
export function readCfg(text: string, key: string): string | undefined {
  for (const line of text.split(/\r\n|\r|\n/)) {
    const at = line.indexOf('=')
    if (at !== -1 && line.slice(0, at).trim().toLowerCase() === key)
      return line.slice(at + 1).trim()
  }
  return undefined
}

/** A line break would end the line that names it, and Python would read another path. @throws PYEMBED_PATH_UNSUPPORTED */
export function requireOneLine(what: string, path: string): void {
  if (!/[\n\r\0]/.test(path)) return
  throw new PyEmbedError(
    'PYEMBED_PATH_UNSUPPORTED',
    `${what} \`${path}\` has a line break, which \`pyvenv.cfg\` cannot hold`,
    { hint: 'Move it to a folder without one' },
  )
}
