import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { execa } from 'execa'

import { makeOnce, toolsDirectory } from './make-once.ts'
import { askPython } from './python.ts'

const packages = ['lief==1.0.0', 'macholib==1.16.4', 'altgraph==0.17.5']

interface SliceNames {
  /** Of the file itself, and of what it loads. */
  readonly names: readonly string[]
  readonly rpaths: readonly string[]
  readonly isSigned: boolean
}

interface Judgement {
  readonly lief: readonly SliceNames[]
  /** null when it has a load command that macholib does not know. */
  readonly macholib: readonly SliceNames[] | null
  /** What lief's checks of the layout, which are dyld's, find wrong in each slice. */
  readonly layout: readonly string[]
}

/** What two readers of Mach-O files that are not ours say of files. They are installed once into the user's cache. */
export async function judgeMachos(paths: readonly string[]): Promise<readonly Judgement[]> {
  const directory = await makeOnce(join(toolsDirectory(), 'macho-judges'), async (stage) => {
    const options = ['--quiet', '--no-deps', '--only-binary=:all:', '--target', stage]
    await execa('python3', ['-m', 'pip', 'install', ...options, ...packages])
  })
  const program = readFileSync(new URL('macho-judges.py', import.meta.url), 'utf8')
  return askPython(program, [directory, paths])
}
