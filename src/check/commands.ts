import { realpathSync, statSync } from 'node:fs'
import { basename, dirname, isAbsolute, resolve } from 'node:path'

import { readTextIfThere } from '../fs/read-text.ts'
import { splitCommand } from './command-line.ts'
import type { OwnerOf } from './ownership.ts'
import type { PinnedBuild } from './pinned-build.ts'
import { isInterpreterName } from './python-files.ts'
import type { Use } from './report.ts'
import { type BuildTree, showPath } from './tree.ts'

interface Command {
  /** The target or the file that it makes, absolute. */
  readonly makes: string
  readonly text: string
}

/** The interpreters that commands of Ninja and Make run or hand on: those of custom targets and commands, and launchers. */
export function commandUses(build: PinnedBuild, tree: BuildTree, ownerOf: OwnerOf) {
  const uses: Use[] = []
  const undecided = new Set<string>()
  const isInterpreter = createInterpreterTest()
  for (const { makes, text } of tree.recipes.flatMap(readCommands)) {
    const where = showPath(makes, build.directory)
    const words = wordsOf(text)
    for (const path of new Set(words.map((word) => word.slice(word.indexOf('=') + 1)))) {
      if (isAbsolute(path) && isInterpreter(path)) {
        const owner = ownerOf(path)
        const detail = 'it is in a command of the build'
        uses.push({ source: 'command', where, path, kind: 'interpreter', owner, detail })
      }
    }
    for (const program of words.filter(isSearched)) {
      undecided.add(`${where}: it runs \`${program}\`, and \`PATH\` decides which`)
    }
  }
  return { uses, undecided: [...undecided] }
}

function readCommands(path: string): readonly Command[] {
  const text = readTextIfThere(path) ?? ''
  const base = path.replace(/[/\\]CMakeFiles[/\\][^/\\]+(?:[/\\]build\.make)?$/, '')
  const configuration = /[/\\]impl-(?<name>[^/\\]+)\.ninja$/.exec(path)?.groups?.['name']
  return path.endsWith('.ninja')
    ? ninjaCommands(text, base === path ? dirname(path) : base, configuration)
    : makeCommands(text, resolve(base, basename(dirname(path), '.dir')))
}

const ninjaLine =
  /^(?:build (?<output>(?:\$.|[^\s$|:])+)|rule (?<rule>\S+)| +(?:COMMAND|PRE_LINK|POST_BUILD|command) = (?<command>.*))/gm

/** Commands stand below what they make; what compiles and links is in rules. */
function ninjaCommands(
  text: string,
  base: string,
  configuration: string | undefined,
): readonly Command[] {
  const commands: Command[] = []
  let makes = base
  for (const { groups } of text.matchAll(ninjaLine)) {
    const { output, rule, command } = groups ?? {}
    if (command !== undefined) commands.push({ makes, text: unescape(command) })
    else {
      makes = resolve(base, targetOf(unescape(output ?? rule ?? ''), configuration))
    }
  }
  return commands
}

/** `CMakeFiles/v`, with several configurations `CMakeFiles/v-Debug`, stands for the custom target `v`. */
function targetOf(output: string, configuration: string | undefined): string {
  const target = output.replace(/(?:^|(?<=[/\\]))CMakeFiles[/\\]/, '')
  const ending = `-${configuration}`
  return target !== output && target.endsWith(ending)
    ? `${target.slice(0, -ending.length)} (${configuration})`
    : target
}

function unescape(text: string): string {
  return text.replaceAll(/\$([$ :])/g, '$1')
}

/** `build.make` is of one target; a comment that it tells is no command. */
function makeCommands(text: string, makes: string): readonly Command[] {
  return [...text.matchAll(/^\t(?!.* -E cmake_echo_color )(?<command>.*)$/gm)].map(
    ({ groups }) => ({ makes, text: (groups?.['command'] ?? '').replaceAll('$$', '$') }),
  )
}

/** The words of a command, and those of one that a shell is given as a word. */
function wordsOf(command: string): readonly string[] {
  return splitCommand(command).flatMap((word, index, words) =>
    ['-c', '/C'].includes(words[index - 1] ?? '') ? splitCommand(word) : [word],
  )
}

/** Whether a word is a program without a directory. */
function isSearched(word: string, index: number, words: readonly string[]): boolean {
  const before = words[index - 1]
  const isProgram = before === undefined || ['&&', '||', '|'].includes(before)
  return isProgram && !/[/\\]/.test(word) && isInterpreterName(word)
}

/** Whether a path is that of an interpreter, or leads to one; the same are asked about many times. */
function createInterpreterTest(): (path: string) => boolean {
  const known = new Map<string, boolean>()
  return (path) => {
    let isOne = known.get(path)
    if (isOne === undefined) {
      const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true
      isOne = isFile && (isInterpreterName(path) || isInterpreterName(realpathSync(path)))
      known.set(path, isOne)
    }
    return isOne
  }
}
