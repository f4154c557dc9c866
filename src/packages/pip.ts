import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Context } from '../context.ts'
import { fromSystemError, PyEmbedError } from '../errors.ts'
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
  /** Empty; pip's results are put there. */
  readonly directory: string
}

/**
 * Runs pip in the tool Python, as if on the target (python/pip_driver.py says how).
 * @throws PYEMBED_OFFLINE, PYEMBED_FILE_SYSTEM when the disk is full
 */
export async function runPip(
  { env, emit, signal }: Context,
  tool: ToolPython,
  request: PipRequest,
): Promise<RunResult> {
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
  const inputs = await mkdtemp(join(tmpdir(), 'pyembed-pip-'))
  try {
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
          directory: request.directory,
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
    return result
  } finally {
    await rm(inputs, { recursive: true, force: true })
  }
}

/** For pip a full disk is one more reason why it could not download. */
function throwWhenDiskIsFull(stderr: string): void {
  const line = stderr.split('\n').find((text) => text.includes('[Errno 28]'))
  if (line === undefined) return
  const error = new Error(`pip has no space left: ${line.trim()}`)
  throw fromSystemError(Object.assign(error, { code: 'ENOSPC' })) ?? error
}
