import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'

import { Header, Pax } from 'tar'

import type { Tree } from './tree.ts'

const blockSize = 512

/** Writes a `.tar.gz` whose bytes follow from the tree and the time alone, and returns its sha256. */
export async function writeArchive(path: string, tree: Tree, mtime: Date): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(
    Readable.from(generateTar(tree, mtime)),
    createGzip({ level: 1, chunkSize: 1024 * 1024 }),
    async function* hashed(chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk)
        yield chunk
      }
    },
    createWriteStream(path, { flush: true }),
  )

  return hash.digest('hex')
}

async function* generateTar(tree: Tree, mtime: Date): AsyncGenerator<Buffer> {
  for (const [path, entry] of [...tree].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const common = { path: `python/${path}`, mtime, uid: 0, gid: 0, uname: 'root', gname: 'root' }
    if (entry.kind === 'link') {
      yield encodeHeader({
        ...common,
        type: 'SymbolicLink',
        mode: 0o777,
        size: 0,
        linkpath: entry.target,
      })
    } else {
      const data = await entry.read()
      yield encodeHeader({ ...common, type: 'File', mode: entry.mode, size: data.length })
      yield data
      yield Buffer.alloc(-data.length & (blockSize - 1))
    }
  }
  yield Buffer.alloc(2 * blockSize)
}

function encodeHeader(
  fields: ConstructorParameters<typeof Pax>[0] & ConstructorParameters<typeof Header>[0],
): Buffer {
  const header = new Header(fields)
  const block = Buffer.alloc(blockSize)
  if (!header.encode(block)) return block

  return Buffer.concat([new Pax({ ...(fields.path && { path: fields.path }) }).encode(), block])
}
