import { posix } from 'node:path'
import { setImmediate } from 'node:timers/promises'

import { allDone } from '../process/all-done.ts'
import { createEntryPolicy } from '../archive/policy.ts'
import { openZip, type Zip, type ZipFile } from '../archive/zip.ts'
import { PyEmbedError } from '../errors.ts'
import { type FileRecord, recordFile } from '../fs/inventory.ts'
import type { TreeWriter } from '../fs/tree-writer.ts'
import { type PrefixKind, prefixLayout, type PrefixLayout } from '../platform/layout.ts'
import { normalizeName } from '../text/package-name.ts'
import { type Command, entryPointCommands, installCommands, type Put } from './commands.ts'
import { damagedCacheFile } from './damaged.ts'
import { parseEntryPoints } from './entry-points.ts'
import { formatRecord, parseRecord, recordLine, type RecordLine } from './record.ts'
import { pythonScript } from './scripts.ts'

/** A wheel file to install. */
export interface WheelFile {
  readonly path: string
  /** `numpy-2.5.5-cp314-cp314-manylinux_2_28_x86_64.whl` */
  readonly name: string
  readonly sha256: string
}

/**
 * Installs a wheel into a prefix that this process is writing, for any target (docs/wheel-install.md; PyPA
 * binary distribution format), after its hash was checked.
 * @throws PYEMBED_WHEEL_INVALID, PYEMBED_PACKAGE_CONFLICT, PYEMBED_ARCHIVE_*
 */
/** Stands for the scripts folder when names are judged: what lies there comes from no file of the wheel. */
const commandFolder = '.pyembed-commands'

export async function installWheel(
  wheel: WheelFile,
  writer: TreeWriter,
  kind: PrefixKind,
  /** A tree that holds pip, whose launchers Windows commands are made of. */
  pipRoot: string,
): Promise<void> {
  const layout = prefixLayout(kind)
  const found = recordFile(wheel.path, Buffer.allocUnsafe(1024 * 1024)).sha256
  if (found !== wheel.sha256) throw damagedCacheFile(wheel, found)

  using zip = await openZip(wheel.path, wheel.name)
  const { distInfo, distribution } = inspectWheel(zip, wheel.name)
  const declared = readDeclared(zip, distInfo)
  const policy = createEntryPolicy(wheel.name)
  const lines: RecordLine[] = []

  const remember = (path: string, record: FileRecord): RecordLine => {
    const line = recordLine(posix.relative(layout.sitePackages, path), record)
    lines.push(line)
    return line
  }
  const put: Put = (path, mode, content) => remember(path, writer.writeFile(path, mode, [content]))
  const compare = ({ hash }: RecordLine, file: ZipFile): void => {
    const wanted = declared.get(file.path)
    // Another algorithm is as good: the whole file's hash, from the lock, has decided already.
    if (hash === wanted || /^sha(?:384|512)=/.test(wanted ?? '')) return
    throw invalid(wheel.name, `its RECORD says another hash for \`${file.path}\``)
  }
  const commands: Command[] = []
  const placeSmall = (file: ZipFile): void => {
    const { path, isScript } = destination(file.path, distInfo, layout)
    const content = file.read()
    const script = isScript ? pythonScript(content) : undefined
    if (script === undefined) compare(put(path, isScript ? '0755' : file.mode, content), file)
    else commands.push({ ...script, name: posix.basename(path) })
  }
  const placeLarge = async (file: ZipFile): Promise<void> => {
    const { path, isScript } = destination(file.path, distInfo, layout)
    const output = writer.openFile(path, isScript ? '0755' : file.mode)
    for await (const piece of file.pieces()) {
      output.write(piece)
      await writer.drain()
    }
    compare(remember(path, output.close()), file)
  }
  const files = zip.files.filter(({ path }) => {
    policy.acceptFile(path)
    return ![`${distInfo}/RECORD`, `${distInfo}/RECORD.jws`, `${distInfo}/RECORD.p7s`].includes(
      path,
    )
  })
  await placeFiles(files, placeSmall, placeLarge)
  await writer.finish()
  const entryPoints = zip.files.find((file) => file.path === `${distInfo}/entry_points.txt`)
  const place = { distribution, kind, layout, root: pipRoot }
  const declaredCommands = parseEntryPoints(entryPoints?.read().toString() ?? '')
  const allCommands = [...commands, ...entryPointCommands(declaredCommands, place)]
  for (const { name } of allCommands) {
    if (/[/\\]/.test(name)) throw invalid(wheel.name, `its command \`${name}\` is no file name`)
    policy.acceptFile(`${commandFolder}/${name}`)
  }
  await installCommands(allCommands, place, put)
  const folder = `${layout.sitePackages}/${distInfo}`
  put(`${folder}/INSTALLER`, '0644', Buffer.from('pyembed\n'))
  const own = { path: posix.relative(layout.sitePackages, `${folder}/RECORD`), hash: '', size: '' }
  writer.writeFile(`${folder}/RECORD`, '0644', [Buffer.from(formatRecord([...lines, own]))])
}

