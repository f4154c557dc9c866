/** A library that a link line names: a path, `-lNAME` or a framework. */
export interface LinkItem {
  readonly text: string
  /** File names to look for in `searched`; none when {@link text} is a path. */
  readonly names: readonly string[]
  /** `-L` directories of the line, as they are written. */
  readonly searched: readonly string[]
  /** Which word it is of, or is in. */
  readonly index: number
}

/** Flags whose next word is no library. */
const withArgument =
  /^(?:-rpath|-rpath-link|-soname|-h|-install_name|-dynamic-linker|-I|-o|-T|-Map|--version-script|--out-implib|-arch|-isysroot|-u|-z|-m|-compatibility_version|-current_version|-exported_symbols_list|--sysroot|-target)$/

const searchFlags = /^(?:-L|-F|[-/](?:LIBPATH|libpath):|--library-path(?:=|$))(?<directory>.*)$/s
const libraryFlags = /^(?:-l|--library(?:=|$))(?<name>.*)$/s

/** The libraries that the words of a link line name, in order. */
export function linkItems(words: readonly string[]): readonly LinkItem[] {
  const parts = words.flatMap((word, index) => unwrap(word).map((text) => ({ text, index })))
  const searched: string[] = []
  const items: LinkItem[] = []
  for (let at = 0; at < parts.length; at++) {
    const { text: word, index } = parts[at] ?? { text: '', index: 0 }
    const argument = parts[at + 1]?.text ?? ''
    const search = searchFlags.exec(word)?.groups?.['directory']
    const name = libraryFlags.exec(word)?.groups?.['name']
    const isFramework = word === '-framework' || word === '-weak_framework'
    if (isFramework) {
      items.push({
        text: `${argument}.framework/${argument}`,
        names: frameworkNames(argument),
        searched,
        index,
      })
    } else if (search !== undefined) searched.push(search === '' ? argument : search)
    else if (name !== undefined) {
      const library = name === '' ? argument : name
      items.push({ text: `-l${library}`, names: libraryNames(library), searched, index })
    } else if (isPath(word)) items.push({ text: word, names: [], searched, index })
    if (isFramework || search === '' || name === '' || withArgument.test(word)) at++
  }
  return items
}

/** What `-Wl` and `-Xlinker` pass to the linker, as if it stood there. */
function unwrap(word: string): readonly string[] {
  if (word === '-Xlinker') return []
  if (!word.startsWith('-Wl,')) return [word]
  return word.slice(4).split(',')
}

function frameworkNames(name: string): readonly string[] {
  return [`${name}.framework/${name}`]
}

function libraryNames(name: string): readonly string[] {
  if (name.startsWith(':')) return [name.slice(1)]
  const endings = ['.so', '.dylib', '.tbd', '.dll.a', '.a']
  return [...endings.map((ending) => `lib${name}${ending}`), `${name}.lib`, `${name}.dll`]
}

/** Flags begin with `-`; Microsoft's with `/`, as paths of POSIX do, and have no second one or a colon. */
function isPath(word: string): boolean {
  return word !== '' && !word.startsWith('-') && !/^\/[A-Za-z]+(?::|$)/.test(word)
}
