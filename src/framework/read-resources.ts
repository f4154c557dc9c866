import { createHash } from 'node:crypto'
import { lstatSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

import { recordFile } from '../fs/inventory.ts'
import { walkFiles } from '../fs/walk.ts'
import { needsSha1, type Resource } from './code-resources.ts'

/** What is in a folder that is sealed, hashed. Links are what they say, wherever they lead. */
export function* readResources(root: string): Generator<Resource> {
  const buffer = Buffer.allocUnsafe(256 * 1024)
  for (const { path, isLink } of walkFiles(root)) {
    if (isLink) yield { path, kind: 'link', target: readlinkSync(join(root, path)) }
    else yield { path, kind: 'file', ...hashResource(join(root, path), path, buffer) }
  }
}

function hashResource(
  file: string,
  path: string,
  buffer: Buffer,
): { readonly sha256: Buffer; readonly sha1: Buffer | undefined } {
  // A pipe would wait for its writer, a device for ever; neither is what was sealed.
  if (!lstatSync(file).isFile()) return { sha256: Buffer.alloc(0), sha1: undefined }
  const sha1 = needsSha1(path) ? createHash('sha1').update(readFileSync(file)).digest() : undefined
  return { sha256: Buffer.from(recordFile(file, buffer).sha256, 'hex'), sha1 }
}
