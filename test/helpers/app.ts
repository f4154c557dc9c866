import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { createFramework } from '../../src/framework/create.ts'
import { type PlistValue, writePlist } from '../../src/text/plist.ts'
import { testContext } from './context.ts'
import { makeRequest, minor } from './framework.ts'
import { type DylibOptions, makeDylib } from './make-dylib.ts'
import { askPython } from './python.ts'
import { temporaryDirectory } from './temporary.ts'
import { writeFiles } from './tree.ts'

export const libpython = `libpython${minor}.dylib`

/** `Info.plist` of a bundle whose program has a name. */
export function infoPlist(
  executable: string,
  more: Readonly<Record<string, PlistValue>> = {},
): string {
  return writePlist(
    new Map<string, PlistValue>([
      ['CFBundleExecutable', executable],
      ['CFBundleIdentifier', `org.example.${executable}`],
      ['CFBundlePackageType', 'APPL'],
      ['LSMinimumSystemVersion', '12.0'],
      ...Object.entries(more),
    ]),
  )
}

/** Code that loads libraries. */
export function loading(
  names: readonly string[],
  options: DylibOptions & { readonly fileType?: number } = {},
): Buffer {
  const loads = names.map((name) => ['load', name] as const)
  return makeDylib({ fileType: 8, room: 400, ...options, loads })
}

/** A small app with a framework, and a program that nobody made ready; `more` by paths in `Contents`. */
export async function makeApp(
  more: Readonly<Record<string, string | Buffer>> = {},
): Promise<{ readonly app: string; readonly at: (path: string) => string }> {
  const root = temporaryDirectory('app')
  const app = join(root, 'Demo.app')
  const frameworks = join(app, 'Contents', 'Frameworks')
  mkdirSync(frameworks, { recursive: true })
  const request = { ...makeRequest(), output: frameworks }
  await createFramework(testContext(root), request)
  writeFiles(join(app, 'Contents'), {
    'Info.plist': infoPlist('Demo'),
    'MacOS/Demo': loading([`/install/lib/${libpython}`], { fileType: 2 }),
    'Resources/de.lproj/texts.strings': 'a = b;\n',
    ...more,
  })
  return { app, at: (path) => join(app, 'Contents', path) }
}

/** What a program that is not ours finds wrong with the seals of an app and of all bundles in it. */
export function judgeApp(app: string): readonly string[] {
  return askPython(readFileSync(new URL('app-seal.py', import.meta.url), 'utf8'), app)
}

/** The same file with a bit of it flipped, from the end where `offset` is negative. */
export function flipBit(path: string, offset: number): void {
  const bytes = readFileSync(path)
  const at = offset < 0 ? bytes.length + offset : offset
  bytes[at] = (bytes[at] ?? 0) ^ 1
  writeFileSync(path, bytes)
}
