import { assembleMirror } from './assemble.ts'
import { MirrorError } from './errors.ts'

const started = performance.now()

try {
  const { dir } = await assembleMirror({ log })
  process.stdout.write(`${dir}\n`)
} catch (error) {
  if (!(error instanceof MirrorError)) throw error
  process.stderr.write(`error: ${error.message}\n`)
  process.exitCode = 1
}

function log(line: string): void {
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  process.stderr.write(`${seconds.padStart(6)} s  ${line}\n`)
}
