import { escapeArgument } from './pin.ts'

/**
 * The text of `command.cmake`: how this pyembed is run, for `pyembed_add_check()`. What CMake cannot carry is left
 * out, for only that function needs it, and says so.
 */
export function renderCommand(command: readonly string[]): string {
  const words = command.map((word) =>
    process.platform === 'win32' ? word.replaceAll('\\', '/') : word,
  )
  const isCarried = words.every((word) => !/[;\\\n]/.test(word))
  const items = isCarried ? words.map((word) => ` "${escapeArgument(word)}"`) : []
  return `# How to run pyembed; PYEMBED_COMMAND comes first.\nset(command${items.join('')})\n`
}
