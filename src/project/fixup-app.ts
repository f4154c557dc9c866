import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

import type { LoaderChange } from '../bundle/changes.ts'
import { fixBundle } from '../bundle/fixup.ts'
import type { BundleProblem } from '../bundle/problem.ts'
import { runSigning } from '../bundle/run-signing.ts'
import { planSigning, type SignItem } from '../bundle/sign-plan.ts'
import { findWindowsCode, planWindowsSigning } from '../bundle/sign-plan-windows.ts'
import { unsignedProblems } from '../bundle/unsigned.ts'
import type { SymbolCounts } from '../bundle/symbol-problems.ts'
import { libraryValidation } from '../bundle/team-problems.ts'
import { verifyBundle } from '../bundle/verify.ts'
import { readEntitlements } from '../binary/macho/signature/entitlements.ts'
import type { Context } from '../context.ts'
import { createRegularReader } from '../fs/file-reader.ts'

export interface FixupAppOptions {
  /** The app, `Workbench.app`; or the folder of a package for Windows, which is only signed. */
  readonly app: string
  /** A property list of what its program is entitled to. */
  readonly entitlements?: string | undefined
}

export interface FixedApp {
  readonly app: string
  readonly ok: boolean
  /** Files and links that there are. */
  readonly files: number
  /** Loader paths that are others now, and links. */
  readonly edits: readonly LoaderChange[]
  /** Files that were written, in the app. */
  readonly written: readonly string[]
  /** How many items `PYEMBED_SIGN_COMMAND` signed. */
  readonly signed: number
  readonly problems: readonly BundleProblem[]
  readonly symbols: SymbolCounts
}

/**
 * Makes an app ready to run wherever it is, see {@link fixBundle}; has it signed by whom `PYEMBED_SIGN_COMMAND` names;
 * and judges what came out. @throws PYEMBED_BUNDLE_UNFIT, PYEMBED_PLIST_INVALID, PYEMBED_SIGN_FAILED
 */
export async function fixupApp(context: Context, options: FixupAppOptions): Promise<FixedApp> {
  const app = resolve(options.app)
  if (context.env.signCommand !== undefined && !isApp(app) && existsSync(app)) {
    const signed = await signWindows(context, context.env.signCommand, app)
    if (signed !== undefined) return signed
  }
  // Of all that is read of an app there is one file at a time in memory.
  const read = createRegularReader()
  const entitlements = readGranted(context, options.entitlements)
  const { edits, written, problems: kept } = await fixBundle(context, app, { entitlements, read })
  const { signCommand } = context.env
  const items = signCommand === undefined ? [] : planSigning(app, absolute(options.entitlements))
  if (signCommand !== undefined) await runSigning(context, signCommand, items)
  const { files, problems: found, symbols } = await verifyBundle(app, context.signal, read)
  const known = new Set(found.map((each) => JSON.stringify(each)))
  const unsigned = signCommand === undefined ? [] : unsignedProblems(app)
  const problems = [
    ...kept.filter((each) => !known.has(JSON.stringify(each))),
    ...found,
    ...unsigned,
  ]
  const ok = problems.length === 0
  return { app, ok, files, edits, written, signed: items.length, problems, symbols }
}

/** What is to be signed in an app; or in a folder, which is a package for Windows, what is not signed yet. */
export function planAppSigning({ app, entitlements }: FixupAppOptions): readonly SignItem[] {
  const folder = resolve(app)
  return isApp(folder) ? planSigning(folder, absolute(entitlements)) : planWindowsSigning(folder)
}

/** Has signed what is for Windows in a folder and nobody signed; undefined when nothing there is. */
async function signWindows(
  context: Context,
  command: string,
  folder: string,
): Promise<FixedApp | undefined> {
  if (findWindowsCode(folder).length === 0) return undefined
  const items = planWindowsSigning(folder)
  await runSigning(context, command, items)
  const code = findWindowsCode(folder)
  const problems = code
    .filter(({ isSigned }) => !isSigned)
    .map(({ path }): BundleProblem => ({ path, kind: 'signature', detail: 'nobody signed it' }))
  return {
    app: folder,
    ok: problems.length === 0,
    files: code.length,
    edits: [],
    written: [],
    signed: items.length,
    problems,
    symbols: { checked: 0, unchecked: 0 },
  }
}

function isApp(folder: string): boolean {
  return folder.endsWith('.app') || existsSync(join(folder, 'Contents'))
}

function absolute(path: string | undefined): string | undefined {
  return path === undefined ? undefined : resolve(path)
}

/** @throws PYEMBED_PLIST_INVALID */
function readGranted({ emit }: Context, path: string | undefined): Buffer | undefined {
  if (path === undefined) return undefined
  const bytes = readFileSync(path)
  if (readEntitlements(bytes).get(libraryValidation) !== true) {
    const text = `\`${path}\` does not have \`${libraryValidation}\`: under the hardened runtime no package of another signer loads`
    emit({ kind: 'warning', text })
  }
  return bytes
}
