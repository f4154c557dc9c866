import { existsSync, readlinkSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve, sep } from 'node:path'

import { readTextIfThere } from '../fs/read-text.ts'
import { listDirectory } from './place.ts'

export interface Interpreter {
  readonly pid: number
  readonly program: string
}

/** The processes that there are; none where there is no proc(5). */
export function processIds(): readonly string[] {
  return listDirectory('/proc').filter((name) => /^\d+$/.test(name))
}

/** Processes of this user that were started by a path inside an environment. Linux only: elsewhere none are found. */
export function findInterpreters(venv: string): readonly Interpreter[] {
  if (process.platform !== 'linux' || !existsSync(venv)) return []
  const inside = realpathSync.native(venv) + sep
  return processIds().flatMap((name) => {
    const [program = ''] = (readTextIfThere(join('/proc', name, 'cmdline')) ?? '').split('\0')
    if (!program.includes(sep)) return []
    const isInside = [program, realFolder(name, program)].some(
      (path) => path.startsWith(inside) || path.startsWith(venv + sep),
    )
    return isInside ? [{ pid: Number(name), program }] : []
  })
}

/** A program with links resolved but its own, which leads to the base; empty when that cannot be told. */
function realFolder(pid: string, program: string): string {
  try {
    const folder = resolve(readlinkSync(join('/proc', pid, 'cwd')), dirname(program))
    return join(realpathSync.native(folder), basename(program))
  } catch {
    return ''
  }
}
