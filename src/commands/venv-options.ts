import { PyEmbedError } from '../errors.ts'
import type { AppOptions } from '../project/venv-app.ts'
import type { Venv } from '../venv/look.ts'
import type { AppPlace } from '../venv/place.ts'
import type { CommonFlags } from './options.ts'

/** What says which app it is, and the names on the command line. */
export interface VenvFlags extends CommonFlags {
  readonly app?: string
  readonly python?: string
  readonly appName?: string
  readonly appId?: string
  readonly dataHome?: string
  readonly operands: readonly string[]
}

export function appOptions({
  app,
  python,
  appName,
  appId,
  dataHome,
  project,
}: VenvFlags): AppOptions {
  return { app, python, appName, appId, dataHome, project }
}

/** The one name that commander has made sure of. */
export function nameOf({ operands }: VenvFlags): string {
  return operands[0] ?? ''
}

/** What every command says of an environment. */
export function venvJson(
  { app, key }: AppPlace,
  { name, path, python }: Pick<Venv, 'name' | 'path' | 'python'>,
) {
  return { app: app.name, key, name, path, python }
}

/** A number of days of the flag `--older-than`. @throws PYEMBED_USAGE */
export function parseDays(text: string, command: string): number {
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text)
  throw new PyEmbedError('PYEMBED_USAGE', `\`--older-than\` has \`${text}\`, no number of days`, {
    hint: `Run \`pyembed ${command} --older-than 30\``,
  })
}
