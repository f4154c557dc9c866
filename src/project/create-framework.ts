import { realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

import type { Context } from '../context.ts'
import { PyEmbedError, systemErrorCode } from '../errors.ts'
import { createFramework } from '../framework/create.ts'
import type { Framework } from '../framework/framework.ts'
import type { Inventory } from '../fs/inventory.ts'
import { readTextIfThere } from '../fs/read-text.ts'
import { prefixLayout } from '../platform/layout.ts'
import { hostTarget, parseTarget } from '../platform/target.ts'
import { type EntryHead, readEntry, readInventory, type StoreEntry } from '../store/entry.ts'
import { listStore } from '../store/list.ts'
import { entryDirectory } from '../store/paths.ts'

export interface FrameworkOptions {
  /** The prefix of a store entry, or a build Python. */
  readonly prefix: string
  /** The folder that gets `Python.framework`. */
  readonly output: string
  /** `CFBundleIdentifier`; python.org’s by default. */
  readonly identifier?: string | undefined
  /** A list of files of the prefix, one path a line, to make it of those only. Default: all. */
  readonly files?: string | undefined
  /** A Python of the same version that runs here. Default: one of the store. */
  readonly python?: string | undefined
  /** A folder that keeps byte code for the next time. */
  readonly byteCode?: string | undefined
}

/** Makes a `Python.framework` of a prefix that pyembed installed. @throws as {@link createFramework} does */
export async function makeFramework(
  context: Context,
  options: FrameworkOptions,
): Promise<Framework> {
  const entry = await findEntry(options.prefix)
  const { head } = entry
  const target = parseTarget(head.target)
  if (target.os !== 'macos') {
    throw unfit(options.prefix, `is for \`${head.target}\`, and only macOS has frameworks`)
  }
  return createFramework(context, {
    prefix: entry.prefix,
    inventory: listedFiles(await readInventory(entry), options),
    kind: { target, version: head.version, variant: head.variant },
    pinId: head.pin.id,
    python: options.python ?? (await findToolPython(context, entry)),
    byteCode: options.byteCode === undefined ? undefined : resolve(options.byteCode),
    output: resolve(options.output),
    identifier: options.identifier ?? 'org.python.python',
  })
}

/** The part of an inventory that a list names, as an app leaves out what it goes without. */
function listedFiles(inventory: Inventory, { prefix, files }: FrameworkOptions): Inventory {
  if (files === undefined) return inventory
  const text = readTextIfThere(files)
  if (text === undefined) {
    throw new PyEmbedError('PYEMBED_USAGE', `\`${files}\` cannot be read`, {
      hint: 'Write into it the paths of files, one a line, relative to the prefix',
    })
  }
  const listed = new Set(text.split(/\r?\n/).filter((line) => line !== ''))
  const unknown = [...listed].find((path) => !inventory.has(path))
  if (unknown !== undefined) throw unfit(prefix, `has no \`${unknown}\`, which \`${files}\` lists`)
  return new Map([...inventory].filter(([path]) => listed.has(path)))
}

/** A store entry by its prefix; or the entry that a build Python was copied from, with that as its prefix. */
async function findEntry(path: string): Promise<StoreEntry> {
  const prefix = realFolder(path)
  const places = [...(basename(prefix) === 'prefix' ? [dirname(prefix)] : []), `${prefix}.pyembed`]
  for (const directory of places) {
    const entry = await readEntry(directory)
    if (entry !== undefined) return { ...entry, prefix }
  }
  throw unfit(path, 'has no inventory: pyembed did not install it')
}

function realFolder(path: string): string {
  try {
    return realpathSync.native(path)
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '')) throw error
    throw unfit(path, 'is not there')
  }
}

/** A Python of this machine and of the same build, of the store in which the prefix is or of the user’s. */
async function findToolPython({ env }: Context, entry: StoreEntry): Promise<string> {
  const { head, prefix } = entry
  const host = hostTarget()
  for (const dataDir of [dirname(dirname(dirname(prefix))), env.dataDir]) {
    for (const pinId of await listStore(dataDir)) {
      const found = pinId.startsWith(`cpython-${head.version}+${head.build}-${host}`)
        ? await readEntry(entryDirectory(dataDir, pinId))
        : undefined
      if (found !== undefined && isSamePython(found.head, head, host)) {
        return join(
          found.prefix,
          prefixLayout({ ...found.head, target: parseTarget(host) }).executable,
        )
      }
    }
  }
  throw new PyEmbedError(
    'PYEMBED_TOOL_PYTHON',
    `the store has no Python ${head.version} of build ${head.build} for this machine (\`${host}\`)`,
    {
      hint: `Run \`pyembed sync --target ${head.target}\` in the project, which installs it; or name one with \`--python\``,
    },
  )
}

function isSamePython(
  found: EntryHead,
  { version, build, variant }: EntryHead,
  host: string,
): boolean {
  return (
    found.target === host &&
    found.version === version &&
    found.build === build &&
    found.variant === variant
  )
}

function unfit(prefix: string, reason: string): PyEmbedError {
  return new PyEmbedError('PYEMBED_FRAMEWORK_UNFIT', `\`${prefix}\` ${reason}`, {
    hint: 'Name the `prefix` that `pyembed sync --target aarch64-apple-darwin` prints, or the `python` folder of a build for macOS',
  })
}
