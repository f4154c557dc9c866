import { accessSync, constants } from 'node:fs'
import { isAbsolute, join, sep } from 'node:path'

/** A name alone is looked for in the environment first. */
export function findCommand(command: string, scripts: string): string {
  if (isAbsolute(command) || command.includes(sep) || command.includes('/')) return command
  const suffixes = process.platform === 'win32' ? ['.exe', ''] : ['']
  const found = suffixes.map((suffix) => join(scripts, command + suffix)).find(isProgram)
  return found ?? command
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
