import { readFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'

import * as v from 'valibot'

import { PyEmbedError, systemErrorCode } from '../errors.ts'
import { sweepTemporary, updateFile } from '../fs/atomic.ts'
import { formatJson } from '../text/json.ts'
import { type Lock, lockVersion } from './lock.ts'

const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))
const fileName = v.pipe(v.string(), v.regex(/^[A-Za-z0-9][\w.+!-]*$/))
/** No path: it names folders. */
const triple = v.pipe(v.string(), v.regex(/^[a-z0-9_]+(?:-[a-z0-9_]+){1,3}$/))
const size = v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0)))
const archive = v.object({
  name: fileName,
  sha256,
  size,
  hashFrom: v.optional(v.literal('mirror')),
})
const lockSchema = v.object({
  lockVersion: v.literal(lockVersion),
  digest: sha256,
  recipe: v.number(),
  python: v.object({
    version: v.pipe(v.string(), v.regex(/^3\.\d+\.\d+(?:(?:a|b|rc)\d+)?$/)),
    build: v.pipe(v.string(), v.regex(/^\d{8}$/)),
    variant: v.picklist(['default', 'freethreaded']),
  }),
  platform: v.object({ glibc: v.string(), macos: v.string() }),
  tool: v.record(triple, archive),
  targets: v.record(
    triple,
    v.object({
      archive,
      packages: v.array(
        v.object({
          name: v.string(),
          version: v.string(),
          wheel: v.pipe(fileName, v.endsWith('.whl')),
          sha256,
          size,
          tag: v.string(),
        }),
      ),
    }),
  ),
})

/** Reads a lock; undefined when there is none. @throws PYEMBED_LOCK_NEWER, PYEMBED_LOCK_INVALID */
export async function readLock(path: string): Promise<Lock | undefined> {
  try {
    return parseLock(await readFile(path, 'utf8'), path)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** The same for a text; `path` is what messages name. */
export function parseLock(text: string, path: string): Lock {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw invalid(path, 'is not JSON', error)
  }
  const found = (value as { lockVersion?: unknown } | null)?.lockVersion
  if (typeof found === 'number' && found > lockVersion) {
    throw new PyEmbedError(
      'PYEMBED_LOCK_NEWER',
      `\`${path}\` has format ${found}, this pyembed knows ${lockVersion}`,
      { hint: 'Update pyembed: `npm install --save-dev pyembed@latest`' },
    )
  }
  const result = v.safeParse(lockSchema, value)
  if (result.success) return result.output
  const [issue] = result.issues
  const place = issue.path?.map((item) => String(item.key)).join('.') ?? 'the top'
  throw invalid(path, `is damaged at \`${place}\`: ${issue.message}`)
}

/** Writes a lock unless it is there already, byte for byte. Says whether it wrote. */
export async function writeLock(path: string, lock: Lock): Promise<boolean> {
  await sweepTemporary(dirname(path), basename(path))
  return updateFile(path, formatLock(lock))
}

export function formatLock(lock: Lock): string {
  return formatJson(lock)
}

function invalid(path: string, reason: string, cause?: unknown): PyEmbedError {
  return new PyEmbedError('PYEMBED_LOCK_INVALID', `\`${path}\` ${reason}`, {
    hint: 'Restore it from version control, or remove it and run `pyembed lock`',
    cause,
  })
}
