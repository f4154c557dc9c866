import { statSync } from 'node:fs'
import { join } from 'node:path'

import { foldPath } from '../archive/names.ts'
import { executable, type Macho } from '../binary/macho/macho.ts'
import type { FrameworkProblem } from './problem.ts'

/**
 * What is lost on the way to a disk of macOS: programs that may not be executed, and names that it takes for the same,
 * for it knows no case (APFS and HFS+, by default).
 */
export function diskProblems(
  root: string,
  code: ReadonlyMap<string, Macho>,
  paths: Iterable<string>,
): readonly FrameworkProblem[] {
  return [...modeProblems(root, code), ...clashProblems(paths)]
}

/** Windows keeps no modes. */
function modeProblems(root: string, code: ReadonlyMap<string, Macho>): readonly FrameworkProblem[] {
  if (process.platform === 'win32') return []
  return [...code]
    .filter(([, { slices }]) => slices.some(({ fileType }) => fileType === executable))
    .filter(([path]) => (statSync(join(root, path)).mode & 0o111) !== 0o111)
    .map(([path]) => ({ path, kind: 'structure', detail: 'not everybody may execute it' }))
}

/** Of two files or folders the one that comes later. */
function clashProblems(paths: Iterable<string>): readonly FrameworkProblem[] {
  const known = new Map<string, string>()
  const clashing = new Map<string, string>()
  for (const path of paths) {
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
      const name = path.slice(0, end)
      const folded = foldPath(name)
      const other = known.get(folded)
      // Of what lies in a folder that is known all folders are.
      if (other === name) break
      if (other === undefined) known.set(folded, name)
      else clashing.set(name, other)
    }
  }
  return [...clashing].map(([path, other]) => ({
    path,
    kind: 'structure',
    detail: `to most disks of macOS \`${other}\` is the same`,
  }))
}
