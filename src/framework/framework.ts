import type { Inventory } from '../fs/inventory.ts'
import type { PrefixKind } from '../platform/layout.ts'
import type { LoaderEdit } from './loader-paths.ts'

export interface FrameworkRequest {
  /** The prefix, and the inventory of it: nothing else that lies there is looked at. */
  readonly prefix: string
  readonly inventory: Inventory
  readonly kind: PrefixKind
  readonly pinId: string
  /** A Python of the same version that runs here, to compile byte code. */
  readonly python: string
  /** A folder that keeps byte code for the next framework of the same sources; none is kept without. */
  readonly byteCode?: string | undefined
  /** The folder that gets `Python.framework`. */
  readonly output: string
  /** `CFBundleIdentifier` */
  readonly identifier: string
}

export interface Framework {
  /** `<output>/Python.framework` */
  readonly framework: string
  /** Of Python */
  readonly version: string
  /** As Apple calls them: `arm64`, `x86_64`. */
  readonly architectures: readonly string[]
  /** How many files and links there are. */
  readonly files: number
  /** The loader paths that were changed. */
  readonly edits: readonly LoaderEdit[]
}
