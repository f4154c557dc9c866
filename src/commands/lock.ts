import { PyEmbedError } from '../errors.ts'
import { lockProject } from '../project/lock-project.ts'
import type { Run } from './command.ts'
import { type CommonFlags, projectOptions } from './options.ts'

interface Flags extends CommonFlags {
  readonly check?: boolean
  readonly upgrade?: boolean
}

export const run: Run<Flags> = async (context, flags) => {
  if (flags.check === true && flags.upgrade === true) {
    throw new PyEmbedError('PYEMBED_USAGE', '`--check` and `--upgrade` exclude each other', {
      hint: 'Run `pyembed lock --upgrade`, then `pyembed lock --check`',
    })
  }
  const options = projectOptions(flags)
  const { path, lock, changes, warnings } = await lockProject(context, {
    ...options,
    isLocked: flags.check === true || options.isLocked === true,
    isUpgrade: flags.upgrade,
  })
  return {
    json: {
      path,
      python: lock.python,
      targets: Object.keys(lock.targets).sort(),
      changes,
      warnings,
    },
    text: changes.length === 0 ? `${path} is up to date` : [...changes, `Wrote ${path}`].join('\n'),
  }
}
