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

export interface ByteCodeRequest {
  readonly folder: string
  readonly output: string
  /** Relative to the folder. */
  readonly sources: readonly string[]
}

/**
 * Compiles the `sources` of a folder, each into the `__pycache__` that would be beside it in `output`. What is there of
 * the same source stays. Unchecked-hash (PEP 552): Python takes it for right whatever the times of the sources are, so no
 * import ever writes into what is sealed. Those that are no Python of this version have none.
 * @returns what was compiled, relative to `output`. @throws PYEMBED_TOOL_PYTHON
 */
export async function compileByteCode(
  { env, signal }: Pick<Context, 'env' | 'signal'>,
  compiler: ByteCompiler,
  { folder, output, sources }: ByteCodeRequest,
): Promise<readonly string[]> {
  const options = { env: byteCodeEnvironment(env.variables), signal }
  // One process: each takes 50 MB. It looks at its own version: another one to ask takes 13 MB.
  const args = ['-S', '-s', '-P', script(), folder, output, '-', versionOf(compiler)]
  const input = sources.map((name) => `${name}\n`).join('')
  const result = await run(compiler.executable, args, { ...options, input }).catch(() => undefined)
  signal?.throwIfAborted()
  const [said, ...compiled] = result?.stdout.split('\n') ?? []
  if (result?.isOk === true && said === versionOf(compiler)) return compiled.sort(compareText)
  await requireVersion(compiler, options)
  throw unfit(compiler, `could not compile: ${result?.reason}\n${result?.stderr}`)
}

function script(): string {
  return join(packageRoot(), 'cmake', 'modules', 'compile_bytecode.py')
}

/** As compile_bytecode.py says its own. */
function versionOf({ version, variant }: ByteCompiler): string {
  const numbers = /^\d+\.\d+\.\d+/.exec(version)?.[0] ?? version
  return variant === 'freethreaded' ? `${numbers}t` : numbers
}

/** Of any Python 3, also of those that do not know the options above. */
const question = `import sys
print("%d.%d.%d" % sys.version_info[:3] + ("t" if "free-threading" in sys.version else ""))`

async function requireVersion(
  compiler: ByteCompiler,
  options: Parameters<typeof run>[2],
): Promise<void> {
  const args = ['-I', '-B', '-S', '-c', question]
  const answer = await run(compiler.executable, args, options).catch(() => undefined)
  const found = answer?.isOk === true ? answer.stdout.trim() : ''
  if (found === '') throw unfit(compiler, 'does not run')
  if (found === versionOf(compiler)) return
  const [numbers] = found.split('t')
  throw unfit(compiler, `is Python ${numbers}${found.endsWith('t') ? ', free-threaded' : ''}`)
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
