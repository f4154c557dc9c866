import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { PyEmbedError } from '../errors.ts'
import { cmakeLines } from '../cmake/lines.ts'
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
  return {
    json: { dir: generated, file, lines: cmakeLines },
    text: dir === true ? generated : cmakeLines.trimEnd(),
  }
}
