import { join, sep } from 'node:path'

import { readTextIfThere } from '../fs/read-text.ts'
import { listDirectory } from './place.ts'

export interface Interpreter {
  readonly pid: number
  readonly program: string
}

/** Processes of this user that were started by a path inside an environment. Linux only: elsewhere none are found. */
export function findInterpreters(venv: string): readonly Interpreter[] {
  if (process.platform !== 'linux') return []
  return listDirectory('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const [program = ''] = (readTextIfThere(join('/proc', name, 'cmdline')) ?? '').split('\0')
      return program.startsWith(venv + sep) ? [{ pid: Number(name), program }] : []
    })
}
