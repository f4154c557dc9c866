import { rm } from 'node:fs/promises'
import { join } from 'node:path'

import type { Context } from '../context.ts'
import { makeTemporaryDirectory, renameWithRetry, sweepTemporary } from '../fs/atomic.ts'
import { requireLinks } from '../fs/links.ts'
import { makeFolders } from '../fs/make-folders.ts'
import { takeAway } from '../fs/take-away.ts'
import { fillFramework } from './fill.ts'
import { isOurs, requireFree } from './former.ts'
import type { Framework, FrameworkRequest } from './framework.ts'
import { requireIdentifier } from './info-plist.ts'

/**
 * Makes a `Python.framework` of a prefix: what it is made of decides its bytes, and nothing else. It appears whole or
 * not at all, in the place of one that pyembed made before.
 * @throws PYEMBED_USAGE, PYEMBED_FRAMEWORK_UNFIT, PYEMBED_TOOL_PYTHON, PYEMBED_STORE_ENTRY_INVALID,
 *   PYEMBED_MACHO_*, PYEMBED_LINKS_REFUSED
 */
export async function createFramework(
  context: Context,
  request: FrameworkRequest,
): Promise<Framework> {
  requireIdentifier(request.identifier)
  const framework = join(request.output, 'Python.framework')
  requireFree(framework)
  makeFolders(request.output)
  await sweepTemporary(request.output, 'Python.framework')
  requireLinks(framework)
  const stage = await makeTemporaryDirectory(framework)
  context.emit({ kind: 'start', id: framework, text: `Making ${framework}` })
  try {
    const made = await fillFramework(context, request, stage)
    const old = await takeAway(framework, (taken) => Promise.resolve(!isOurs(taken)))
    await renameWithRetry(stage, framework)
    if (old !== undefined) await rm(old, { recursive: true, force: true })
    context.emit({ kind: 'end', id: framework, text: `Made ${framework}` })
    return { framework, version: request.kind.version, ...made }
  } finally {
    await rm(stage, { recursive: true, force: true })
  }
}
