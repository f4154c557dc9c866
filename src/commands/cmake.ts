import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { PyEmbedError } from '../errors.ts'
import { cmakeLines, otherDoors } from '../cmake/lines.ts'
import { openProject } from '../project/open.ts'
import type { Run } from './command.ts'
import type { CommonFlags } from './options.ts'

interface Flags extends CommonFlags {
  readonly dir?: boolean
}

export const run: Run<Flags> = (_, { project, dir }) => {
  const { generated } = openProject(project)
  const file = join(generated, 'pyembed.cmake')
  if (!existsSync(file)) {
    throw new PyEmbedError('PYEMBED_NOT_SYNCED', `there is no \`${file}\``, {
      hint: 'Run `pyembed sync`',
    })
  }
  const doors = otherDoors(generated)
  // Comments, so that the output may be appended to a CMakeLists.txt.
  const others = doors.map(({ cmake, use }) => `# Or, from CMake ${cmake}: ${use}`)
  return {
    json: { dir: generated, file, lines: cmakeLines, doors },
    text: dir === true ? generated : `${cmakeLines}\n${others.join('\n')}`,
  }
}
