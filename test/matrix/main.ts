// npm run matrix: no way of leading CMake astray gets past the pin. Linux x86_64; an hour or two for all of it.
//   npm run matrix -- --cmake 3.25.1 --generator Ninja --door include --row pybind11
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { readEnvironment } from '../../src/env.ts'
import { describeRun, writeReport } from '../helpers/report.ts'
import { assembleMirror } from '../mirror/assemble.ts'
import { runCell } from './cell.ts'
import { installCMake } from './cmakes.ts'
import { compare, isMiss } from './compare.ts'
import { judge } from './judge.ts'
import { cellsOf, type Cut, readCut } from './options.ts'
import { syncPins } from './pins.ts'
import { formatSummary } from './summary.ts'
import { describeMiss, formatTable, nameOf, type Result } from './table.ts'
import { prepareWorld } from './world.ts'

const checkout = fileURLToPath(new URL('../..', import.meta.url))
const root = realpathSync(mkdtempSync(join(tmpdir(), 'pyembed-matrix-')))
try {
  await runMatrix(readCut(process.argv.slice(2)))
} finally {
  rmSync(root, { recursive: true, force: true })
}

async function runMatrix(cut: Cut): Promise<void> {
  const started = Date.now()
  const run = describeRun(checkout)
  const { dir: mirror } = await assembleMirror({ log })
  const cacheDir = join(readEnvironment().cacheDir, 'test-cache')
  const world = await prepareWorld(root, await syncPins(root, { mirror, cacheDir }))
  const results: Result[] = []
  for (const version of cut.versions) {
    for (const cell of cellsOf(await installCMake(version), cut)) {
      const begun = Date.now()
      const judgement = judge(await runCell(world, cell))
      const verdict = compare(cell, judgement)
      const milliseconds = Date.now() - begun
      const result = { cell, verdict, detail: judgement.detail, milliseconds }
      results.push(result)
      log(
        isMiss(verdict) ? describeMiss(result) : `${verdict}  ${nameOf(cell)}  ${milliseconds} ms`,
      )
    }
  }

  const minutes = Math.round((Date.now() - started) / 60_000)
  const misses = results.filter(({ verdict }) => isMiss(verdict))
  log(`\n${formatTable(results)}\n`)
  for (const miss of misses) log(describeMiss(miss))
  log(`${results.length} cells, ${misses.length} misses, ${minutes} minutes`)
  if (cut.isWhole)
    writeReport(join(checkout, 'docs', 'matrix.md'), 'npm run matrix', [
      `${run} It took ${minutes} minutes: ${results.length} cells, ${misses.length} misses.`,
      formatSummary(results),
    ])
  if (misses.length > 0) process.exitCode = 1
}

function log(line: string): void {
  process.stdout.write(`${line}\n`)
}
