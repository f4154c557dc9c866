import { hash } from 'node:crypto'
import { readdirSync, readlinkSync } from 'node:fs'
import { join, posix } from 'node:path'

import { type Bytes, withBytes } from '../binary/bytes.ts'
import { isMacho } from '../binary/macho/macho.ts'
import { cdHashes } from '../binary/macho/signature/pages.ts'
import { hasErrorCode } from '../errors.ts'
import { createNeedsSha1, type Resource } from '../framework/code-resources.ts'
import { createRuleFinder } from '../framework/resource-rules.ts'
import { recordFile } from '../fs/inventory.ts'
import type { FileReader } from '../fs/file-reader.ts'
import { lookAt } from '../fs/regular-file.ts'
import { isDictionary, type PlistDictionary, type PlistValue } from '../text/plist.ts'
import type { Bundle } from './bundles.ts'

/** What who reads a sealed folder wants to know beside it. */
export interface SealedReading {
  /** Sees each file on the way, but for those of nested bundles, and keeps none of its bytes. */
  readonly look?: (path: string, bytes: Buffer, isNested: boolean) => void
  /** `files2` of the seal that there is. */
  readonly sealed?: PlistDictionary | undefined
}

/**
 * What is in the sealed folder of a bundle, hashed. Bundles in it are what their main executables are, and so is code
 * where bundles may be.
 */
export function* readSealed(
  app: string,
  bundle: Bundle,
  read: FileReader,
  { look, sealed }: SealedReading = {},
): Generator<Resource> {
  const findRule = createRuleFinder(bundle.ruleSet.rules2)
  const needsSha1 = createNeedsSha1(bundle.ruleSet)
  const nested = new Map(bundle.nested.map((each) => [each.path, each]))
  const root = join(app, bundle.sealed)
  // Nobody wants to see a whole file when only its hash is asked for.
  const buffer = Buffer.allocUnsafe(look === undefined ? 256 * 1024 : 0)
  const asNested = (path: string, code: string): Resource | undefined => {
    if (lookAt(code)?.isFile() !== true) return undefined
    const hashes = withBytes(code, (file) => hashesOf(file, sealed?.get(path)))
    return hashes.length === 0 ? undefined : { path, kind: 'nested', cdHashes: hashes }
  }
  function* walk(folder: string): Generator<Resource> {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = posix.join(folder, entry.name)
      const whole = join(root, path)
      if (entry.isSymbolicLink()) yield { path, kind: 'link', target: readlinkSync(whole) }
      else if (entry.isDirectory()) {
        const inner = nested.get(posix.join(bundle.sealed, path))
        if (inner === undefined) yield* walk(path)
        else {
          const program = join(app, inner.program)
          yield asNested(path, program) ?? { path, kind: 'nested', cdHashes: [] }
        }
      } else {
        const isNested = findRule(path)?.nested === true
        const code = isNested && path !== bundle.executable ? asNested(path, whole) : undefined
        if (look === undefined && code !== undefined) {
          yield code
          continue
        }
        if (look === undefined && !needsSha1(path) && entry.isFile()) {
          const sha256 = Buffer.from(recordFile(whole, buffer).sha256, 'hex')
          yield { path, kind: 'file', sha256 }
          continue
        }
        const bytes = read(whole) ?? Buffer.alloc(0)
        look?.(path, bytes, isNested)
        yield code ?? fileResource(path, bytes, needsSha1(path))
      }
    }
  }
  yield* walk('')
}

function fileResource(path: string, bytes: Buffer, isForOld: boolean): Resource {
  const sha1 = isForOld ? hash('sha1', bytes, 'buffer') : undefined
  return { path, kind: 'file', sha256: hash('sha256', bytes, 'buffer'), sha1 }
}

/** The one that is sealed first: codesign writes that of the machine it runs on, of several architectures. */
function hashesOf(file: Bytes, sealed: PlistValue | undefined): readonly Buffer[] {
  const all = codeHashes(file)
  const former = isDictionary(sealed) ? sealed.get('cdhash') : undefined
  const isFormer = (each: Buffer): boolean => Buffer.isBuffer(former) && former.equals(each)
  return [...all.filter(isFormer), ...all.filter((each) => !isFormer(each))]
}

function codeHashes(file: Bytes): readonly Buffer[] {
  try {
    if (!isMacho(file.read(0, 8).bytes)) return []
    return cdHashes(file).map(({ cdHash }) => cdHash)
  } catch (error) {
    if (hasErrorCode(error, 'PYEMBED_BINARY_INVALID')) return []
    throw error
  }
}
