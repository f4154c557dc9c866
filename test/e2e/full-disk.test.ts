import { beforeAll, expect, inject, it } from 'vitest'

import { canMount } from '../helpers/disk.ts'
import { syncOnDisk } from '../helpers/full-disk.ts'
import { openTemplate, type SandboxTemplate } from '../helpers/sandbox.ts'
import { sharedDirectory } from '../helpers/temporary.ts'
import { describeUnless } from '../helpers/tools.ts'

const need = canMount() ? undefined : 'needs root that may mount a tmpfs'

describeUnless(need, 'a sync on a full disk', () => {
  const directory = sharedDirectory('full-disk')
  let template: SandboxTemplate
  beforeAll(() => {
    template = openTemplate(inject('template'), inject('mirror'))
  })

  it.each([
    ['has no room for the download', 'cold', 8],
    ['has no room for all parts', 'downloaded', 24],
    ['has no room for what pip downloads', 'cold', 110],
  ] as const)('%s says so, leaves nothing, and does it when there is room', async (...size) => {
    const [, state, megabytes] = size

    const bytes = megabytes * 1024 * 1024
    const { hasFailed, problems } = await syncOnDisk(template, directory.path, state, bytes)

    expect(problems).toEqual([])
    expect(hasFailed).toBe(true)
  })
})
