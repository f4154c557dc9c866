import { PyEmbedError } from '../errors.ts'
import { erasOf } from '../releases/eras.ts'
import { formatColumns } from '../text/columns.ts'
import type { Run } from './command.ts'
import type { CommonFlags } from './options.ts'

interface Flags extends CommonFlags {
  readonly build?: string
  readonly python?: string
  readonly target?: string
}

export const run: Run<Flags> = (_, { build, python, target }) => {
  requireForm('--build', build, /^\d{8}$/, 'a release date such as `20260610`')
  requireForm('--python', python, /^3\.\d+(?:\.\d+(?:(?:a|b|rc)\d+)?)?$/, '`3.14` or `3.14.6`')
  const found = erasOf({ build, version: python, target })
  const rows = found.map(({ id, title, affects, fixedIn, handling }) => [
    fixedIn ?? 'not yet',
    handling,
    affects.os.join(','),
    id,
    title.replaceAll('`', ''),
  ])
  return {
    json: found,
    text:
      found.length === 0
        ? 'Nothing is known to be wrong'
        : formatColumns([['MENDED IN', 'PYEMBED', 'SYSTEMS', 'ID', 'WHAT IS WRONG'], ...rows]),
  }
}

function requireForm(flag: string, value: string | undefined, pattern: RegExp, what: string): void {
  if (value === undefined || pattern.test(value)) return
  throw new PyEmbedError('PYEMBED_USAGE', `\`${flag} ${value}\` is not ${what}`, {
    hint: 'Run `pyembed python list --all-builds` for what there is',
  })
}
