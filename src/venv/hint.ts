import { type FlagValues, formatCommand } from '../text/command-line.ts'

/** A verb of `pyembed venv` for the same app, as it is typed anywhere. */
export function venvCommand(
  { flags }: { readonly flags: FlagValues },
  verb: string,
  ...words: readonly string[]
): string {
  return formatCommand(['venv', verb, ...words], flags)
}

/** What shows environments of all apps in the same place. */
export function listCommand({ flags }: { readonly flags: FlagValues }): string {
  return formatCommand(['venv', 'list'], { '--data-home': flags['--data-home'] })
}
