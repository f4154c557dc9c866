import { hash } from 'node:crypto'
import { readlinkSync } from 'node:fs'
import { join } from 'node:path'

import { createRegularReader } from '../fs/file-reader.ts'
import { walkFiles } from '../fs/walk.ts'
import { createNeedsSha1, type Resource } from './code-resources.ts'

/**
 * What is in a folder that is sealed, hashed. Links are what they say, wherever they lead. `look` sees each file on the
 * way, so that nothing is read twice, and keeps none of its bytes.
 */
export function* readResources(
  root: string,
  look: (path: string, bytes: Buffer) => void = () => undefined,
): Generator<Resource> {
  const needsSha1 = createNeedsSha1()
  const read = createRegularReader()
  for (const { path, isLink } of walkFiles(root)) {
    const file = join(root, path)
    if (isLink) {
      yield { path, kind: 'link', target: readlinkSync(file) }
      continue
    }
    const bytes = read(file) ?? Buffer.alloc(0)
    look(path, bytes)
    const sha1 = needsSha1(path) ? hash('sha1', bytes, 'buffer') : undefined
    yield { path, kind: 'file', sha256: hash('sha256', bytes, 'buffer'), sha1 }
  }
}
