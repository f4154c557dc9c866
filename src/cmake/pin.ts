import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { PyEmbedError } from '../errors.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { prefixLayout } from '../platform/layout.ts'
import { parseTarget } from '../platform/target.ts'
import type { StoreEntry } from '../store/entry.ts'
import { renderTemplate } from '../text/template.ts'
import { findMacosMinimum } from './macos-minimum.ts'

/** What the pins of a project are made from, beside store entries. */
export interface PinnedProject {
  readonly app: Manifest['app']
  readonly trim: Manifest['trim']
  /** The text of the manifest, and that of the lock. */
  readonly manifest: string
  readonly lock: string
}

export interface PinSource extends PinnedProject {
  /** The host's Python that compiles what this host cannot run; undefined where it can, or there is none. */
  readonly tool: string | undefined
}

/** The text of `pins/<target>.cmake` for a store entry. @throws PYEMBED_PATH_UNSUPPORTED */
export function renderPin(
  template: string,
  entry: StoreEntry,
  { app, trim, tool, manifest, lock }: PinSource,
): string {
  const { head, prefix, directory } = entry
  const target = parseTarget(head.target)
  const layout = prefixLayout({ ...head, target })
  const [major = '', minor = '', patch = ''] = head.version.split('.')
  const numpy = ['numpy/_core/include', 'numpy/core/include']
    .map((path) => `${layout.sitePackages}/${path}`)
    .find((path) => existsSync(join(prefix, path)))
  const macos = findMacosMinimum(prefix, target)

  const values = {
    PYEMBED_PIN_ID: head.pin.id,
    PYEMBED_TARGET: head.target,
    PYEMBED_MANIFEST_SHA256: hashText(manifest),
    PYEMBED_LOCK_SHA256: hashText(lock),
    PYEMBED_VERSION: head.version,
    PYEMBED_VERSION_MAJOR: major,
    PYEMBED_VERSION_MINOR: minor,
    PYEMBED_VERSION_PATCH: patch,
    PYEMBED_BUILD: head.build,
    PYEMBED_VARIANT: head.variant,
    PYEMBED_MACOS_MINIMUM: macos?.version ?? '',
    PYEMBED_MACOS_MINIMUM_FILE: macos?.file ?? '',
    PYEMBED_STORE_ENTRY: cmakePath(directory),
    PYEMBED_EXECUTABLE_REL: layout.executable,
    PYEMBED_LIBRARY_REL: layout.library,
    PYEMBED_IMPLIB_REL: layout.importLibrary ?? '',
    PYEMBED_SABI_LIBRARY_REL: layout.sabiImportLibrary ?? '',
    PYEMBED_INCLUDE_REL: layout.include,
    PYEMBED_STDLIB_REL: layout.stdlib,
    PYEMBED_SITELIB_REL: layout.sitePackages,
    PYEMBED_NumPy_INCLUDE_REL: numpy ?? '',
    PYEMBED_SOABI: layout.soabi,
    PYEMBED_APP_NAME: app.name,
    PYEMBED_APP_ID: app.id ?? '',
    PYEMBED_TRIM: trim.join(';'),
    PYEMBED_TOOL_EXECUTABLE: tool === undefined ? '' : cmakePath(tool),
  }
  return renderTemplate(
    template,
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, escapeArgument(value)])),
  )
}

/** As CMake's `file(SHA256)` sees the file, whatever its lines end with. */
function hashText(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** For a quoted argument (cmake-language(7), "Quoted Argument"). */
export function escapeArgument(value: string): string {
  return value.replaceAll(/["\\$]/g, String.raw`\$&`)
}

function cmakePath(path: string): string {
  const slashed = process.platform === 'win32' ? path.replaceAll('\\', '/') : path
  const offender = /[;\\\n]/.exec(slashed)?.[0]
  if (offender === undefined) return slashed
  throw new PyEmbedError(
    'PYEMBED_PATH_UNSUPPORTED',
    `CMake cannot work with \`${JSON.stringify(offender)}\` in \`${path}\``,
    {
      hint: 'Set `PYEMBED_DATA_DIR` to a folder without `;`, `\\` and newlines in its path',
    },
  )
}
