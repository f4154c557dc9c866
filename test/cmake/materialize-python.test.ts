import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { it } from 'vitest'

import { temporaryDirectory } from '../helpers/temporary.ts'
import { describeWithTools } from '../helpers/tools.ts'

const script = fileURLToPath(new URL('materialize_python.cmake', import.meta.url))

describeWithTools(['cmake'], 'pyembed_materialize_python', () => {
  it.each(['', 'without cp'])('follows the store entry %s', (how) => {
    const directory = join(temporaryDirectory('materialize'), 'work')
    const command = [
      '-Werror=dev',
      `-DWORK=${directory}`,
      `-DWITHOUT_CP=${how !== ''}`,
      '-P',
      script,
    ]

    // The script compares, and fails.
    execFileSync('cmake', command, { stdio: ['ignore', 'ignore', 'pipe'] })
  })
})
