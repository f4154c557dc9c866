import { architectureOf } from '../binary/macho/architecture.ts'
import { followLoads } from './loads.ts'
import type { BundlePython } from './python.ts'
import type { BundleTree } from './tree.ts'

/** The extension modules of the app: those outside of the framework that Python may import. */
export function extensionModules(
  { code }: Pick<BundleTree, 'code'>,
  { framework }: Pick<BundlePython, 'framework'>,
): readonly string[] {
  return [...code.keys()].filter(
    (path) => path.endsWith('.so') && !path.startsWith(`${framework}/`),
  )
}

/** What extension modules load into any program that imports them, which may be `bin/python3` of the framework. */
export function importedCode(
  tree: BundleTree,
  python: BundlePython,
  program: string,
): ReadonlySet<string> {
  const modules = extensionModules(tree, python)
  const imported = new Set(modules)
  for (const arch of architecturesOf(tree, program)) {
    const loads = followLoads(tree, program, modules, arch)
    const add = (path: string): void => {
      for (const { found } of loads.get(path) ?? []) {
        if (found === undefined || imported.has(found)) continue
        imported.add(found)
        add(found)
      }
    }
    for (const path of modules) add(path)
  }
  return imported
}

export function architecturesOf({ code }: BundleTree, path: string): readonly string[] {
  return (code.get(path)?.slices ?? []).map(architectureOf)
}
