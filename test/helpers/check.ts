import { expect } from 'vitest'

import type { CheckReport } from '../../src/check/report.ts'
import { runCli } from './cli.ts'

/** What `pyembed check` says of a build; its exit code is looked at. @throws with the error when it cannot tell */
export async function check(build: string, ...args: string[]): Promise<CheckReport> {
  const result = await runCli(['check', build, '--json', ...args])
  if (result.stdout === '') throw new Error(result.stderr)
  const report = result.json<CheckReport>()
  expect(result.exitCode).toBe(report.ok ? 0 : 1)
  return report
}
