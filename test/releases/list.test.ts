import { describe, expect, it } from 'vitest'

import { listPythons } from '../../src/releases/list.ts'
import { testContext } from '../helpers/context.ts'
import { temporaryDirectory } from '../helpers/temporary.ts'
import { writeFiles } from '../helpers/tree.ts'

function line(name: string): string {
  return `${'a'.repeat(64)}  cpython-${name}.tar.gz\n`
}

function makeMirror(): string {
  const mirror = temporaryDirectory('mirror')
  writeFiles(mirror, {
    '20260101/SHA256SUMS':
      line('3.14.2+20260101-aarch64-apple-darwin-install_only') +
      line('3.13.9+20260101-aarch64-apple-darwin-install_only'),
    '20260610/SHA256SUMS':
      line('3.14.10+20260610-x86_64-unknown-linux-gnu-install_only') +
      line('3.14.10+20260610-x86_64-unknown-linux-gnu-install_only_stripped') +
      line('3.14.10+20260610-aarch64-apple-darwin-freethreaded-install_only'),
  })
  return mirror
}

async function list(options: Parameters<typeof listPythons>[1]): Promise<readonly string[]> {
  const context = testContext(temporaryDirectory(), { pythonMirror: makeMirror() })
  const pythons = await listPythons(context, options)
  return pythons.map(({ version, build, variant, targets }) =>
    [version, build, variant, ...targets].join(' '),
  )
}

describe('listPythons', () => {
  it('shows the newest of each minor version and variant', async () => {
    expect(await list({})).toEqual([
      '3.14.10 20260610 default x86_64-unknown-linux-gnu',
      '3.14.10 20260610 freethreaded aarch64-apple-darwin',
      '3.13.9 20260101 default aarch64-apple-darwin',
    ])
  })

  it('shows every build when asked', async () => {
    expect(await list({ isAllBuilds: true })).toContain(
      '3.14.2 20260101 default aarch64-apple-darwin',
    )
  })

  it('shows what a target has', async () => {
    expect(await list({ target: 'aarch64-apple-darwin' })).toEqual([
      '3.14.10 20260610 freethreaded aarch64-apple-darwin',
      '3.14.2 20260101 default aarch64-apple-darwin',
      '3.13.9 20260101 default aarch64-apple-darwin',
    ])
  })
})
