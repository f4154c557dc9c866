import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import pMap from 'p-map'

import { writeArchive } from './archive.ts'
import { fetchJars, fetchWheel, jarPath, locateGoModule } from './clients.ts'
import { addHeaders } from './headers.ts'
import { layOut } from './layout.ts'
import { addPackage } from './packages.ts'
import { nameArchive } from './recipe.ts'
import type { Archive, Build } from './recipe.ts'
import { addTerminfo } from './terminfo.ts'
import { addFile, readModuleTree } from './tree.ts'
import type { Tree } from './tree.ts'

interface Sources {
  readonly module: string
  readonly wheels: readonly (Build['wheels'][number] & { readonly path: string })[]
}

/** Writes `<build>/<archive>` and `<build>/SHA256SUMS` of these builds; downloads go to `workDir`. */
export async function writeMirror(
  builds: readonly Build[],
  contentDir: string,
  workDir: string,
  log: (line: string) => void,
): Promise<void> {
  log('asking go, mvn and pip for what it is made from')
  const sources = await fetchSources(builds, workDir)

  for (const build of builds) {
    const buildDir = join(contentDir, build.build)
    const mtime = new Date(build.build.replace(/(....)(..)(..)/, '$1-$2-$3T00:00:00Z'))
    await mkdir(buildDir)
    const lines = await pMap(
      build.archives,
      async (archive) => {
        const name = nameArchive(build, archive)
        const tree = await composeTree(build, archive, sourcesOf(build), workDir)
        const sha256 = await writeArchive(join(buildDir, name), tree, mtime)
        log(`${build.build}/${name}`)
        return { name, sha256 }
      },
      { concurrency: 2 },
    )
    lines.sort((a, b) => (a.name < b.name ? -1 : 1))
    const sums = lines.map(({ name, sha256 }) => `${sha256}  ${name}\n`)
    await writeFile(join(buildDir, 'SHA256SUMS'), sums, { flush: true })
  }

  function sourcesOf(build: Build): Sources {
    const found = sources.get(build)
    if (found === undefined) throw new Error(`no sources for ${build.build}`)
    return found
  }
}

async function fetchSources(
  builds: readonly Build[],
  workDir: string,
): Promise<ReadonlyMap<Build, Sources>> {
  const jars = fetchJars(builds, workDir)
  const others = builds.map(async (build): Promise<[Build, Sources]> => {
    const module = await locateGoModule(build.goModule, workDir)
    const wheels = await pMap(
      build.wheels,
      async (wheel) => ({ ...wheel, path: await fetchWheel(wheel, build.version, workDir) }),
      { concurrency: 1 },
    )
    return [build, { module, wheels }]
  })
  // Every client has ended before the first failure is told, so that none writes into a directory being removed.
  await Promise.allSettled([jars, ...others])
  await jars

  return new Map(await Promise.all(others))
}

async function composeTree(
  build: Build,
  archive: Archive,
  { module, wheels }: Sources,
  workDir: string,
): Promise<Tree> {
  const layout = layOut(archive.target, build.version)
  const tree = await readModuleTree(join(module, 'python/internal/data', archive.tree))
  await addHeaders(tree, jarPath(workDir, build.jarVersion, archive.jar), layout, build)
  for (const wheel of wheels) await addPackage(tree, wheel, layout)
  if (layout.isLinux) addTerminfo(tree, layout.fileMode)
  if (layout.isWindows) addFile(tree, 'Scripts/.empty', '', layout.fileMode)

  return tree
}
