import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'

import { PyEmbedError, systemErrorCode } from '../errors.ts'
import { packageRoot } from '../fs/package-root.ts'
import { manifestName } from '../manifest/manifest.ts'
import { parseManifest } from '../manifest/read.ts'
import { hostTarget } from '../platform/target.ts'
import { renderTemplate } from '../text/template.ts'
import { readTextIfThere } from '../fs/read-text.ts'

export interface InitOptions {
  /** Default: the working directory. */
  readonly project?: string | undefined
  /** Default: the folder's name. */
  readonly name?: string | undefined
  /** Minor or exact version; default 3.14. */
  readonly version?: string | undefined
}

export interface InitResult {
  readonly manifest: string
  /** Files that were written or changed. */
  readonly written: readonly string[]
}

/** Writes a manifest and ignores `.pyembed/` in git. @throws PYEMBED_MANIFEST_EXISTS, PYEMBED_MANIFEST_WRONG_VALUE */
export async function initProject(options: InitOptions = {}): Promise<InitResult> {
  const directory = resolve(options.project ?? '.')
  const manifest = join(directory, manifestName)
  const template = await readFile(
    join(packageRoot(), 'templates', 'app', 'pyembed.toml.in'),
    'utf8',
  )
  const text = renderTemplate(template, {
    // A JSON string is a TOML basic string.
    NAME: JSON.stringify(options.name ?? basename(directory)),
    VERSION: JSON.stringify(options.version ?? '3.14'),
    TARGET: JSON.stringify(hostTarget()),
  })
  parseManifest(text, manifest)
  try {
    await writeFile(manifest, text, { flag: 'wx' })
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error
    throw new PyEmbedError(
      'PYEMBED_MANIFEST_EXISTS',
      `there is a manifest at \`${manifest}\` already`,
      {
        hint: 'Edit it, then run `pyembed sync`',
      },
    )
  }
  const ignore = join(directory, '.gitignore')
  const isIgnored = await addLine(ignore, '.pyembed/')
  return { manifest, written: isIgnored ? [manifest, ignore] : [manifest] }
}

/** Appends, so that what is there stays as it is, whatever its encoding. */
async function addLine(path: string, line: string): Promise<boolean> {
  const text = readTextIfThere(path) ?? ''
  if (text.split(/\r?\n/).some((known) => known.trim() === line)) return false
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const separator = text === '' || text.endsWith('\n') ? '' : newline
  await appendFile(path, `${separator}${line}${newline}`)
  return true
}
