import { lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { writeFileAtomic } from '../fs/atomic.ts'
import { chmod } from 'node:fs/promises'

import { listDirectory } from './place.ts'

/** Finds its Python beside itself, wherever the environment is. macOS before 13 has no `realpath`. */
const relativeStart = Buffer.from(
  `#!/bin/sh\n'''exec' "$(dirname -- "$(realpath -- "$0" 2>/dev/null || echo "$0")")/python" "$0" "$@"\n' '''\n`,
)

/**
 * Makes the scripts of an environment that name an interpreter in `prefix` find it beside themselves, and tells
 * RECORD. `scripts` and `sitePackages` are where they are now.
 */
export async function relativeShebangs(
  prefix: string,
  scripts: string,
  sitePackages: string,
): Promise<void> {
  const changed = new Map<string, Buffer>()
  for (const name of listDirectory(scripts)) {
    const path = join(scripts, name)
    const status = lstatSync(path)
    if (!status.isFile()) continue
    const content = relativeScript(readFileSync(path), prefix)
    if (content === undefined) continue
    await writeFileAtomic(path, content)
    await chmod(path, status.mode & 0o777)
    changed.set(name, content)
  }
  if (changed.size > 0) await tellRecords(sitePackages, changed)
}

/** A script with another start; undefined when it names no interpreter in `prefix`. */
export function relativeScript(content: Buffer, prefix: string): Buffer | undefined {
  const name = Buffer.from(prefix)
  if (content.subarray(0, 2).toString('latin1') === 'MZ') return relativeLauncher(content, name)
  // The kernel reads no more of it than pip writes: a line, or the lines that stand for one that is too long.
  const [first, second, third] = lineEnds(content)
  if (first === undefined || content[0] !== 0x23) return undefined
  const isLong = content.subarray(0, first).toString('latin1') === '#!/bin/sh'
  const end = isLong ? third : first
  const from = isLong ? first : 0
  if (end === undefined || (isLong && second === undefined)) return undefined
  const start = content.subarray(from, end)
  if (isLong && !start.includes("'''exec'")) return undefined
  return start.includes(name)
    ? Buffer.concat([relativeStart, content.subarray(end + 1)])
    : undefined
}

/** A launcher of Windows, a line and a zip. */
function relativeLauncher(content: Buffer, name: Buffer): Buffer | undefined {
  const zip = content.lastIndexOf('PK\u0003\u0004', undefined, 'latin1')
  const start = content.lastIndexOf('#!', zip, 'latin1')
  if (zip === -1 || start === -1 || !content.subarray(start, zip).includes(name)) return undefined
  const isGui = content.subarray(start, zip).includes('pythonw')
  const line = `#!<launcher_dir>\\python${isGui ? 'w' : ''}.exe\r\n`
  return Buffer.concat([content.subarray(0, start), Buffer.from(line), content.subarray(zip)])
}

function lineEnds(content: Buffer): readonly (number | undefined)[] {
  const ends: (number | undefined)[] = []
  for (let from = 0, index = 0; index < 3; index++) {
    const end = content.indexOf(0x0a, from)
    ends.push(end === -1 ? undefined : end)
    from = end === -1 ? content.length : end + 1
  }
  return ends
}

/** Lines of RECORD: `../../../bin/name,sha256=…,size`. */
async function tellRecords(
  sitePackages: string,
  changed: ReadonlyMap<string, Buffer>,
): Promise<void> {
  // Loaded here: environments are made without.
  const { createHash } = await import('node:crypto')
  for (const name of listDirectory(sitePackages)) {
    const path = join(sitePackages, name, 'RECORD')
    if (!name.endsWith('.dist-info')) continue
    const old = listDirectory(join(sitePackages, name)).includes('RECORD')
      ? readFileSync(path, 'utf8')
      : ''
    const text = old.replaceAll(
      /^((?:\.\.\/)+(?:bin|Scripts)\/([^,\r\n"/]+)),sha256=[^,]*,\d+/gm,
      (line, file: string, script: string) => {
        const content = changed.get(script)
        if (content === undefined) return line
        const hash = createHash('sha256').update(content).digest('base64url')
        return `${file},sha256=${hash},${content.length}`
      },
    )
    if (text !== old) await writeFileAtomic(path, text)
  }
}
