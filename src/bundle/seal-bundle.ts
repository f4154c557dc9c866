import { dirname, join } from 'node:path'
import { mkdir } from 'node:fs/promises'

import { bytesOf } from '../binary/bytes.ts'
import { hasIdentity } from '../binary/macho/signature/identity.ts'
import { sealPieces } from '../binary/macho/signature/seal.ts'
import { PyEmbedError } from '../errors.ts'
import { codeResourcesPlist, planResources } from '../framework/code-resources.ts'
import { compareResources } from '../framework/compare-resources.ts'
import { writeFileAtomic } from '../fs/atomic.ts'
import type { FileReader } from '../fs/file-reader.ts'
import { lookAt, readRegularFile } from '../fs/regular-file.ts'
import { rewriteFile } from '../fs/rewrite.ts'
import { readPlist } from '../text/plist-reader.ts'
import { isDictionary, type PlistDictionary, writePlist } from '../text/plist.ts'
import type { Bundle } from './bundles.ts'
import { textOf } from './layout.ts'
import { readSealed } from './read-sealed.ts'
import { isSigned, keptOptions } from './sign-code.ts'
import { unfitBundle } from './unfit.ts'
import { defaultIdentifier } from '../binary/macho/signature/identifier.ts'

export const sealPath = '_CodeSignature/CodeResources'

/** What sealing a bundle did. */
export interface SealedBundle {
  /** In the app. */
  readonly written: readonly string[]
  /** Its main executable, if an identity had signed it. */
  readonly lost: readonly string[]
}

/**
 * Seals a bundle, unless its seal and the signature of its main executable are right as they are. What is nested in it
 * is signed already.
 */
export async function sealBundle(
  app: string,
  bundle: Bundle,
  read: FileReader,
  entitlements: Buffer | undefined,
): Promise<SealedBundle> {
  const { sealed, program, executable, info, ruleSet } = bundle
  const whole = join(app, program)
  if (lookAt(whole)?.isFile() !== true) {
    const name = `\`CFBundleExecutable\` (\`${program}\`)`
    throw unfitBundle(app, `lacks ${name}`, 'Build the app before it is made ready')
  }
  const seal = join(app, sealed, sealPath)
  if (lookAt(dirname(seal))?.isDirectory() === false) {
    throw unfitBundle(
      app,
      `has \`${dirname(join(sealed, sealPath))}\`, which is no folder`,
      'Remove it',
    )
  }
  const former = readRegularFile(seal)
  const resources = readSealed(app, bundle, read, { sealed: sealedFiles(former) })
  const found = planResources(resources, executable, ruleSet)
  const infoPlist = readRegularFile(join(app, sealed, bundle.infoPlist))
  // Last: its bytes are there until another file is read.
  const bytes = read(whole) ?? Buffer.alloc(0)
  const kept = keptOptions(bytes)
  const isGranted = entitlements === undefined || kept.entitlements?.equals(entitlements) === true
  const isRight = former !== undefined && isSealed(former, found)
  const codeResources = isRight ? former : Buffer.from(writePlist(codeResourcesPlist(found)))
  const parts = { infoPlist, codeResources }
  const identifier =
    textOf(info, 'CFBundleIdentifier') ?? defaultIdentifier(executable, bytesOf(bytes))
  if (isRight && isGranted && isSigned(bytes, { ...parts, identifier }, [])) {
    return { written: [], lost: [] }
  }

  const options = { ...kept, ...(entitlements === undefined ? {} : { entitlements }) }
  const signed = sealPieces(bytes, { ...options, ...parts, identifier })
  if (!isRight) {
    await mkdir(join(app, sealed, '_CodeSignature'), { recursive: true })
    await writeFileAtomic(seal, codeResources)
  }
  await rewriteFile(whole, signed)
  return {
    written: [...(isRight ? [] : [`${sealed}/${sealPath}`]), program],
    lost: hasIdentity(bytesOf(bytes)) ? [program] : [],
  }
}

/** `files2` of a seal; undefined when it cannot be read. */
export function sealedFiles(seal: Buffer | undefined): PlistDictionary | undefined {
  try {
    const files = seal === undefined ? undefined : readPlist(seal.toString('utf8')).get('files2')
    return isDictionary(files) ? files : undefined
  } catch (error) {
    if (error instanceof PyEmbedError) return undefined
    throw error
  }
}

function isSealed(seal: Buffer, found: Parameters<typeof compareResources>[1]): boolean {
  try {
    return compareResources(seal.toString('utf8'), found).length === 0
  } catch (error) {
    if (error instanceof PyEmbedError) return false
    throw error
  }
}
