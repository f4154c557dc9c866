import { execFileSync } from 'node:child_process'
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

import { expect, it } from 'vitest'

import { InflateError } from '../../src/archive/inflater.ts'
import { unpackTar } from '../../src/archive/tar.ts'
import { createZstdInflater, type ZstdEngine, zstdEngine } from '../../src/archive/zstd.ts'
import { codeOf } from '../helpers/errors.ts'
import { makeArchive, makeWriter } from '../helpers/tar.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { describeWithTools } from '../helpers/tools.ts'
import { listTree, sha256sum } from '../helpers/tree.ts'

/** What packs like code does, what packs to nothing, and what hardly packs. */
const content = Buffer.concat([
  ...Array.from({ length: 4 }, () => readFileSync(new URL('policy.test.ts', import.meta.url))),
  Buffer.alloc(2 ** 19),
  Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * index) >> 7)),
])

function zstd(data: Buffer, ...options: readonly string[]): Buffer {
  return execFileSync('zstd', ['-q', '-c', ...options], { input: data, maxBuffer: 2 ** 30 })
}

function inflate(engine: ZstdEngine, data: Buffer, chunkSize = 32 * 1024): Buffer {
  const pieces: Buffer[] = []
  const inflater = createZstdInflater((piece) => void pieces.push(piece), engine)
  for (let at = 0; at < data.length; at += chunkSize) {
    // As a reader would: in a buffer that is used again.
    const chunk = Buffer.from(data.subarray(at, at + chunkSize))
    inflater.write(chunk)
    chunk.fill(0xee)
  }
  inflater.end()
  return Buffer.concat(pieces)
}

function errorOf(engine: ZstdEngine, data: Buffer): InflateError {
  try {
    inflate(engine, data)
  } catch (error) {
    if (error instanceof InflateError) return error
    throw error
  }
  throw new Error('it succeeded, an error was expected')
}

const engines = [...new Set<ZstdEngine>(['fzstd', zstdEngine()])]
const skippable = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3])
/** Frame header, no checksum: a window of 2 GiB, and an empty last block. */
const hugeWindow = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x01, 0, 0])
const hugeSegment = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xe0, ...Buffer.alloc(8, 0x10), 1, 0, 0])

describeWithTools(['zstd'], 'createZstdInflater', () => {
  it.each(engines)('unpacks what zstd packs, with %s', (engine) => {
    for (const options of [
      ['-1'],
      ['-19', '--no-check'],
      ['-3', '--long=27'],
      ['-B65536', '-T2'],
    ]) {
      expect(inflate(engine, zstd(content, ...options)).equals(content)).toBe(true)
    }
    expect(inflate(engine, zstd(Buffer.alloc(0)))).toEqual(Buffer.alloc(0))
    expect(inflate(engine, zstd(Buffer.from('tiny'))).toString()).toBe('tiny')
  })

  it.each(engines)('unpacks it in pieces of any size, with %s', (engine) => {
    const text = content.subarray(0, 5000)
    const packed = Buffer.concat([zstd(text), skippable, zstd(text, '--no-check')])

    for (const size of [1, 2, 3, 7, 100]) {
      expect(inflate(engine, packed, size).equals(Buffer.concat([text, text]))).toBe(true)
    }
  })

  it.each(engines)('refuses what is cut off, wherever, with %s', (engine) => {
    const packed = zstd(content.subarray(0, 5000))

    for (let size = 0; size < packed.length; size += 29) {
      expect(errorOf(engine, packed.subarray(0, size)).isTrailing).toBe(false)
    }
    expect(errorOf(engine, packed.subarray(0, -1)).isTrailing).toBe(false)
  })

  it.each(engines)('refuses garbage, and data after the end, with %s', (engine) => {
    expect(errorOf(engine, Buffer.from('<html>404</html>')).isTrailing).toBe(false)
    expect(errorOf(engine, Buffer.concat([zstd(content), Buffer.from('garbage')])).isTrailing).toBe(
      true,
    )
    expect(errorOf(engine, Buffer.concat([zstd(content), Buffer.from('x')])).isTrailing).toBe(true)
  })

  it.each(engines)('refuses a window that is larger than memory, with %s', (engine) => {
    expect(errorOf(engine, hugeWindow).message).toContain('window')
    expect(errorOf(engine, hugeSegment).message).toContain('window')
  })

  it.each(engines)('survives any changed byte, with %s', (engine) => {
    const packed = zstd(content.subarray(0, 400))
    for (let at = 0; at < packed.length; at++) {
      const damaged = Buffer.from(packed)
      damaged[at] = (damaged[at] ?? 0) ^ 0x55
      try {
        inflate(engine, damaged)
      } catch (error) {
        expect(error).toBeInstanceOf(InflateError)
      }
    }
  })
})

describeWithTools(['zstd'], 'unpackTar', () => {
  const options = { name: 'odd.tar.zst', strip: 'python', drop: ['share/terminfo'] }

  it('unpacks a .tar.zst as it does the .tar.gz', async () => {
    const [gz, zst] = [makeWriter(), makeWriter()]
    const path = recompress()

    await unpackTar(makeArchive().archive, gz, { ...options, name: 'a.tar.gz' })
    const found = await unpackTar(path, zst, options)

    expect(found).toBe(sha256sum(path))
    expect(zst.inventory).toEqual(gz.inventory)
    expect(listTree(zst.root)).toEqual(listTree(gz.root))
  })

  it.each([
    ['cut off', 'PYEMBED_ARCHIVE_CORRUPT', (path: string) => truncateSync(path, 90)],
    ['empty', 'PYEMBED_ARCHIVE_CORRUPT', (path: string) => truncateSync(path, 0)],
    ['a huge window', 'PYEMBED_ARCHIVE_CORRUPT', (path: string) => writeFileSync(path, hugeWindow)],
    ['followed', 'PYEMBED_ARCHIVE_TRAILING_DATA', (path: string) => appendFileSync(path, 'more')],
    ['a bomb', 'PYEMBED_ARCHIVE_RATIO', (path: string) => writeFileSync(path, zstd(bomb()))],
  ])('refuses one that is %s', async (_, code, damage) => {
    const path = recompress()
    damage(path)

    expect(await codeOf(() => unpackTar(path, makeWriter(), options))).toBe(code)
  })
})

/** A tar with 65 MiB behind its end. */
function bomb(): Buffer {
  return Buffer.concat([
    gunzipSync(readFileSync(makeArchive().archive)),
    Buffer.alloc(65 * 2 ** 20),
  ])
}

function recompress(): string {
  const path = join(temporaryDirectory('zstd'), 'odd.tar.zst')
  writeFileSync(path, zstd(gunzipSync(readFileSync(makeArchive().archive))))
  return path
}
