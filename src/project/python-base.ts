import { existsSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'

import type { Context } from '../context.ts'
import { PyEmbedError, systemErrorCode } from '../errors.ts'
import { run } from '../process/run.ts'
import { abiTag, type Base } from '../venv/app.ts'

const program = `import json, sys, sysconfig
print(json.dumps([sys.base_prefix, "%d.%d.%d" % sys.version_info[:3], sysconfig.get_config_var("Py_GIL_DISABLED") or 0]))`

/** A Python that somebody names, by its executable or prefix; it is asked what it is. @throws PYEMBED_APP_UNKNOWN */
export async function findPythonBase(
  { env, signal }: Context,
  path: string,
): Promise<Base & { readonly abi: string }> {
  const executable = findExecutable(path)
  const { isOk, stdout, reason } = await run(executable, ['-I', '-B', '-S', '-c', program], {
    env: env.variables,
    signal,
  }).catch(() => ({ isOk: false, stdout: '', reason: 'it cannot be started' }))
  if (!isOk) throw unknown(path, `\`${executable}\` does not run: ${reason}`)
  const [found, version, isFreeThreaded] = JSON.parse(stdout) as [string, string, number]
  const prefix = realpathSync.native(found)
  const abi = abiTag({ version, pinId: isFreeThreaded === 1 ? '-freethreaded' : '' })
  const own = join(
    prefix,
    process.platform === 'win32' ? 'python.exe' : `bin/python3.${abi.slice('cp3'.length)}`,
  )
  return {
    abi,
    executable: existsSync(own) ? own : realpathSync.native(executable),
    prefix,
    version,
    pinId: '',
  }
}

function findExecutable(path: string): string {
  try {
    const real = realpathSync.native(path)
    if (!statSync(real).isDirectory()) return real
    const inside = ['bin/python3', 'bin/python', 'python.exe']
      .map((name) => join(real, name))
      .find(existsSync)
    if (inside !== undefined) return inside
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '')) throw error
    throw unknown(path, 'it is not there')
  }
  throw unknown(path, 'it has no interpreter')
}

function unknown(path: string, reason: string): PyEmbedError {
  return new PyEmbedError('PYEMBED_APP_UNKNOWN', `\`${path}\` is no Python: ${reason}`, {
    hint: 'Name the interpreter or the prefix of the app’s Python with `--python`',
  })
}
