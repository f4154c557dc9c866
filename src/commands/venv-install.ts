import { PyEmbedError } from '../errors.ts'
import { findApp } from '../project/venv-app.ts'
import { installInVenv } from '../venv/install.ts'
import { requireVenvName } from '../venv/names.ts'
import type { Step } from '../venv/record.ts'
import { editablesOf } from '../venv/pip-options.ts'
import { completeStep, readSteps } from '../venv/steps.ts'
import type { Run } from './command.ts'
import { appOptions, nameOf, venvJson, type VenvFlags } from './venv-options.ts'

interface Flags extends VenvFlags {
  readonly requirement?: string[]
  readonly editable?: string[]
  readonly indexUrl?: string
  readonly extraIndexUrl?: string[]
  readonly findLinks?: string[]
  readonly requireHashes?: boolean
  readonly upgrade?: boolean
  readonly pipOption?: string[]
  readonly steps?: string
}

export const run: Run<Flags> = async (context, flags) => {
  requireVenvName(nameOf(flags))
  const steps = readFlags(flags)
  const place = await findApp(context, appOptions(flags))
  const { venv, outcome, packages } = await installInVenv(context, place, nameOf(flags), steps)
  const installed = packages.map(({ name, version }) => `${name} ${version}`).join(', ')
  return {
    json: { ...venvJson(place, venv), outcome, packages },
    text:
      outcome === 'installed'
        ? `${venv.name} has ${installed}`
        : `${venv.name} is in use: what was installed is there when the programs that run in it have ended`,
  }
}

/** Steps of a file, then the one that the command line tells. */
function readFlags(flags: Flags): readonly Step[] {
  const fromFile = flags.steps === undefined ? [] : readSteps(flags.steps)
  const own = completeStep({
    requirements: flags.operands.slice(1),
    requirementFiles: flags.requirement,
    indexUrl: flags.indexUrl,
    extraIndexUrls: flags.extraIndexUrl,
    findLinks: flags.findLinks,
    requireHashes: flags.requireHashes,
    options: [
      ...(flags.upgrade === true ? ['--upgrade'] : []),
      ...(flags.editable ?? []).flatMap((path) => ['--editable', path]),
      ...(flags.pipOption ?? []),
    ],
  })
  const asked = [own.requirements, own.requirementFiles, editablesOf(own.options)]
  if (asked.some((list) => list.length > 0)) return [...fromFile, own]
  if (fromFile.length > 0) return fromFile
  throw new PyEmbedError('PYEMBED_USAGE', 'nothing says what to install', {
    hint: 'Run `pyembed venv install NAME PACKAGE`, or give `--requirement FILE`, `--editable FOLDER` or `--steps FILE`',
  })
}