function isLarge({ size }: ZipFile): boolean {
  return size > 256 * 1024
}

/** Few files make up most of a wheel: those are inflated on other threads while the small ones are written. */
async function placeFiles(
  files: readonly ZipFile[],
  placeSmall: (file: ZipFile) => void,
  placeLarge: (file: ZipFile) => Promise<void>,
): Promise<void> {
  const writeSmall = async (): Promise<void> => {
    const small = files.filter((file) => !isLarge(file))
    for (const [index, file] of small.entries()) {
      placeSmall(file)
      if (index % 32 === 31) await setImmediate()
    }
  }
  const writeLarge = async (): Promise<void> => {
    for (const file of files.filter(isLarge)) await placeLarge(file)
  }
  await allDone([writeLarge(), writeSmall()])
}

function inspectWheel(zip: Zip, name: string): { distInfo: string; distribution: string } {
  const folders = new Set(
    zip.files.flatMap(({ path }) => /^([^/]+\.dist-info)\/WHEEL$/.exec(path)?.[1] ?? []),
  )
  const [distInfo] = folders
  if (distInfo === undefined || folders.size > 1)
    throw invalid(name, 'it has not one .dist-info folder with WHEEL')

  const version = /^Wheel-Version:\s*(\d+)\./m.exec(readText(zip, `${distInfo}/WHEEL`))?.[1]
  if (version !== '1') throw invalid(name, `its Wheel-Version is ${version ?? 'missing'}, not 1`)
  const [distribution = ''] = distInfo.split('-')
  if (normalizeName(distribution) !== normalizeName(name.split('-')[0] ?? '')) {
    throw invalid(name, `its .dist-info folder \`${distInfo}\` is another distribution's`)
  }
  return { distInfo, distribution }
}

function readDeclared(zip: Zip, distInfo: string): ReadonlyMap<string, string> {
  return new Map(
    parseRecord(readText(zip, `${distInfo}/RECORD`)).map(({ path, hash }) => [path, hash]),
  )
}

function readText(zip: Zip, path: string): string {
  return (
    zip.files
      .find((file: ZipFile) => file.path === path)
      ?.read()
      .toString() ?? ''
  )
}

/** Where a file of the wheel goes: `X.data/<scheme>/…` by its scheme, all else into site-packages. */
function destination(
  path: string,
  distInfo: string,
  layout: PrefixLayout,
): { path: string; isScript: boolean } {
  const data = `${distInfo.replace(/\.dist-info$/, '')}.data/`
  if (!path.startsWith(data)) return { path: `${layout.sitePackages}/${path}`, isScript: false }
  const [scheme = '', ...names] = path.slice(data.length).split('/')
  const [distribution = ''] = distInfo.split('-')
  const rest = names.join('/')
  const base = {
    purelib: layout.sitePackages,
    platlib: layout.sitePackages,
    scripts: layout.scripts,
    headers: `${layout.include}/${distribution}`,
    data: '.',
  }[scheme]
  if (base === undefined) throw invalid(path, `it has the unknown scheme \`${scheme}\``)
  return { path: posix.normalize(`${base}/${rest}`), isScript: scheme === 'scripts' }
}

function invalid(name: string, reason: string): PyEmbedError {
  return new PyEmbedError(
    'PYEMBED_WHEEL_INVALID',
    `\`${name}\` is not a wheel that can be installed: ${reason}`,
    {
      hint: 'Lock another version of the package, or tell its authors',
    },
  )
}
