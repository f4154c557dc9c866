import { readTextIfThere } from '../fs/read-text.ts'

/** Takes a command line apart, as a POSIX shell does; backslashes of Windows' paths stay. */
export function splitCommand(text: string): readonly string[] {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? ''
    const next = text[at + 1] ?? ''
    if (character === '\\' && quote !== "'" && /[\s"'\\$#()]/.test(next)) {
      word = (word ?? '') + next
      at++
    } else if (quote === '' ? character === '"' || character === "'" : character === quote) {
      quote = quote === '' ? character : ''
      word ??= ''
    } else if (quote === '' && /\s/.test(character)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + character
  }
  return word === undefined ? words : [...words, word]
}

const includeFlags =
  /^(?:-isystem|-iquote|-idirafter|-imsvc|[-/]external:I|[-/]I|--include-directory(?:-after)?(?:=|$))(?<directory>.*)$/s

/** Flags that have a compiler read a file first: that of Python or numpy names a directory too. */
const headerFlags = /^(?:-include|-imacros|--include(?:=|$)|--imacros(?:=|$)|[-/]FI)(?<file>.*)$/s
const pythonHeader = /^(?<directory>.+)[/\\](?:Python|numpy[/\\]arrayobject)\.h$/s

/** The include directories that compiler flags name, as they name them. */
export function includesOf(flags: readonly string[]): readonly string[] {
  return flags.flatMap((flag, index) => {
    const directory = includeFlags.exec(flag)?.groups?.['directory']
    if (directory !== undefined) {
      return directory === '' ? flags.slice(index + 1, index + 2) : [directory]
    }
    const file = headerFlags.exec(flag)?.groups?.['file']
    if (file === undefined) return []
    const header = pythonHeader.exec(file === '' ? (flags[index + 1] ?? '') : file)
    return header?.groups?.['directory'] ?? []
  })
}

/** The flags with those in place of `@FILE` that the file holds; `directory` is where relative ones lie. */
export function withResponseFiles(
  flags: readonly string[],
  locate: (path: string) => string,
): readonly string[] {
  return flags.flatMap((flag) => {
    if (!flag.startsWith('@')) return [flag]
    const text = readTextIfThere(locate(flag.slice(1)))
    return text === undefined ? [flag] : splitCommand(text)
  })
}
