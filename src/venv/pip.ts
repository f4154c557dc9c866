import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import type { Context } from '../context.ts'
import { PyEmbedError } from '../errors.ts'
import { packageRoot } from '../fs/package-root.ts'
import { run } from '../process/run.ts'
import type { AppPlace } from './place.ts'
import { fileIn } from './data-home.ts'
import { hiddenModules } from './hidden.ts'
import { venvCommand } from './hint.ts'
import { venvLayout } from './layout.ts'
import type { VenvLock } from './lock.ts'
import { baseConstraints, baseSitePackages, hasByteCode, hasPip } from './packages.ts'
import type { Step, VenvRecord } from './record.ts'
import { editablesOf, requireInside } from './pip-options.ts'
import { pipArguments, withoutSecrets, withoutUsers, writeInput } from './steps.ts'

/** What steers a Python or pip and is not the user's network. */
const steering = /^(?:PYTHON|CONDA|VIRTUAL_ENV|__PYVENV_LAUNCHER__)/i

export interface PipPlace {
  /** The environment, or its copy. */
  readonly path: string
  /** For inputs of pip; is made and removed. */
  readonly work: string
  readonly record: VenvRecord
  /** Of the environment: pip keeps it when this process is killed, for it still writes then. */
  readonly lock: VenvLock
}

/** Runs the base's pip in an environment, a step after the other. @throws PYEMBED_VENV_INSTALL_FAILED */
export async function runSteps(
  context: Context,
  place: AppPlace,
  { path, work, record, lock }: PipPlace,
  steps: readonly Step[],
): Promise<void> {
  for (const step of steps) requireInside(step, record.name, place.flags)
  const base = baseSitePackages(place, record.base)
  if (!hasPip(base)) {
    throw new PyEmbedError(
      'PYEMBED_VENV_INSTALL_FAILED',
      `the app’s Python has no pip in \`${base}\``,
      {
        hint: 'Ship the app with pip: do not leave it out when the app is deployed',
      },
    )
  }
  const layout = venvLayout(place.system, record.abi, record.base.executable)
  const executable = fileIn(place.system, path, layout.python)
  mkdirSync(work, { mode: 0o700 })
  try {
    const constraints = record.inherit === 'base' ? baseConstraints(base) : ''
    const common = [
      '--disable-pip-version-check',
      '--no-input',
      '--progress-bar=off',
      '--no-compile',
      '--no-warn-script-location',
      '--root-user-action=ignore',
      ...(context.env.isOffline ? ['--no-index'] : []),
      '--constraint',
      writeInput(work, 'constraints.txt', constraints),
    ]
    const sitePackages = fileIn(place.system, path, layout.sitePackages)
    const hidden = (): readonly string[] =>
      record.inherit === 'base' ? hiddenModules(base, sitePackages) : []
    const known = new Set(hidden())
    for (const [index, step] of steps.entries()) {
      const what = describeStep(step, index, steps.length)
      const words = ['install', ...common, ...pipArguments(step, work, context.env.isOffline)]
      // The arguments of a process are everybody's to read.
      const file = writeInput(work, 'arguments.json', JSON.stringify(words))
      const args = [...starts(context, place, base), file]
      const end = (result: string): void =>
        context.emit({ kind: 'end', id: idOf(record), text: `${result} ${what}` })
      try {
        await runStep(context, { place, record, executable, lock }, what, args)
        const other = hidden().filter((module) => !known.has(module))
        if (other.length > 0) throw hidesBase(place, record, what, other)
        end('Installed')
      } catch (error) {
        if (error instanceof PyEmbedError) end('Could not install')
        throw error
      }
    }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

function starts(
  { env }: Context,
  { base, key }: AppPlace,
  sitePackages: string,
): readonly string[] {
  const byteCode = `pycache_prefix=${join(env.cacheDir, 'pyc', base.pinId || key)}`
  const driver = join(packageRoot(), 'python', 'venv_pip.py')
  const place = hasByteCode(sitePackages) ? [] : ['-X', byteCode]
  return ['-I', '-X', 'utf8', ...place, driver, sitePackages]
}

async function runStep(
  { env, emit, signal }: Context,
  {
    place,
    record,
    executable,
    lock,
  }: { place: AppPlace; record: VenvRecord; executable: string; lock: VenvLock },
  what: string,
  args: readonly string[],
): Promise<void> {
  const id = idOf(record)
  emit({ kind: 'start', id, text: `Installing ${what}` })
  const result = await run(executable, args, {
    env: Object.fromEntries(Object.entries(env.variables).filter(([key]) => !steering.test(key))),
    signal,
    inherited: lock.descriptor,
    onLine: (said) => {
      const line = withoutUsers(said)
      emit({ kind: 'detail', text: line })
      if (/^\s*(?:Collecting|Downloading|Building|Installing|Using)\b/.test(line))
        emit({ kind: 'start', id, text: line.trim() })
    },
  })
  const stderr = withoutUsers(result.stderr)
  if (stderr !== '') emit({ kind: 'detail', text: stderr })
  if (result.isOk) return
  const errors = stderr.split('\n').filter((line) => line.startsWith('ERROR: '))
  // Of options that it does not take it says so in its last line, without that mark.
  const last = stderr.trimEnd().split('\n').at(-1) ?? ''
  const reason =
    errors.map((line) => line.slice('ERROR: '.length)).join('; ') ||
    [result.reason, last].filter((text) => text !== '').join(': ')
  const isBase = record.inherit === 'base' && /constraint|conflict/i.test(stderr)
  throw new PyEmbedError(
    'PYEMBED_VENV_INSTALL_FAILED',
    `pip could not install ${what}: ${reason}`,
    {
      hint: isBase
        ? ownEnvironmentHint(place, record.name)
        : 'The environment is as it was. `--verbose` shows all that pip says',
    },
  )
}

function idOf({ name }: VenvRecord): string {
  return `venv ${name}`
}

/** No constraint keeps a package of another name from bringing the same module. */
function hidesBase(
  place: AppPlace,
  { name }: VenvRecord,
  what: string,
  modules: readonly string[],
): PyEmbedError {
  const names = modules.map((module) => `\`${module}\``).join(', ')
  return new PyEmbedError(
    'PYEMBED_VENV_INSTALL_FAILED',
    `${what} would hide what the app’s packages bring: ${names}`,
    { hint: ownEnvironmentHint(place, name) },
  )
}

function ownEnvironmentHint({ flags }: AppPlace, name: string): string {
  const command = venvCommand({ flags: { '--inherit': 'none', ...flags } }, 'create', 'OTHER')
  return `\`${name}\` has the packages of the app, whose versions stay as they are; an environment of its own has none: \`${command}\``
}

function describeStep(step: Step, index: number, count: number): string {
  const { requirements, requirementFiles, options } = withoutSecrets(step)
  const files = requirementFiles.map(({ name }) => name)
  const what = [...requirements, ...files, ...editablesOf(options)].join(', ') || 'nothing'
  return count === 1 ? what : `${what} (step ${index + 1} of ${count})`
}
