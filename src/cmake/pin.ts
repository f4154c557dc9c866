import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { PyEmbedError } from '../errors.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { prefixLayout } from '../platform/layout.ts'
import { parseTarget } from '../platform/target.ts'
import type { StoreEntry } from '../store/entry.ts'
import { renderTemplate } from '../text/template.ts'

/** What a pin says beside its store entry. */
export interface PinProject {
  readonly app: Manifest['app']
  readonly trim: Manifest['trim']
  /** The host's Python that compiles what this host cannot run; undefined where it can, or there is none. */
  readonly tool: string | undefined
}

/** The text of `pins/<target>.cmake` for a store entry. @throws PYEMBED_PATH_UNSUPPORTED */
export function renderPin(
  template: string,
  entry: StoreEntry,
  { app, trim, tool }: PinProject,
): string {
  const { head, prefix, directory } = entry
  const layout = prefixLayout({ ...head, target: parseTarget(head.target) })
  const [major = '', minor = '', patch = ''] = head.version.split('.')
  const numpy = ['numpy/_core/include', 'numpy/core/include']
    .map((path) => `${layout.sitePackages}/${path}`)
    .find((path) => existsSync(join(prefix, path)))

  const values = {
    PYEMBED_PIN_ID: head.pin.id,
    PYEMBED_INPUTS_SHA256: head.pin.sha256,
    PYEMBED_TARGET: head.target,
    PYEMBED_VERSION: head.version,
    PYEMBED_VERSION_MAJOR: major,
    PYEMBED_VERSION_MINOR: minor,
    PYEMBED_VERSION_PATCH: patch,
    PYEMBED_BUILD: head.build,
    PYEMBED_VARIANT: head.variant,
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

/** For a quoted argument (cmake-language(7), "Quoted Argument"). */
function escapeArgument(value: string): string {
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
