import { spawnSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { constants, gunzipSync, gzipSync } from 'node:zlib'

import type { Seed } from './kinds.ts'

/** Inputs of which the real world is made. */
export interface RealInputs {
  readonly archives: readonly Seed[]
  /** The same as `.tar.zst`, where the program `zstd` is. */
  readonly zstArchives: readonly Seed[]
  readonly wheels: readonly Seed[]
}

/** A small archive with all that a reader of tar meets: folders, links, GNU's long names, pax headers. */
export function madeTarGz(): Buffer {
  const long = `python/lib/${'long-name-'.repeat(12)}Ω.py`
  const pax = `path=${long}`
  const entries = [
    tarEntry('python/', '5'),
    tarEntry('python/bin/python3.14', '0', 'ELF'.repeat(300)),
    tarEntry('python/bin/python3', '2', '', 'python3.14'),
    tarEntry('././@LongLink', 'L', `${long}.long\0`),
    tarEntry('python/lib/short', '0', 'long'),
    tarEntry('PaxHeader/x', 'x', `${Buffer.byteLength(pax) + 5} ${pax}\n`),
    tarEntry('python/lib/short', '0', 'long too'),
    tarEntry('python/lib/pkgconfig/python3.pc', '0', 'prefix=/install\nlibdir=${prefix}/lib\n'),
    tarEntry('python/lib/python3.14/_sysconfigdata__linux_x.py', '0', 'build_time_vars = {}\n'),
    tarEntry('python/bin/python3.14-config', '0', '#!/bin/sh\nprefix="/install"\n'),
    tarEntry('python/share/terminfo/x', '0', 'left out'),
  ]
  return gzipSync(Buffer.concat([...entries, Buffer.alloc(1024)]))
}

/** The same, in one frame of zstd with a block that is not packed for each 2 KiB (RFC 8878). */
export function madeTarZst(): Buffer {
  const tar = gunzipSync(madeTarGz())
  const pieces = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58])]
  for (let at = 0; at < tar.length; at += 2048) {
    const block = tar.subarray(at, at + 2048)
    const header = Buffer.alloc(3)
    header.writeUIntLE(block.length * 8 + (at + 2048 >= tar.length ? 1 : 0), 0, 3)
    pieces.push(header, block)
  }
  return Buffer.concat(pieces)
}

function tarEntry(path: string, type: string, content = '', link = ''): Buffer {
  const data = Buffer.from(content)
  const header = Buffer.alloc(512)
  header.write(path)
  header.write('0000755\0', 100)
  header.write(`${data.length.toString(8).padStart(11, '0')}\0`, 124)
  header.write(type, 156)
  header.write(link, 157)
  header.write('ustar\u000000', 257)
  const sum = header.fill(' ', 148, 156).reduce((total, byte) => total + byte)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return Buffer.concat([header, data, Buffer.alloc((512 - (data.length % 512)) % 512)])
}

/** The beginnings of the archives of the test mirror (npm run mirror) and the small wheels that tests fetched, if any. */
export function findRealInputs(): RealInputs {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'pyembed')
  const archives = listFiles(join(cache, 'test-mirror'))
    .filter((path) => path.endsWith('.tar.gz'))
    .map((path) => ({ name: 'real.tar.gz', data: firstEntries(readStart(path, 64 * 1024)) }))
  const wheels = listFiles(join(cache, 'test-cache', 'downloads')).flatMap((path) => {
    if (statSync(path).size > 100_000) return []
    const data = readFileSync(path)
    const info = /([\w.]+-[\w.]+)\.dist-info\/METADATA/.exec(data.toString('latin1'))?.[1]
    return info !== undefined ? [{ name: `${info}-py3-none-any.whl`, data }] : []
  })
  const zstArchives = archives.flatMap(({ data }) => {
    const { status, stdout } = spawnSync('zstd', ['-q', '-c'], { input: gunzipSync(data) })
    return status === 0 ? [{ name: 'real.tar.zst', data: stdout }] : []
  })
  return { archives, zstArchives, wheels }
}

function readStart(path: string, size: number): Buffer {
  const buffer = Buffer.alloc(size)
  const file = openSync(path, 'r')
  try {
    return buffer.subarray(0, readSync(file, buffer))
  } finally {
    closeSync(file)
  }
}

function listFiles(directory: string): readonly string[] {
  if (!existsSync(directory)) return []
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

/** The entries in the first 32 KiB of an archive that begins so, as an archive. */
function firstEntries(start: Buffer): Buffer {
  const tar = gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH })
  let end = 0
  for (let next = 0; next <= 32 * 1024 && next + 512 <= tar.length;) {
    end = next
    const size = Number.parseInt(tar.toString('latin1', next + 124, next + 135), 8) || 0
    next += 512 + Math.ceil(size / 512) * 512
  }
  return gzipSync(Buffer.concat([tar.subarray(0, end), Buffer.alloc(1024)]), { level: 1 })
}
