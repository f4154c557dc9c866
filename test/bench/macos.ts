import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { editMachoFile } from '../../src/binary/macho/edit-file.ts'
import { cliPath } from '../helpers/cli.ts'
import { benchEnvironment, type Command, type Subject } from './measure.ts'
import type { World } from './world.ts'

const clean = benchEnvironment()
const compiler = fileURLToPath(new URL('../../cmake/modules/compile_bytecode.py', import.meta.url))

/** A framework of the Python for macOS with numpy; what of that is byte code; and what reading and writing it takes. */
export function makeFrameworkSubjects({
  root,
  macosEntry,
  storeEntry,
  env,
}: World): readonly Subject[] {
  const prefix = join(macosEntry, 'prefix')
  const framework = (run: number): string => join(root, `framework${run}`)
  const pyembed = (...args: readonly string[]) => ({
    argv: [process.execPath, cliPath, 'framework', ...args],
    env: { ...clean, ...env },
  })
  const list = listSources(root, prefix)
  return [
    {
      name: 'framework create',
      command: (run) => pyembed('create', prefix, '--quiet', '--output', framework(run)),
    },
    {
      name: 'byte code',
      command: (run) => {
        const work = join(root, `byte-code${run}`)
        mkdirSync(work)
        const python = join(storeEntry, 'prefix', 'bin', 'python3.14')
        return { argv: [python, '-S', '-s', '-P', compiler, prefix, work, list], env: clean }
      },
    },
    {
      name: 'cp -a and sha256sum',
      command: (run) =>
        shell(
          'cp -a "$1" "$2" && find "$2" -type f -exec sha256sum {} +',
          prefix,
          join(root, `mac${run}`),
        ),
    },
    {
      name: 'framework verify',
      command: (run) => pyembed('verify', join(framework(run), 'Python.framework')),
    },
    {
      name: 'sha256sum of a framework',
      command: (run) => shell('find "$1" -type f -exec sha256sum {} +', framework(run)),
    },
  ]
}

function shell(script: string, ...args: readonly string[]): Command {
  return { argv: ['sh', '-c', script, 'sh', ...args], env: clean }
}

function listSources(root: string, prefix: string): string {
  const sources = readdirSync(prefix, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.startsWith('lib/python3.14/') && path.endsWith('.py'),
  )
  const list = join(root, 'sources.txt')
  writeFileSync(list, sources.map((name) => `${name}\n`).join(''))
  return list
}

const rounds = 7

/** Milliseconds round by round. */
export interface EditTimes {
  readonly ownMs: readonly number[]
  readonly llvmMs: readonly number[]
}

/**
 * A new name and a right signature for libpython in a folder, by pyembed and by LLVM, which both replace the file; a
 * first round does not count.
 */
export async function measureEdit({ macosEntry }: World, directory: string): Promise<EditTimes> {
  const library = join(macosEntry, 'prefix', 'lib', 'libpython3.14.dylib')
  const id = '@rpath/Python.framework/Versions/A/Python'
  const ownMs: number[] = []
  const llvmMs: number[] = []
  const own = join(directory, 'own.dylib')
  const llvm = join(directory, 'llvm.dylib')
  for (let round = 0; round <= rounds; round++) {
    copyFileSync(library, own)
    copyFileSync(library, llvm)
    spawnSync('sync')
    const start = performance.now()
    await editMachoFile(own, { id })
    const middle = performance.now()
    execFileSync('llvm-install-name-tool-19', ['-id', id, llvm])
    ownMs.push(middle - start)
    llvmMs.push(performance.now() - middle)
  }
  return { ownMs: ownMs.slice(1), llvmMs: llvmMs.slice(1) }
}
