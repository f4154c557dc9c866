import { posix } from 'node:path'

import { createEntryPolicy } from '../archive/policy.ts'
import { openZip, type Zip, type ZipFile } from '../archive/zip.ts'
import { PyEmbedError } from '../errors.ts'
import { type FileRecord, recordFile } from '../fs/inventory.ts'
import type { TreeWriter } from '../fs/tree-writer.ts'
import { type PrefixKind, prefixLayout, type PrefixLayout } from '../platform/layout.ts'
import type { Interruption } from '../process/threads.ts'
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

export interface WheelContext {
  readonly kind: PrefixKind
  /** The wheel of pip, which holds the launchers that Windows commands are made of. */
  readonly pip?: WheelFile | undefined
  readonly interruption?: Interruption
}

/** Stands for the scripts folder when names are judged: what lies there comes from no file of the wheel. */
const commandFolder = '.pyembed-commands'

/** Larger files are inflated piece by piece. */
const largeSize = 256 * 1024

const filesPerTurn = 32

/**
 * Installs a wheel into a prefix that this process is writing, for any target (docs/wheel-install.md; PyPA
 * binary distribution format), after its hash was checked.
 * @throws PYEMBED_WHEEL_INVALID, PYEMBED_PACKAGE_CONFLICT, PYEMBED_ARCHIVE_*
 */
export async function installWheel(
  writer: TreeWriter,
  wheel: WheelFile,
  { kind, pip, interruption }: WheelContext,
): Promise<void> {
  const layout = prefixLayout(kind)
  using zip = await openWheel(wheel)
  const { distInfo, distribution } = inspectWheel(zip, wheel.name)
  const declared = readDeclared(zip, distInfo)
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
  const placeLarge = (file: ZipFile): void => {
    const { path, isScript } = destination(file.path, distInfo, layout)
    const output = writer.openFile(path, isScript ? '0755' : file.mode)
    let record: FileRecord
    try {
      file.stream((piece) => output.write(piece))
    } finally {
      record = output.close()
    }
    compare(remember(path, record), file)
  }
  const unlisted = new Set(
    ['RECORD', 'RECORD.jws', 'RECORD.p7s'].map((name) => `${distInfo}/${name}`),
  )
  for (const [index, file] of zip.files.entries()) {
    if (unlisted.has(file.path)) continue
    if (index % filesPerTurn === 0) await interruption?.pause()
    if (file.size > largeSize) placeLarge(file)
    else placeSmall(file)
  }
  const entryPoints = zip.files.find((file) => file.path === `${distInfo}/entry_points.txt`)
  const place = {
    distribution,
    kind,
    layout,
    readLauncher: (name: string) => readLauncher(pip, name),
  }
  const declaredCommands = parseEntryPoints(entryPoints?.read().toString() ?? '')
  const allCommands = [...commands, ...entryPointCommands(declaredCommands, place)]
  const policy = createEntryPolicy({ name: wheel.name, isWheel: true })
  for (const { name } of allCommands) {
    if (/[/\\]/.test(name)) throw invalid(wheel.name, `its command \`${name}\` is no file name`)
    policy.accept({ path: `${commandFolder}/${name}`, kind: 'file', mode: 0o755 })
  }
  await installCommands(allCommands, place, put)
  const folder = `${layout.sitePackages}/${distInfo}`
  put(`${folder}/INSTALLER`, '0644', Buffer.from('pyembed\n'))
  const own = { path: posix.relative(layout.sitePackages, `${folder}/RECORD`), hash: '', size: '' }
  writer.writeFile(`${folder}/RECORD`, '0644', [Buffer.from(formatRecord([...lines, own]))])
}

/** Opens a wheel whose hash is the one that was locked. */
async function openWheel(wheel: WheelFile): Promise<Zip> {
  const found = recordFile(wheel.path, Buffer.allocUnsafe(256 * 1024)).sha256
  if (found !== wheel.sha256) throw damagedCacheFile(wheel, found)
  return openZip(wheel.path, wheel.name)
}

async function readLauncher(pip: WheelFile | undefined, name: string): Promise<Buffer> {
  if (pip === undefined) throw new Error('the wheel of pip is not among those to install')
  using zip = await openWheel(pip)
  const path = `pip/_vendor/distlib/${name}`
  const launcher = zip.files.find((file) => file.path === path)
  if (launcher === undefined) throw invalid(pip.name, `it has no \`${path}\` for Windows commands`)
  return launcher.read()
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
