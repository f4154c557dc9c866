import { createHash, hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'

import { architectureOf } from '../binary/macho/architecture.ts'
import type { Macho } from '../binary/macho/macho.ts'
import { formatVersion } from '../binary/macho/minimum.ts'
import { sealPieces } from '../binary/macho/signature/seal.ts'
import type { Context } from '../context.ts'
import { isLink } from '../fs/inventory.ts'
import { createTreeWriter, type TreeWriter } from '../fs/tree-writer.ts'
import { beside } from '../process/beside.ts'
import { prefixLayout } from '../platform/layout.ts'
import { addByteCode, isForPython, removeEmpty } from './add-byte-code.ts'
import {
  codeResourcesPlist,
  createNeedsSha1,
  planResources,
  type Resource,
} from './code-resources.ts'
import { copyFiles, type FrameworkFile, pathInVersion, type ReadPrefix } from './copy-files.ts'
import type { Framework, FrameworkRequest } from './framework.ts'
import { frameworkInfo } from './info-plist.ts'
import { executableName, planFramework, versionFolder } from './layout.ts'
import { createReader, requirePinned } from './pinned.ts'
import { namingPath, type RelocatedCode, relocateCode } from './relocate-code.ts'
import { unfit } from './unfit.ts'
import { writePlist } from '../text/plist.ts'

/**
 * Writes the framework into a stage, from the inside out, since each seal holds the hashes of what is within it
 * (TN2206): code, byte code, `Info.plist`, CodeResources, the framework's own file.
 */
export async function fillFramework(
  context: Context,
  request: FrameworkRequest,
  stage: string,
): Promise<Pick<Framework, 'architectures' | 'files' | 'edits'>> {
  const { kind, prefix, inventory, identifier, pinId } = request
  const layout = prefixLayout(kind)
  const items = planFramework(inventory, layout)
  // As every folder below it, under any umask.
  await chmod(stage, 0o755)
  const writer = createTreeWriter(stage)
  const has = (path: string): boolean => inventory.has(path)
  const source = { prefix, inventory, library: layout.library, has }
  const files = items.filter((item) => item.kind === 'file')
  const from = { ...source, read: createReader(source) }
  const first = await copyFiles(context, from, files.filter(isForPython), writer)
  const others = files.filter((file) => !isForPython(file) && isOther(file))
  // Most of the time is Python's, which compiles while this thread copies all else.
  const [folders, rest] = await beside(
    context.signal,
    (signal) => addByteCode({ ...context, signal }, request, layout.stdlib, writer),
    (signal) => copyFiles({ ...context, signal }, from, others, writer),
  )
  removeEmpty(folders, writer)
  for (const item of items) if (item.kind === 'link') writer.writeLink(item.path, item.target)

  const main = readExecutable(from)
  const minimumSystem = highestMinimum([...first.code, ...rest.code, main.macho])
  const info = frameworkInfo({ identifier, version: kind.version, minimumSystem, pinId })
  const infoPlist = writeText(writer, 'Resources/Info.plist', writePlist(info))
  const resources = planResources(writtenResources(writer), executableName)
  const seal = writePlist(codeResourcesPlist(resources))
  const codeResources = writeText(writer, '_CodeSignature/CodeResources', seal)
  const mode = files.find((item) => !isOther(item))?.mode ?? '0755'
  const sealed = namingPath(layout.library, () =>
    sealPieces(main.bytes, { identifier, infoPlist, codeResources }),
  )
  writer.writeFile(`${versionFolder}/${executableName}`, mode, sealed)
  await writer.sync(context.env.variables)
  return {
    edits: [...main.edits, ...first.edits, ...rest.edits],
    files: writer.inventory.size,
    architectures: main.macho.slices.map(architectureOf),
  }
}

/** Whether a file is none but the framework's own, which is signed when all others are there. */
function isOther({ path }: FrameworkFile): boolean {
  return path !== `${versionFolder}/${executableName}`
}

function readExecutable(source: ReadPrefix): RelocatedCode {
  const { library } = source
  const bytes = source.read(library)
  requirePinned(source, library, hash('sha256', bytes))
  const relocated = namingPath(library, () => relocateCode(executableName, bytes, source))
  if (relocated === undefined) throw unfit(library, 'is no library of macOS')
  return relocated
}

function writeText(writer: TreeWriter, path: string, text: string): Buffer {
  const bytes = Buffer.from(text)
  writer.writeFile(`${versionFolder}/${path}`, '0644', [bytes])
  return bytes
}

/** What is in the folder that is sealed, by the hashes of what was written. */
function* writtenResources({ root, inventory }: TreeWriter): Generator<Resource> {
  const needsSha1 = createNeedsSha1()
  for (const [whole, record] of inventory) {
    if (!whole.startsWith(`${versionFolder}/`)) continue
    const path = pathInVersion(whole)
    if (isLink(record)) yield { path, kind: 'link', target: record.link }
    else {
      const sha1 = needsSha1(path) ? hashFile(join(root, whole)) : undefined
      yield { path, kind: 'file', sha256: Buffer.from(record.sha256, 'hex'), sha1 }
    }
  }
}

function hashFile(path: string): Buffer {
  return createHash('sha1').update(readFileSync(path)).digest()
}

/** The oldest macOS that loads every file of code. */
function highestMinimum(code: readonly Macho[]): string {
  const commands = code.flatMap(({ slices }) => slices.flatMap((slice) => slice.commands))
  const minima = commands.flatMap((each) => (each.kind === 'version' ? [each.minimum] : []))
  return formatVersion(Math.max(0, ...minima))
}
