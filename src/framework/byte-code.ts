import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Context } from '../context.ts'
import { PyEmbedError } from '../errors.ts'
import { packageRoot } from '../fs/package-root.ts'
import type { Variant } from '../platform/layout.ts'
import { run } from '../process/run.ts'
import { compareText } from '../text/json.ts'

/** A Python that runs on this machine. */
export interface ByteCompiler {
  readonly executable: string
  /** Of the Python that will import the byte code, which other ones would make otherwise. */
  readonly version: string
  readonly variant: Variant
}

/**
 * Compiles the `sources` below `prefix` into the new folder `work`. Unchecked-hash (PEP 552): Python takes it for right
 * whatever the times of the sources are, so no import ever writes into what is sealed. Those that are no Python of this
 * version have none.
 * @returns what was compiled, relative to `work`. @throws PYEMBED_TOOL_PYTHON
 */
export async function compileByteCode(
  { env, signal }: Context,
  compiler: ByteCompiler,
  { prefix, work, sources }: { prefix: string; work: string; sources: readonly string[] },
): Promise<readonly string[]> {
  const options = { env: byteCodeEnvironment(env.variables), signal }
  await requireVersion(compiler, options)
  mkdirSync(work)
  const list = join(work, 'sources.txt')
  writeFileSync(list, sources.map((name) => `${name}\n`).join(''))
  // One process: each takes 50 MB.
  const args = ['-S', '-s', '-P', script(), prefix, work, list]
  const { isOk, stdout, stderr, reason } = await run(compiler.executable, args, options)
  if (!isOk) throw unfit(compiler, `could not compile: ${reason}\n${stderr}`)
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .sort(compareText)
}

function script(): string {
  return join(packageRoot(), 'cmake', 'modules', 'compile_bytecode.py')
}

const question = `import sys
print("%d.%d.%d" % sys.version_info[:3], "free-threading" in sys.version)`

async function requireVersion(
  compiler: ByteCompiler,
  options: Parameters<typeof run>[2],
): Promise<void> {
  const { executable, version, variant } = compiler
  const answer = await run(executable, ['-I', '-B', '-S', '-c', question], options).catch(
    () => undefined,
  )
  if (answer?.isOk !== true) throw unfit(compiler, 'does not run')
  const [found = '', isFreeThreaded] = answer.stdout.trim().split(' ')
  const numbers = /^\d+\.\d+\.\d+/.exec(version)?.[0]
  if (found === numbers && (isFreeThreaded === 'True') === (variant === 'freethreaded')) return
  throw unfit(compiler, `is Python ${found}${isFreeThreaded === 'True' ? ', free-threaded' : ''}`)
}

/** What steers a Python is kept away from it, and what byte code depends on is fixed. */
function byteCodeEnvironment(variables: Context['env']['variables']): Context['env']['variables'] {
  const kept = Object.entries(variables).filter(
    ([name]) => !/^(?:PYTHON|__PYVENV|LD_|DYLD_)/i.test(name),
  )
  return { ...Object.fromEntries(kept), PYTHONHASHSEED: '0', PYTHONDONTWRITEBYTECODE: '1' }
}

function unfit({ executable, version, variant }: ByteCompiler, reason: string): PyEmbedError {
  const wanted = `${version}${variant === 'freethreaded' ? ', free-threaded,' : ''}`
  return new PyEmbedError('PYEMBED_TOOL_PYTHON', `\`${executable}\` ${reason}`, {
    hint: `Name a Python ${wanted} of this machine with \`--python\`; \`pyembed sync\` for the target installs one`,
  })
}
