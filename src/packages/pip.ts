import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

import type { Context } from '../context.ts'
import { fromSystemError, PyEmbedError } from '../errors.ts'
import { makeTemporaryDirectory, sweepTemporary } from '../fs/atomic.ts'
import { packageRoot } from '../fs/package-root.ts'
import type { PrefixKind } from '../platform/layout.ts'
import { interpreterTags, type PlatformFloors, platformTags } from '../platform/wheel-tags.ts'
import { run, type RunResult } from '../process/run.ts'
import { markerEnvironment } from './markers.ts'
import type { ToolPython } from './tool-python.ts'

/** What pip is asked to do for a target. */
export interface PipRequest {
  readonly command: 'resolve' | 'download'
  readonly requirements: readonly string[]
  readonly constraints: readonly string[]
  readonly kind: PrefixKind
  readonly floors: PlatformFloors
}

/**
 * Runs pip in the tool Python, as if on the target (python/pip_driver.py says how). `use` is given what it printed
 * and the folder of its results, on the file system of the cache; afterwards that is gone.
 * @throws PYEMBED_OFFLINE, PYEMBED_FILE_SYSTEM when the disk is full
 */
export async function runPip<T>(
  { env, emit, signal }: Context,
  tool: ToolPython,
  request: PipRequest,
  use: (result: RunResult, directory: string) => T | Promise<T>,
): Promise<T> {
  if (env.isOffline) {
    throw new PyEmbedError(
      'PYEMBED_OFFLINE',
      `pip must ${request.command} packages for \`${request.kind.target.triple}\` and the network is off`,
      {
        hint: 'Run `pyembed fetch` once with the network on, or without `--offline` and `PYEMBED_OFFLINE`',
      },
    )
  }
  const { kind, floors } = request
  const { pythonVersion, implementation, abis } = interpreterTags(kind)
  await sweepTemporary(env.cacheDir)
  const work = await makeTemporaryDirectory(join(env.cacheDir, 'pip'))
  const [inputs, directory] = [join(work, 'inputs'), join(work, 'results')]
  try {
    await mkdir(inputs)
    await mkdir(directory)
    const result = await run(
      tool.executable,
      [...tool.args, '-X', 'utf8', join(packageRoot(), 'python', 'pip_driver.py')],
      {
        // pip reads its own settings and those of TLS, proxy and keyring from here.
        env: env.variables,
        input: JSON.stringify({
          command: request.command,
          requirements: request.requirements,
          constraints: request.constraints,
          directory,
          inputs,
          python_version: pythonVersion,
          implementation,
          abis,
          platforms: platformTags(kind.target, floors),
          markers: markerEnvironment(kind),
        }),
        signal,
      },
    )
    if (result.stderr !== '') emit({ kind: 'detail', text: result.stderr })
    if (!result.isOk) throwWhenDiskIsFull(result.stderr)
    return await use(result, directory)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** For pip a full disk is one more reason why it could not download. */
function throwWhenDiskIsFull(stderr: string): void {
  const line = stderr.split('\n').find((text) => text.includes('[Errno 28]'))
  if (line === undefined) return
  const error = new Error(`pip has no space left: ${line.trim()}`)
  throw fromSystemError(Object.assign(error, { code: 'ENOSPC' })) ?? error
}
