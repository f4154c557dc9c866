import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

import { PyEmbedError } from '../errors.ts'
import type { FlagValues } from '../text/command-line.ts'
import { venvCommand } from './hint.ts'
import type { Step } from './record.ts'

// Long names may be cut as long as they mean one thing, as pip reads them: `--targ`.
const elsewhere = /^(?:-t|--(?:ta[a-z]*|prefix?|root|user|dr[a-z-]*))$/
const editable = /^(?:-e|--ed[a-z]*)$/
const proxy = /^--proxy?$/
const path =
  /^(?:-[cefr]|--(?:ed[a-z]*|requirement|(?:build-)?constraint|find-links|(?:client-)?cert))$/

/** Refuses what would not be in the environment, or not any more when the copy that pip fills has its name. */
export function requireInside({ options }: Step, name: string, flags: FlagValues = {}): void {
  const outside = options.map((word) => readWord(word).name).find((each) => elsewhere.test(each))
  const hint = `Leave it out; \`${venvCommand({ flags }, 'run', name)} -- pip …\` runs pip with any option`
  if (outside !== undefined) {
    throw new PyEmbedError(
      'PYEMBED_VENV_OPTION',
      `\`${outside}\` would not install into \`${name}\``,
      { hint },
    )
  }
  if (!editablesOf(options).some((value) => value.includes('://'))) return
  throw new PyEmbedError('PYEMBED_VENV_OPTION', 'an editable install needs a folder of yours', {
    hint: 'Check the source out and name its folder, or install it without `--editable`',
  })
}

/** What is installed such that its source may be edited. */
export function editablesOf(options: readonly string[]): readonly string[] {
  const found: string[] = []
  changeValues(options, editable, (value) => {
    found.push(value)
    return value
  })
  return found
}

/** Paths that are there, absolute: another run of pip begins elsewhere. */
export function absoluteOptions(options: readonly string[], directory: string): readonly string[] {
  return changeValues(options, path, (value) => absolutePath(value, directory))
}

/** A proxy may be told without `http://`. */
export function withoutProxyUser(options: readonly string[]): readonly string[] {
  return changeValues(options, proxy, (value) => value.replace(/^(\w+:\/\/)?.*@/s, '$1'))
}

/** A path of something that is there, with what pip takes behind it: `./tool[extra]`. */
export function absolutePath(text: string, directory: string): string {
  const [, name = '', extras = ''] = /^(.*?)(\[[^[\]]*\])?$/s.exec(text) ?? []
  const found = resolve(directory, name)
  return name !== '' && !name.includes('://') && existsSync(found) ? found + extras : text
}

/** Changes what options of this name are given, in the same word or in the next one. */
function changeValues(
  words: readonly string[],
  name: RegExp,
  change: (value: string) => string,
): readonly string[] {
  return words.map((word, index) => {
    const own = readWord(word)
    if (own.name !== '')
      return own.value !== '' && name.test(own.name) ? own.start + change(own.value) : word
    const before = readWord(words[index - 1] ?? '')
    return before.value === '' && name.test(before.name) ? change(word) : word
  })
}

/** An option with its value, if that is in the same word: `--target=/x`, `-t/x`, `-Ut/x`; else it is the next word. */
function readWord(word: string) {
  const [start = '', long, short] = /^(?:(--[^=]+)=?|-[IUqv]*([a-z]))/.exec(word) ?? []
  const name = long ?? (short === undefined ? '' : `-${short}`)
  return { name, start, value: word.slice(start.length) }
}
