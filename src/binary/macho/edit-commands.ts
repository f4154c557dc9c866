import { PyEmbedError } from '../../errors.ts'
import { unsupportedMacho } from './editable.ts'
import type { RawCommand } from './raw-commands.ts'
import { makeRpath, withText } from './text-command.ts'

/** What to change of one slice's load commands. */
export interface MachoEdit {
  /** `LC_ID_DYLIB`: the name that dependents get when they are linked. */
  readonly id?: Name
  /** New names of the libraries it loads, in every role, by their old names. */
  readonly dylibs?: ReadonlyMap<string, Name>
  readonly rpaths?: {
    readonly delete?: readonly string[]
    readonly replace?: ReadonlyMap<string, string>
    readonly add?: readonly string[]
  }
}

/** A name, or several that mean the same file, the best one first: a later one is taken when room is missing. */
export type Name = string | readonly string[]

interface Attempt {
  /** Which of the names to take. */
  readonly choice: number
  /** Whether to leave out what no loader reads. */
  readonly isReclaiming: boolean
}

/** `LC_SOURCE_VERSION`, 16 bytes that only people read. */
export const sourceVersion = 0x2a

/** Commands that the edit does not change stay the same objects. */
export function editCommands(
  commands: readonly RawCommand[],
  edit: MachoEdit,
  attempt: Attempt,
): readonly RawCommand[] {
  const named = commands
    .filter(({ command }) => !attempt.isReclaiming || command.command !== sourceVersion)
    .map((raw) => renameDylib(raw, edit, attempt.choice))
  if (edit.id !== undefined && !named.some(({ command }) => isId(command))) {
    throw unsupportedMacho('it is no library that could have a name: `LC_ID_DYLIB` is missing')
  }
  refuseDuplicates(commands, named)
  return editRpaths(named, edit.rpaths ?? {})
}

/** How many names there are to choose from, at most. */
export function longestChoice({ id, dylibs }: MachoEdit): number {
  const names = [...(id === undefined ? [] : [id]), ...(dylibs?.values() ?? [])]
  return names.reduce((most, name) => Math.max(most, typeof name === 'string' ? 1 : name.length), 1)
}

function renameDylib(raw: RawCommand, { id, dylibs }: MachoEdit, choice: number): RawCommand {
  const { command } = raw
  if (command.kind !== 'dylib') return raw
  const names = command.role === 'id' ? id : dylibs?.get(command.name)
  const name = typeof names === 'string' ? names : names?.[Math.min(choice, names.length - 1)]
  if (name === undefined || name === command.name) return raw
  const bytes = withText(raw.bytes, command.nameOffset, name)
  return { command: { ...command, name, size: bytes.length }, bytes }
}

function editRpaths(
  commands: readonly RawCommand[],
  { delete: unwanted, replace, add }: NonNullable<MachoEdit['rpaths']>,
): readonly RawCommand[] {
  const seen = new Set<string>()
  // dyld of macOS 15.4 on refuses a path that comes twice, which linkers once wrote.
  const isNew = (path: string): boolean => !seen.has(path) && seen.add(path).size > 0
  const kept = commands.flatMap((raw) => {
    const { command } = raw
    if (command.kind !== 'rpath') return [raw]
    if (unwanted?.includes(command.path) === true) return []
    const path = replace?.get(command.path) ?? command.path
    if (!isNew(path)) return []
    if (path === command.path) return [raw]
    const bytes = withText(raw.bytes, command.pathOffset, path)
    return [{ command: { ...command, path, size: bytes.length }, bytes }]
  })
  return [...kept, ...(add ?? []).filter(isNew).map(makeRpath)]
}

/** No library of two may be left out, for symbols say by number which one has them; dyld refuses both together. */
function refuseDuplicates(before: readonly RawCommand[], after: readonly RawCommand[]): void {
  const had = loadedNames(before)
  const has = loadedNames(after)
  const [hadCounts, hasCounts] = [countNames(had), countNames(has)]
  for (const [name, count] of hasCounts) {
    if (count === 1 || count <= (hadCounts.get(name) ?? 0)) continue
    const old = had.filter((_, index) => has[index] === name).map((each) => `\`${each}\``)
    throw new PyEmbedError(
      'PYEMBED_MACHO_DUPLICATE',
      `it would load \`${name}\` twice, which it names ${old.join(' and ')}`,
      { hint: 'Link it with one of them' },
    )
  }
}

function loadedNames(commands: readonly RawCommand[]): readonly string[] {
  return commands.flatMap(({ command }) =>
    command.kind === 'dylib' && command.role !== 'id' ? [command.name] : [],
  )
}

function countNames(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

function isId(command: RawCommand['command']): boolean {
  return command.kind === 'dylib' && command.role === 'id'
}
