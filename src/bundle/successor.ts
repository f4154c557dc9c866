import { sliceFor } from './find-library.ts'
import type { BundleTree } from './tree.ts'

/**
 * Where a library lies in the app that has the name of another machine: of those with the most names in common at the
 * end (`QtCore.framework/Versions/A/QtCore`) the only one; undefined when there is none, or nobody can tell which.
 */
export function findSuccessor(tree: BundleTree, name: string, arch: string): string | undefined {
  const wanted = name.split('/').toReversed()
  const [file = ''] = wanted
  const scores = [...tree.code.keys()].flatMap((path) => {
    if (!path.endsWith(`/${file}`) || sliceFor(tree, path, arch) === undefined) return []
    const names = path.split('/').toReversed()
    const common = names.findIndex((each, index) => each !== wanted[index])
    const score = common === -1 ? names.length : common
    return score > 0 ? [{ path, score }] : []
  })
  const most = Math.max(0, ...scores.map(({ score }) => score))
  const best = scores.filter(({ score }) => score === most)
  return best.length === 1 ? best[0]?.path : undefined
}
