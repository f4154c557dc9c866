import { join } from 'node:path'

import type { Context } from '../context.ts'
import { PyEmbedError } from '../errors.ts'
import { ensureEntry, type LockedPrefix } from '../install/entry.ts'
import type { Lock } from '../lock/lock.ts'
import { prefixLayout } from '../platform/layout.ts'
import { hostTarget, parseTarget } from '../platform/target.ts'

/** A Python of this machine that runs pip for pyembed. */
export interface ToolPython {
  readonly executable: string
  /** Arguments that every start needs: isolated, and byte code outside the store. */
  readonly args: readonly string[]
}

/** What the tool Python of a lock is made of on this machine; undefined when there is none for it. */
export function toolPrefix({
  python,
  tool,
}: Pick<Lock, 'python' | 'tool'>): LockedPrefix | undefined {
  const target = hostTarget()
  const archive = tool[target]
  return archive === undefined ? undefined : { target, python, archive, packages: [], floors: {} }
}

/** The tool Python of a lock, installed from its archive if needed, without packages. */
export async function ensureToolPython(
  context: Context,
  { python, tool }: Pick<Lock, 'python' | 'tool'>,
): Promise<ToolPython> {
  const locked = toolPrefix({ python, tool })
  if (locked === undefined) {
    const target = hostTarget()
    throw new PyEmbedError(
      'PYEMBED_HOST_UNSUPPORTED',
      `build ${python.build} has no Python ${python.version} for this machine (\`${target}\`), which pip would run on`,
      { hint: 'Choose another `build` or `version`, or lock and fetch on another machine' },
    )
  }
  const entry = await ensureEntry(context, locked)
  const layout = prefixLayout({ target: parseTarget(locked.target), ...python })
  return {
    executable: join(entry.prefix, layout.executable),
    args: ['-I', '-X', `pycache_prefix=${join(context.env.cacheDir, 'pyc', entry.head.pin.id)}`],
  }
}
