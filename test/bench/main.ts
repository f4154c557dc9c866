// npm run bench: what pyembed costs, as ratios against its peers in the same run. Linux x86_64.
//   npm run bench -- --runs 7
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { formatColumns } from '../../src/text/columns.ts'
import { serveMirror } from '../mirror/serve.ts'
import { measureInclude } from './configure.ts'
import { makeFrameworkSubjects, measureEdit } from './macos.ts'
import { measureInTurn } from './measure.ts'
import { makeQuickCommands, measureStarts } from './start.ts'
import { formatSummary, ratios, summarize } from './statistics.ts'
import { makeSubjects } from './subjects.ts'
import { measureVenvs } from './venv.ts'
import { prepareWorld } from './world.ts'

/** What, less what it takes to do nothing, is divided by what, and the most that it may be. */
const comparisons: readonly (readonly [of: string, to: string, target?: number, above?: string])[] =
  [
    // All that `fetch` leaves in pyembed's cache, so unpacked; the archive and the wheels for uv.
    ['sync, full cache', 'uv, empty cache', 0.5],
    ['sync, full cache', 'uv, warm cache', 0.5],
    // The first sync of all: nothing is unpacked on either side.
    ['sync, nothing unpacked', 'uv, empty cache', 0.8],
    ['sync, nothing unpacked', 'tar -xzf'],
    ['sync, archive from a server', 'sync, nothing unpacked', 1.15],
    ['verify', 'sha256sum', 1.2],
    // 2.2 of what one of the four takes; the host's alone makes one entry, all four together five.
    ['4 syncs at once', '4 syncs, each alone', 2.2 / 4],
    ['4 syncs at once', 'sync, full cache'],
    ['4 cp -al at once', 'cp -al'],
    ['build Python', 'cp -a', 1.2, 'bare cmake'],
    ['framework create', 'cp -a and sha256sum', 2, 'byte code'],
    ['framework verify', 'sha256sum of a framework', 1.5],
  ]

/** Bytes, of the largest sync and of a framework. */
const memoryTarget = 150e6
const frameworkMemoryTarget = 200e6

/** Of what llvm-install-name-tool takes. */
const editTarget = 0.2
const editPlaces = ['in memory', 'on the disk']

/** Milliseconds of cpu above a node that does nothing. */
const startTargets: Readonly<Record<string, number>> = {
  'pyembed --version': 10,
  'pyembed cmake --dir': 10,
  'no-op pyembed sync': 10,
  'venv create': 20,
  'venv list of 500': 50,
}

/** Milliseconds of cpu above a configure without pyembed. */
const includeTarget = 30

/** Milliseconds of an environment made in C++, and its part of what `uv venv` takes. */
const createTarget = 1
const perUvTarget = 0.2

const runs = Number(process.argv[process.argv.indexOf('--runs') + 1]) || 7
const root = mkdtempSync(join(tmpdir(), 'pyembed-bench-'))
/** Of memory: there no disk says how long it takes to replace a file. */
const shared = mkdtempSync('/dev/shm/pyembed-bench-')
try {
  await bench()
} finally {
  for (const made of [root, shared]) rmSync(made, { recursive: true, force: true })
}

async function bench(): Promise<void> {
  const world = await prepareWorld(root)
  const server = await serveMirror(world.mirror)
  const subjects = [...makeSubjects(world, server.url), ...makeFrameworkSubjects(world)]
  const samples = await measureInTurn(subjects, runs).finally(server.close)
  const edits = [await measureEdit(world, shared), await measureEdit(world, root)] as const
  const includeMs = measureInclude(root, world.project)
  const venvs = await measureVenvs(world)
  const starts = measureStarts(root, [
    ...makeQuickCommands(world.project, world.env),
    ...venvs.quickCommands,
  ])

  const of = (name: string, figure: 'wallMs' | 'peakBytes'): readonly number[] =>
    (samples.get(name) ?? []).map((sample) => sample[figure])
  const names = [...samples.keys()]
  const absolute = names.map((name) => [
    name,
    formatSummary(summarize(of(name, 'wallMs')), 0),
    formatSummary(summarize(of(name, 'peakBytes').map((bytes) => bytes / 1e6)), 0),
  ])
  const compared = comparisons.map(([a, b, target, above]) => {
    const idle = above === undefined ? [] : of(above, 'wallMs')
    const added = of(a, 'wallMs').map((ms, index) => ms - (idle[index] ?? 0))
    const summary = summarize(ratios(added, of(b, 'wallMs')))
    return [
      `${a}${above === undefined ? '' : `, above ${above}`} / ${b}`,
      formatSummary(summary, 2),
      verdict(summary.median, target, String),
    ]
  })
  const perUv = summarize(ratios(venvs.createMs, venvs.uvMs))
  const frameworkMemory = summarize(of('framework create', 'peakBytes'))
  const memory = summarize(of('sync, nothing unpacked', 'peakBytes'))
  process.stdout.write(
    `${formatColumns([
      [`${runs} runs each in turn`, 'ms: median (min-max)', 'process tree, MB'],
      ...absolute,
      ...edits.flatMap(({ ownMs, llvmMs }, index) => [
        [`edit libpython, ${editPlaces[index]}`, formatSummary(summarize(ownMs), 0), ''],
        [
          `llvm-install-name-tool-19, ${editPlaces[index]}`,
          formatSummary(summarize(llvmMs), 0),
          '',
        ],
      ]),
      ['', ''],
      ...compared,
      [
        'the largest process tree of a sync',
        inMegabytes(Math.round(memory.median / 1e5) * 1e5),
        verdict(memory.median, memoryTarget, inMegabytes),
      ],
      [
        'the process tree of framework create',
        inMegabytes(Math.round(frameworkMemory.median / 1e5) * 1e5),
        verdict(frameworkMemory.median, frameworkMemoryTarget, inMegabytes),
      ],
      ...edits.map(({ ownMs, llvmMs }, index) => {
        const summary = summarize(ratios(ownMs, llvmMs))
        return [
          `edit libpython, signature kept / llvm-install-name-tool-19, ${editPlaces[index]}`,
          formatSummary(summary, 2),
          verdict(summary.median, index === 0 ? editTarget : undefined, String),
        ]
      }),
      ...starts.map(({ name, cpuMs }) => [
        `${name}, cpu above bare node`,
        `${formatSummary(cpuMs, 1)} ms`,
        verdict(cpuMs.median, startTargets[name], (ms) => `${ms} ms`),
      ]),
      [
        'include(pyembed.cmake), cpu of configuring again',
        `${includeMs.toFixed(1)} ms`,
        verdict(includeMs, includeTarget, (ms) => `${ms} ms`),
      ],
      [
        'an environment made in C++',
        `${formatSummary(summarize(venvs.createMs), 2)} ms`,
        verdict(summarize(venvs.createMs).median, createTarget, (ms) => `${ms} ms`),
      ],
      [
        'an environment made in C++ / uv venv',
        formatSummary(perUv, 3),
        verdict(perUv.median, perUvTarget, String),
      ],
    ])}\n`,
  )
}

function inMegabytes(bytes: number): string {
  return `${bytes / 1e6} MB`
}

function verdict(
  value: number,
  target: number | undefined,
  format: (value: number) => string,
): string {
  if (target === undefined) return ''
  return `target <= ${format(target)}${value <= target ? '' : '  MISSED'}`
}
