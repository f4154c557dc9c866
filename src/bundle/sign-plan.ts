import { join, posix } from 'node:path'

import { withBytes } from '../binary/bytes.ts'
import { defaultIdentifier } from '../binary/macho/signature/identifier.ts'
import { packageRoot } from '../fs/package-root.ts'
import { compareText } from '../text/json.ts'
import { type Bundle, type FoundBundles, requireBundles } from './bundles.ts'
import { textOf } from './layout.ts'
import { isProgram, sealedIn } from './surroundings.ts'
import { type BundleTree, readTree } from './tree.ts'

/** Something that an identity signs. */
export interface SignItem {
  /** Absolute. */
  readonly path: string
  /** `bundle`: with all that is in it; `pe`: a program or library of Windows. */
  readonly kind: 'code' | 'bundle' | 'pe'
  readonly identifier: string | null
  /** A property list, for programs: libraries have what the program has that loads them. */
  readonly entitlements: string | null
  /** For `codesign`, or for `signtool sign`. */
  readonly options: readonly string[]
}

/**
 * What of an app an identity signs, in this order: all code before the bundle that it is in, that before the bundle
 * around it (TN2206). Found by what files begin with, for notarisation looks at them all.
 * @param entitlements of the app’s program; others have what Python needs.
 * @throws PYEMBED_BUNDLE_UNFIT
 */
export function planSigning(app: string, entitlements?: string): readonly SignItem[] {
  const bundles = requireBundles(app)
  const tree = readTree(app)
  const programs = new Set(bundles.all.map(({ program }) => program))
  return bundles.all.flatMap((bundle) => {
    const own = [...tree.code.keys()].filter(
      (path) => !programs.has(path) && isSealedIn(bundles, bundle, path),
    )
    const granted = bundle.path === '' ? entitlements : undefined
    return [
      ...own.toSorted(compareText).map((path) => codeItem(tree, path)),
      bundleItem(tree, bundle, granted),
    ]
  })
}

/** What a program that imports packages needs under the hardened runtime: nobody else’s code loads without it. */
export function defaultEntitlements(): string {
  return join(packageRoot(), 'templates', 'macos', 'entitlements.plist')
}

function isSealedIn(bundles: FoundBundles, bundle: Bundle, path: string): boolean {
  return sealedIn(bundles, path) === bundle
}

function codeItem(tree: BundleTree, path: string): SignItem {
  const whole = join(tree.app, path)
  const identifier = withBytes(whole, (file) => defaultIdentifier(posix.basename(path), file))
  const entitlements = isProgram(tree, path) ? defaultEntitlements() : null
  return item('code', whole, identifier, entitlements)
}

function bundleItem(tree: BundleTree, bundle: Bundle, granted: string | undefined): SignItem {
  const identifier = textOf(bundle.info, 'CFBundleIdentifier') ?? null
  const entitlements = isProgram(tree, bundle.program) ? (granted ?? defaultEntitlements()) : null
  return item('bundle', join(tree.app, bundle.path), identifier, entitlements)
}

function item(
  kind: SignItem['kind'],
  path: string,
  identifier: string | null,
  entitlements: string | null,
): SignItem {
  const options = [
    '--force',
    '--timestamp',
    '--options',
    'runtime',
    ...(identifier === null ? [] : ['--identifier', identifier]),
    ...(entitlements === null ? [] : ['--entitlements', entitlements]),
  ]
  return { path, kind, identifier, entitlements, options }
}
