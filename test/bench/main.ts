// npm run bench: what pyembed costs, as ratios against its peers in the same run. Linux x86_64.
//   npm run bench -- --runs 7
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { readEnvironment } from '../../src/env.ts'
import { parseLock } from '../../src/lock/file.ts'
import { formatColumns } from '../../src/text/columns.ts'
import { cleanEnvironment, cliPath, runCli } from '../helpers/cli.ts'
import { assembleMirror } from '../mirror/assemble.ts'
import { type Command, measureInTurn, type Subject } from './measure.ts'
import { measureStart } from './start.ts'
import { formatSummary, ratios, summarize } from './statistics.ts'
import { findUv, writeDownloadList } from './uv.ts'

const target = 'x86_64-unknown-linux-gnu'
const runs = Number(process.argv[process.argv.indexOf('--runs') + 1]) || 7
const root = mkdtempSync(join(tmpdir(), 'pyembed-bench-'))
try {
  await bench()
} finally {
  rmSync(root, { recursive: true, force: true })
}

async function bench(): Promise<void> {
  const world = await prepare()
  const samples = await measureInTurn(subjects(world), runs)
  const wall = (name: string): number[] => (samples.get(name) ?? []).map(({ wallMs }) => wallMs)
  const peak = (name: string): number[] =>
    (samples.get(name) ?? []).map(({ peakBytes }) => peakBytes / 1e6)
  const ratio = (of: string, to: string): string =>
    formatSummary(summarize(ratios(wall(of), wall(to))), 2)
  const start = await measureStart(world.project, world.env)

  process.stdout.write(
    `${formatColumns([
      [`${runs} runs each in turn`, 'median (min-max)'],
      ...[...samples.keys()].map((name) => [
        `${name}, ms`,
        formatSummary(summarize(wall(name)), 0),
      ]),
      ...[...samples.keys()].map((name) => [
        `${name}, process-tree peak, MB`,
        formatSummary(summarize(peak(name)), 0),
      ]),
      ['', ''],
      // Like with like: what is unpacked already on neither side, then on both.
      [
        'sync, nothing unpacked / uv, empty cache',
        `${ratio('sync, nothing unpacked', 'uv, empty cache')}   target <= 0.8`,
      ],
      ['sync, parts unpacked / uv, warm cache', ratio('sync, parts unpacked', 'uv, warm cache')],
      [
        'sync, nothing unpacked / tar -xzf (Python alone)',
        ratio('sync, nothing unpacked', 'tar -xzf'),
      ],
      ['no-op sync / sync, parts unpacked', ratio('no-op sync', 'sync, parts unpacked')],
      [
        'the largest process tree of sync, MB',
        `${formatSummary(summarize(peak('sync, nothing unpacked')), 0)}   target <= 200`,
      ],
      ...start.map(({ name, cpuMs }) => [
        `${name}, cpu ms above bare node`,
        `${cpuMs.toFixed(1)}   target <= 10`,
      ]),
    ])}\n`,
  )
}

interface World {
  readonly project: string
  readonly env: Record<string, string>
  readonly archive: string
  readonly uv: string
  readonly wheels: string
  readonly requirements: readonly string[]
}

/** A project whose lock is made and whose files are all in pyembed's download cache; the same files for uv. */
async function prepare(): Promise<World> {
  const { dir: mirror } = await assembleMirror({ log: (line) => process.stderr.write(`${line}\n`) })
  const { cacheDir } = readEnvironment()
  const project = join(root, 'project')
  mkdirSync(project)
  writeFileSync(
    join(project, 'pyembed.toml'),
    `[app]\nname = "Bench"\n[python]\nversion = "3.14.6"\ntargets = ["${target}"]\n[python.packages]\nrequires = ["numpy"]\n`,
  )
  const env = {
    PYEMBED_PYTHON_MIRROR: mirror,
    PYEMBED_CACHE_DIR: join(root, 'cache'),
    PYEMBED_DATA_DIR: join(root, 'data'),
  }
  const synced = await runCli(['sync'], { cwd: project, env })
  if (synced.exitCode !== 0) throw new Error(synced.stderr)

  const lockPath = join(project, 'pyembed.lock')
  const lock = parseLock(readFileSync(lockPath, 'utf8'), lockPath)
  const { archive, packages } = lock.targets[target] ?? {
    archive: { name: '', sha256: '' },
    packages: [],
  }
  const wheels = join(root, 'wheels')
  mkdirSync(wheels)
  for (const { wheel, sha256 } of packages)
    copyFileSync(join(env.PYEMBED_CACHE_DIR, 'downloads', sha256), join(wheels, wheel))
  const path = join(mirror, lock.python.build, archive.name)
  writeDownloadList(join(root, 'downloads.json'), { ...lock.python, path, sha256: archive.sha256 })
  return {
    project,
    env,
    archive: path,
    uv: findUv(join(cacheDir, 'bench-uv')),
    wheels,
    requirements: packages.map(({ name, version }) => `${name}==${version}`),
  }
}

function subjects({ project, env, archive, uv, wheels, requirements }: World): readonly Subject[] {
  const clean = cleanEnvironment()
  const sync = (data: string): Command => ({
    argv: [process.execPath, cliPath, 'sync', '--quiet'],
    env: { ...clean, ...env, PYEMBED_OFFLINE: '1', PYEMBED_DATA_DIR: data },
    cwd: project,
  })
  const installWithUv = (run: string, cache: string): Command => {
    const home = join(root, run)
    const python = join(home, 'cpython-3.14.6-linux-x86_64-gnu', 'bin', 'python3.14')
    const script = `"${uv}" python install -q 3.14.6 && "${uv}" pip install -q --no-index --find-links "${wheels}" --break-system-packages --python "${python}" ${requirements.join(' ')}`
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
  return [
    { name: 'sync, parts unpacked', command: (run) => sync(join(root, `data${run}`)) },
    { name: 'no-op sync', command: (run) => sync(join(root, `data${run}`)) },
    {
      name: 'sync, nothing unpacked',
      command: (run) => {
        const cache = join(root, `cache${run}`)
        mkdirSync(cache)
        symlinkSync(join(env['PYEMBED_CACHE_DIR'] ?? '', 'downloads'), join(cache, 'downloads'))
        const { argv, cwd, env: syncEnv } = sync(join(root, `first${run}`))
        return { argv, cwd: cwd ?? root, env: { ...syncEnv, PYEMBED_CACHE_DIR: cache } }
      },
    },
    {
      name: 'uv, empty cache',
      command: (run) => installWithUv(`uv-empty${run}`, `uv-cache${run}`),
    },
    { name: 'uv, warm cache', command: (run) => installWithUv(`uv-warm${run}`, 'uv-cache') },
    {
      name: 'tar -xzf',
      command: (run) => {
        const directory = join(root, `tar${run}`)
        mkdirSync(directory)
        return { argv: ['tar', '-xzf', archive, '-C', directory], env: clean }
      },
    },
  ]
}
