// npm run judges: what programs of other people say of the frameworks that pyembed makes. Builds rcodesign with cargo.
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { readEnvironment } from '../../src/env.ts'
import { describeRun, formatTable, writeReport } from '../helpers/report.ts'
import { assembleMirror } from '../mirror/assemble.ts'
import { makeFrameworks } from './frameworks.ts'
import { judgeFramework, type Verdict } from './judge.ts'
import { findRcodesign } from './rcodesign.ts'
import { judgeSignPlan } from './sign-plan.ts'

const checkout = fileURLToPath(new URL('../..', import.meta.url))
const root = realpathSync(mkdtempSync(join(tmpdir(), 'pyembed-judges-')))
try {
  await judge()
} finally {
  rmSync(root, { recursive: true, force: true })
}

async function judge(): Promise<void> {
  const run = describeRun(checkout)
  const rcodesign = await findRcodesign(log)
  const { dir: mirror } = await assembleMirror({ log })
  const cacheDir = join(readEnvironment().cacheDir, 'test-cache')
  const verdicts: Verdict[] = []
  const frameworks = await makeFrameworks(root, { mirror, cacheDir })
  for (const [index, made] of frameworks.entries()) {
    log(made.name)
    const work = join(root, `again${index}`)
    mkdirSync(work)
    verdicts.push(await judgeFramework(rcodesign, made, work))
  }
  const [first] = frameworks
  if (first === undefined) throw new Error('there is no framework')
  log('sign plan')
  const signed = join(root, 'signed')
  mkdirSync(signed)
  const againstApp = await judgeSignPlan(rcodesign, first.framework, signed)
  const againstFrameworks = verdicts.flatMap(({ name, against }) =>
    Object.entries(against).flatMap(([by, found]) =>
      found.map((what) => `${name}: ${by}: ${what}`),
    ),
  )
  const problems = [...againstFrameworks, ...againstApp]
  const judges = Object.keys(verdicts[0]?.against ?? {})
  const table = formatTable([
    ['framework of', 'Mach-O files', 'sealed', ...judges],
    ...verdicts.map(({ name, code, sealed, against }) => [
      name,
      String(code),
      String(sealed),
      ...judges.map((by) => countOf(against[by])),
    ]),
  ])
  const sections = [
    `${run} The judges have ${againstFrameworks.length} things against the frameworks, and ${againstApp.length} against the app that rcodesign signed.`,
    table,
  ]
  log([...sections, ...problems].join('\n\n'))
  writeReport(join(checkout, 'docs', 'judges.md'), 'npm run judges', sections)
  if (problems.length > 0) process.exitCode = 1
}

function countOf(found: readonly string[] = []): string {
  return found.length === 0 ? 'nothing' : String(found.length)
}

function log(line: string): void {
  process.stdout.write(`${line}\n`)
}
