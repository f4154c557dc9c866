// npm run soak: the long lists of faults, of which npm test has short cuts. Linux, with strace, as root.
//   npm run soak -- --kills 20 --sizes 20
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { describeRun, writeReport } from '../helpers/report.ts'
import { openTemplate, syncTemplate } from '../helpers/sandbox.ts'
import { assembleMirror } from '../mirror/assemble.ts'
import { soakFullDisks } from './full-disks.ts'
import { soakKills } from './kills.ts'
import { formatFullDisks, formatKills } from './report.ts'

const checkout = fileURLToPath(new URL('../..', import.meta.url))
const root = realpathSync(mkdtempSync(join(tmpdir(), 'pyembed-soak-')))
try {
  await soak()
} finally {
  rmSync(root, { recursive: true, force: true })
}

async function soak(): Promise<void> {
  const { dir: mirror } = await assembleMirror({ log })
  await syncTemplate(join(root, 'template'), mirror)
  const template = openTemplate(join(root, 'template'), mirror)
  const started = Date.now()

  const disks = await soakFullDisks(template, numberAfter('--sizes', 20), log)
  const kills = await soakKills(template, numberAfter('--kills', 20), (done) => {
    log(`${done.command}, ${done.cache}, ${done.phase}: ${done.kills} kills`)
  })
  const problems = [...disks, ...kills].flatMap((done) => done.problems)
  const minutes = Math.round((Date.now() - started) / 60_000)
  const sections = [
    `${describeRun(checkout)} It took ${minutes} minutes and found ${problems.length} problems.`,
    '### Kills',
    formatKills(kills),
    '### Full disks',
    formatFullDisks(disks),
  ]
  log([...sections, ...problems].join('\n\n'))
  writeReport(join(checkout, 'docs', 'soak.md'), 'npm run soak', sections)
  if (problems.length > 0) process.exitCode = 1
}

function log(line: string): void {
  process.stdout.write(`${line}\n`)
}

function numberAfter(flag: string, fallback: number): number {
  return Number(process.argv[process.argv.indexOf(flag) + 1]) || fallback
}
