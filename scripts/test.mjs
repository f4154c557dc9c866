// Runs all checks and prints `N passed, N failed, N skipped` alone on the last line.
//   node scripts/test.mjs          static checks, unit tests, end-to-end tests (npm test)
//   node scripts/test.mjs --unit   without the end-to-end tests (npm run check)
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const isUnitOnly = process.argv.includes('--unit')
const counts = { passed: 0, failed: 0, skipped: 0 }

/** Runs a program of node_modules/.bin; its output is shown only when it fails. */
function runStep(name, args, { isShown = false } = {}) {
  const started = Date.now()
  const result = spawnSync(join('node_modules', '.bin', args[0]), args.slice(1), {
    stdio: isShown ? 'inherit' : 'pipe',
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  const isOk = result.status === 0
  const seconds = ((Date.now() - started) / 1000).toFixed(1)
  process.stdout.write(`${isOk ? 'ok' : 'FAILED'}  ${name}  ${seconds} s\n`)
  if (!isOk && !isShown) process.stdout.write(`${result.stdout}${result.stderr}\n`)
  return isOk
}

const staticChecks = [
  ['types', ['tsc', '-p', '.']],
  ['lint', ['oxlint', '--type-aware', '--deny-warnings', '.']],
  ['format', ['oxfmt', '--check', '.']],
  ['dead code', ['knip']],
  ['package', ['publint', '--strict']],
]
for (const [name, args] of staticChecks) counts[runStep(name, args) ? 'passed' : 'failed'] += 1

const folder = mkdtempSync(join(tmpdir(), 'pyembed-report-'))
const report = join(folder, 'report.json')
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
const projects = isUnitOnly ? ['--project', 'unit'] : []
const isVitestOk = runStep('tests', ['vitest', 'run', ...projects, ...reporters], { isShown: true })
try {
  const results = JSON.parse(readFileSync(report, 'utf8'))
  counts.passed += results.numPassedTests
  counts.failed += results.numFailedTests
  counts.skipped += results.numPendingTests + results.numTodoTests
} catch {
  process.stdout.write('vitest wrote no report\n')
}
rmSync(folder, { recursive: true, force: true })
// A suite that fails outside its tests fails no test.
if (!isVitestOk && counts.failed === 0) counts.failed = 1

process.stdout.write(
  `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`,
)
process.exitCode = counts.failed === 0 ? 0 : 1
