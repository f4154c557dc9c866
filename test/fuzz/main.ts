// npm run fuzz: lets pyembed read mutated archives, wheels, locks, manifests, SHA256SUMS, code and bundles.
//   npm run fuzz -- --minutes 5 --seed 7 --kind macho
import { parseArgs } from 'node:util'

import { formatColumns } from '../../src/text/columns.ts'
import { runFuzz } from './run.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string' },
    kind: { type: 'string', default: '' },
  },
})
const seed = Number(values.seed ?? Date.now() % 1_000_000)
process.stdout.write(`seed ${seed}\n`)

const { counts, failures } = await runFuzz({ seed, prefix: values.kind }, Number(values.minutes))
const rows = [...counts].sort(([a], [b]) => a.localeCompare(b))
for (const kind of new Set(rows.map(([key]) => key.split(' ')[0] ?? ''))) {
  const ends = rows.filter(([key]) => key.startsWith(`${kind} `))
  const sum = ends.reduce((total, [, count]) => total + count, 0)
  const lines = ends.map(([key, count]) => [`  ${key.slice(kind.length + 1)}`, String(count)])
  process.stdout.write(`\n${kind}: ${sum} inputs\n${formatColumns(lines)}\n`)
}
for (const { file, reason } of failures) process.stdout.write(`\nFAILED ${file}\n${reason}\n`)
const inputs = rows.reduce((total, [, count]) => total + count, 0)
process.stdout.write(`\n${inputs} inputs, ${failures.length} failed\n`)
process.exitCode = failures.length === 0 ? 0 : 1
