import { constants } from 'node:os'
import { spawn } from 'node:child_process'
import { delimiter, join, sep } from 'node:path'

import type { Context } from '../context.ts'
import { PyEmbedError, systemErrorCode } from '../errors.ts'
import { storeDirectory } from '../store/paths.ts'
import { joinPath } from './data-home.ts'
import { findCommand } from './find-command.ts'
import { venvCommand } from './hint.ts'
import { venvLayout } from './layout.ts'
import { lockVenv, type VenvLock } from './lock.ts'
import { requireVenv } from './open.ts'
import type { Venv } from './look.ts'
import type { AppPlace } from './place.ts'

/** What another Python left in the environment. */
const foreign =
  /^(?:PYTHONHOME|PYTHONPATH|PYTHONSTARTUP|PYTHONEXECUTABLE|__PYVENV_LAUNCHER__|CONDA_.*)$/i

type Variables = Readonly<Record<string, string | undefined>>

const attempts = 10

/** Who removes the last environment of an app removes the folder with its lock, too. @throws as `requireVenv` */
async function lockToRun(context: Context, place: AppPlace, name: string): Promise<VenvLock> {
  for (let attempt = 1; ; attempt++) {
    await requireVenv(context, place, name)
    try {
      return await lockVenv(context, { ...place, name }, 'run')
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT' || attempt === attempts) throw error
    }
  }
}

/** Runs a program in an environment, which nobody may change meanwhile. @returns its exit code */
export async function runInVenv(
  context: Context,
  place: AppPlace,
  name: string,
  [command = 'python', ...args]: readonly string[],
): Promise<number> {
  const lock = await lockToRun(context, place, name)
  try {
    // While it waited, somebody may have removed it.
    const venv = await requireVenv(context, place, name)
    const scripts = scriptsOf(place, venv)
    const env = {
      ...byteCodePlace(context, place),
      ...venvEnvironment(context.env.variables, venv.path, scripts),
    }
    // It keeps the lock when this process is killed: the lock is the descriptor's.
    const more = lock.descriptor === undefined ? [] : [lock.descriptor]
    const [program, ...given] = findProgram(command, scripts, venv.python)
    if (scripts.includes(delimiter)) {
      const text = `\`${scripts}\` cannot be in \`PATH\`, for it has a \`${delimiter}\`: programs that are looked for there are others`
      context.emit({ kind: 'warning', text })
    }
    const child = spawn(program, [...given, ...args], {
      env,
      stdio: ['inherit', 'inherit', 'inherit', ...more],
    })
    const forward = (): void => void child.kill('SIGTERM')
    context.signal?.addEventListener('abort', forward)
    try {
      return await new Promise((resolve, reject) => {
        child.once('error', reject)
        child.once('exit', (code, signal) =>
          resolve(code ?? 128 + (constants.signals[signal ?? 'SIGTERM'] ?? 0)),
        )
      })
    } finally {
      context.signal?.removeEventListener('abort', forward)
    }
  } catch (error) {
    if (!['ENOENT', 'EACCES'].includes(systemErrorCode(error) ?? '')) throw error
    throw new PyEmbedError(
      'PYEMBED_USAGE',
      `\`${command}\` cannot be started: there is no such program`,
      {
        hint: `Run \`${venvCommand(place, 'install', name, 'PACKAGE')}\` if a package brings it`,
      },
    )
  } finally {
    lock.release()
  }
}

/** pip is the base's, and has no script in a new environment: that of another Python is not meant. */
function findProgram(
  command: string,
  scripts: string,
  python: string,
): readonly [string, ...string[]] {
  const found = findCommand(command, scripts)
  return found === command && /^pip3?$/.test(command) ? [python, '-m', 'pip'] : [found]
}

/** A store entry has no byte code, and should get none; a deployed Python has its own. */
function byteCodePlace({ env }: Context, { base }: AppPlace): Variables {
  const isStored = base.pinId !== '' && base.prefix.startsWith(storeDirectory(env.dataDir) + sep)
  return isStored ? { PYTHONPYCACHEPREFIX: join(env.cacheDir, 'pyc', base.pinId) } : {}
}

/** The variables of a program that runs in an environment. */
export function venvEnvironment(variables: Variables, path: string, scripts: string): Variables {
  const kept = Object.entries(variables).filter(([name]) => !foreign.test(name))
  const before = kept.find(([name]) => name.toUpperCase() === 'PATH')?.[1] ?? ''
  // What holds the separator cannot be in PATH.
  const search = scripts.includes(delimiter)
    ? before
    : [scripts, before].filter((part) => part !== '').join(delimiter)
  const others = kept.filter(([name]) => name.toUpperCase() !== 'PATH')
  return { ...Object.fromEntries(others), PATH: search, VIRTUAL_ENV: path, PYTHONNOUSERSITE: '1' }
}

function scriptsOf({ system }: AppPlace, { path, record }: Venv): string {
  return joinPath(system, path, venvLayout(system, record.abi, record.base.executable).scripts)
}
