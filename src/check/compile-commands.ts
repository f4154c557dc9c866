import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

import { PyEmbedError } from '../errors.ts'
import { includesOf, splitCommand, withResponseFiles } from './command-line.ts'

interface CompileCommand {
  readonly directory: string
  readonly command?: string
  readonly arguments?: readonly string[]
}

/** Absolute include directories of a `compile_commands.json`, each once. @throws PYEMBED_FILE_API_MISSING */
export function readCompileCommands(path: string): readonly string[] {
  const directories = new Set<string>()
  const seen = new Set<string>()
  for (const { directory, command = '', arguments: words } of parse(path)) {
    // What differs from file to file comes last; the flags before it are many times the same.
    const flags = words?.join('\0') ?? command.replace(/ -o .*$/s, '')
    if (seen.has(`${directory}\0${flags}`)) continue
    seen.add(`${directory}\0${flags}`)
    const locate = (file: string): string => resolve(directory, file)
    const all = withResponseFiles(words ?? splitCommand(flags), locate)
    for (const include of includesOf(all)) directories.add(locate(include))
  }
  return [...directories]
}

function parse(path: string): readonly CompileCommand[] {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as readonly CompileCommand[]
  } catch (error) {
    throw new PyEmbedError('PYEMBED_FILE_API_MISSING', `\`${path}\` cannot be read`, {
      hint: `Configure the build again: cmake "${resolve(path, '..')}"`,
      cause: error,
    })
  }
}
