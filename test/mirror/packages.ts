import { createHash } from 'node:crypto'

import type { Layout } from './layout.ts'
import type { Wheel } from './recipe.ts'
import { addFile } from './tree.ts'
import type { Tree } from './tree.ts'
import { readZip } from './zip.ts'

/**
 * Adds a wheel as PBS ships it: installed by pip from `/build`, byte code deleted afterwards, so that RECORD lists
 * files that are not there. The relocatable scripts are in the module's tree already.
 */
export async function addPackage(
  tree: Tree,
  wheel: Wheel & { readonly path: string },
  layout: Layout,
): Promise<void> {
  const sitePackages = `${layout.stdlib}/site-packages`
  const distInfo = `${wheel.name}-${wheel.version}.dist-info`
  const files = await readZip(wheel.path, /./)
  files.delete(`${distInfo}/RECORD`)
  files.set(`${distInfo}/INSTALLER`, Buffer.from('pip\n'))
  files.set(`${distInfo}/REQUESTED`, Buffer.alloc(0))
  files.set(`${distInfo}/direct_url.json`, Buffer.from(renderDirectUrl(wheel)))

  const rows = [`${distInfo}/RECORD,,`]
  for (const [name, data] of files) {
    addFile(tree, `${sitePackages}/${name}`, data, layout.fileMode)
    rows.push(renderRow(name, data))
    if (name.endsWith('.py')) rows.push(`${nameByteCode(name, layout.minor)},,`)
  }
  for (const [path, entry] of tree) {
    if (entry.kind === 'file' && isScriptOf(path, wheel.name)) {
      rows.push(renderRow(`../../../${path}`, await entry.read()))
    }
  }
  addFile(
    tree,
    `${sitePackages}/${distInfo}/RECORD`,
    `${rows.sort().join('\n')}\n`,
    layout.fileMode,
  )
}

function isScriptOf(path: string, name: string): boolean {
  return path.startsWith(`bin/${name}`) && /^[\d.]*$/.test(path.slice(`bin/${name}`.length))
}

function renderRow(name: string, data: Buffer): string {
  return `${name},sha256=${createHash('sha256').update(data).digest('base64url')},${data.length}`
}

function nameByteCode(source: string, minor: string): string {
  return source.replace(/([^/]+)\.py$/, `__pycache__/$1.cpython-${minor.replace('.', '')}.pyc`)
}

function renderDirectUrl({ name, version, sha256 }: Wheel): string {
  const archive = `{"hash": "sha256=${sha256}", "hashes": {"sha256": "${sha256}"}}`

  return `{"archive_info": ${archive}, "url": "file:///build/${name}-${version}-py3-none-any.whl"}`
}
