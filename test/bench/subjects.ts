import { linkSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

import { cliPath } from '../helpers/cli.ts'
import { benchEnvironment, type Command, type Subject } from './measure.ts'
import { manyTargets, type World } from './world.ts'

const clean = benchEnvironment()

/** What is measured in turn; each run in folders of its own. `server` serves the test mirror. */
export function makeSubjects(world: World, server: string): readonly Subject[] {
  const { root, project, env } = world
  const cacheDir = env['PYEMBED_CACHE_DIR'] ?? ''
  const pyembed = (args: readonly string[], cwd: string, own: Record<string, string>): Command => ({
    argv: [process.execPath, cliPath, ...args],
    env: { ...clean, ...env, ...own },
    cwd,
  })
  const sync = (data: string, own: Record<string, string> = {}): Command =>
    pyembed(['sync', '--quiet'], project, { PYEMBED_OFFLINE: '1', PYEMBED_DATA_DIR: data, ...own })

  return [
    { name: 'sync, full cache', command: (run) => sync(join(root, `data${run}`)) },
    { name: 'no-op sync', command: (run) => sync(join(root, `data${run}`)) },
    {
      name: 'verify',
      command: (run) =>
        pyembed(['verify'], project, { PYEMBED_DATA_DIR: join(root, `data${run}`) }),
    },
    {
      name: 'sha256sum',
      command: (run) => ({
        argv: [
          'sh',
          '-c',
          `find "${join(root, `data${run}`, 'store')}" -type f -exec sha256sum {} +`,
        ],
        env: clean,
      }),
    },
    {
      name: 'sync, nothing unpacked',
      command: (run) => {
        const cache = join(root, `cache${run}`)
        mkdirSync(cache)
        symlinkSync(join(cacheDir, 'downloads'), join(cache, 'downloads'))
        return sync(join(root, `first${run}`), { PYEMBED_CACHE_DIR: cache })
      },
    },
    {
      name: 'sync, archive from a server',
      command: (run) => {
        const cache = join(root, `served${run}`)
        linkDownloads(cacheDir, cache, world.archiveSha256)
        return sync(join(root, `fetched${run}`), {
          PYEMBED_CACHE_DIR: cache,
          PYEMBED_OFFLINE: '',
          PYEMBED_PYTHON_MIRROR: server,
        })
      },
    },
    {
      name: '4 syncs at once',
      command: (run) => syncTargets(world, () => join(root, `four${run}`), '&'),
    },
    // Each into a store of its own, one after the other: three of them make a tool Python, too.
    {
      name: '4 syncs, each alone',
      command: (run) => syncTargets(world, (target) => join(root, `alone${run} ${target}`), ';'),
    },
    // What the file system makes of it: one process and four, of hard links alone.
    { name: 'cp -al', command: (run) => linkTrees(world, [`links${run}`]) },
    {
      name: '4 cp -al at once',
      command: (run) =>
        linkTrees(
          world,
          manyTargets.map((target) => `links${run} ${target}`),
        ),
    },
    { name: 'uv, empty cache', command: (run) => uv(world, `uv-empty${run}`, `uv-cache${run}`) },
    { name: 'uv, warm cache', command: (run) => uv(world, `uv-warm${run}`, 'uv-cache') },
    {
      name: 'build Python',
      command: (run) => ({
        argv: [
          'cmake',
          `-DENTRY=${world.storeEntry}`,
          `-DBUILD=${join(root, `build${run}`)}`,
          '-P',
          world.materialize,
        ],
        env: clean,
      }),
    },
    {
      name: 'bare cmake',
      command: () => ({ argv: ['cmake', '-P', '/dev/null'], env: clean }),
    },
    {
      name: 'cp -a',
      command: (run) => ({
        argv: ['cp', '-a', world.storeEntry, join(root, `copy${run}`)],
        env: clean,
      }),
    },
    {
      name: 'tar -xzf',
      command: (run) => {
        const directory = join(root, `tar${run}`)
        mkdirSync(directory)
        return { argv: ['tar', '-xzf', world.archive, '-C', directory], env: clean }
      },
    },
  ]
}

/** A sync of each target from a full cache, into what `data` says, with `end` between them. */
function syncTargets(
  { manyProject, env }: World,
  data: (target: string) => string,
  end: '&' | ';',
): Command {
  const syncs = manyTargets.map(
    (target) =>
      `PYEMBED_DATA_DIR="${data(target)}" "${process.execPath}" "${cliPath}" sync --quiet --target ${target} ${end}`,
  )
  return {
    argv: ['sh', '-c', `${syncs.join(' ')} wait`],
    env: { ...clean, ...env, PYEMBED_OFFLINE: '1' },
    cwd: manyProject,
  }
}

/** Makes hard links to a prefix, in several processes at once. */
function linkTrees({ root, storeEntry }: World, names: readonly string[]): Command {
  const prefix = join(storeEntry, 'prefix')
  const copies = names.map((name) => `cp -al "${prefix}" "${join(root, name)}" &`)
  return { argv: ['sh', '-c', `${copies.join(' ')} wait`], env: clean }
}

/** A cache with all downloads but one. */
function linkDownloads(from: string, to: string, without: string): void {
  mkdirSync(join(to, 'downloads'), { recursive: true })
  for (const name of readdirSync(join(from, 'downloads'))) {
    if (name !== without) linkSync(join(from, 'downloads', name), join(to, 'downloads', name))
  }
}

function uv(
  { root, uv: program, wheels, requirements }: World,
  run: string,
  cache: string,
): Command {
  const home = join(root, run)
  const python = join(home, 'cpython-3.14.6-linux-x86_64-gnu', 'bin', 'python3.14')
  const script = `"${program}" python install -q 3.14.6 && "${program}" pip install -q --no-index --find-links "${wheels}" --break-system-packages --python "${python}" ${requirements.join(' ')}`
  return {
    argv: ['sh', '-c', script],
    env: {
      ...clean,
      UV_PYTHON_DOWNLOADS_JSON_URL: join(root, 'downloads.json'),
      UV_PYTHON_INSTALL_DIR: home,
      UV_CACHE_DIR: join(root, cache),
      UV_PYTHON_INSTALL_BIN: '0',
    },
  }
}
