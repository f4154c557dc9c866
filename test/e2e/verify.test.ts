import { describe, expect, inject, it } from 'vitest'

import type { Verification } from '../../src/store/verify.ts'
import { runCli } from '../helpers/cli.ts'
import { sharedProject } from '../helpers/prefix.ts'
import { builds } from './pythons.ts'

describe.each(builds)('verify of Python $version', ({ build }) => {
  it('accepts what sync installed, for all five targets', async () => {
    const { exitCode, json } = await runCli(['verify', '--all-targets', '--json'], {
      cwd: sharedProject(build),
      env: inject('cliEnv'),
    })

    expect(exitCode).toBe(0)
    expect(
      json<Verification[]>().map(({ ok, problems, notes }) => ({ ok, problems, notes })),
    ).toEqual(Array.from({ length: 5 }, () => ({ ok: true, problems: [], notes: [] })))
  })
})
