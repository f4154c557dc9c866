import { readlinkSync, realpathSync } from 'node:fs'
import { join } from 'node:path'

import { readTextIfThere } from '../fs/read-text.ts'
import { type Interpreter, processIds } from './interpreters.ts'
import { listDirectory } from './place.ts'

/**
 * Other processes of this user that have a file open, such as the lock that a program left to what it started. Linux
 * only: elsewhere none are found.
 */
export function findOpeners(file: string): readonly Interpreter[] {
  if (process.platform !== 'linux') return []
  const path = realpathSync.native(file)
  return processIds()
    .filter((name) => Number(name) !== process.pid)
    .filter((name) => {
      const folder = join('/proc', name, 'fd')
      return listDirectory(folder).some((descriptor) => targetOf(join(folder, descriptor)) === path)
    })
    .map((name) => {
      const program = readTextIfThere(join('/proc', name, 'comm'))?.trim() ?? ''
      return { pid: Number(name), program }
    })
}

function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link)
  } catch {
    return undefined
  }
}
