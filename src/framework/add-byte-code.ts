import { chmodSync, constants, copyFileSync, rmdirSync } from 'node:fs'
import { join, posix } from 'node:path'

import type { Context } from '../context.ts'
import { recordFile } from '../fs/inventory.ts'
import type { TreeWriter } from '../fs/tree-writer.ts'
import { compileByteCode } from './byte-code.ts'
import type { FrameworkRequest } from './framework.ts'
import { versionFolder } from './layout.ts'

/** Whether {@link addByteCode} reads or writes a file: a source, or byte code that a package brings. */
export function isForPython({ path }: { readonly path: string }): boolean {
  return /\.pyc?$/.test(path)
}

/**
 * Compiles the sources in `stdlib` of a stage, in which all files are that {@link isForPython} names, and takes in
 * what comes of it. Others may be written meanwhile.
 * @returns the folders that were made for it, also where nothing came of any source: {@link removeEmpty}.
 * @throws PYEMBED_TOOL_PYTHON
 */
export async function addByteCode(
  context: Pick<Context, 'env' | 'signal'>,
  { kind, inventory, python, byteCode }: FrameworkRequest,
  stdlib: string,
  writer: TreeWriter,
): Promise<ReadonlySet<string>> {
  const sources = [...inventory.keys()].filter(
    (path) => path.startsWith(`${stdlib}/`) && path.endsWith('.py'),
  )
  const folders = new Set(sources.map((path) => inStage(`${posix.dirname(path)}/__pycache__`)))
  // Python would make them with the modes of the umask.
  for (const folder of folders) writer.makeFolder(folder)
  const folder = join(writer.root, versionFolder)
  const output = byteCode ?? folder
  const compiler = { ...kind, executable: python }
  const compiled = await compileByteCode(context, compiler, { folder, output, sources })
  const buffer = Buffer.allocUnsafe(256 * 1024)
  for (const path of compiled) {
    const file = join(folder, path)
    if (output !== folder) copyFileSync(join(output, path), file, constants.COPYFILE_FICLONE)
    // Under any umask.
    chmodSync(file, 0o644)
    writer.placeFile(inStage(path), recordFile(file, buffer), () => 'copy')
  }
  return folders
}

function inStage(path: string): string {
  return `${versionFolder}/${path}`
}

/** Removes those of the folders that nothing was put into. */
export function removeEmpty(folders: ReadonlySet<string>, { root, inventory }: TreeWriter): void {
  const full = new Set([...inventory.keys()].map((path) => posix.dirname(path)))
  for (const folder of folders) if (!full.has(folder)) rmdirSync(join(root, folder))
}
