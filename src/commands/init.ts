import { cmakeLines } from '../cmake/lines.ts'
import { initProject } from '../project/init-project.ts'
import type { Run } from './command.ts'
import type { CommonFlags } from './options.ts'

interface Flags extends CommonFlags {
  readonly name?: string
  readonly python?: string
}

export const run: Run<Flags> = async (_, { project, name, python }) => {
  const result = await initProject({ project, name, version: python })
  const text = [
    ...result.written.map((path) => `Wrote ${path}`),
    '',
    'Add to your CMakeLists.txt, after project():',
    '',
    cmakeLines,
    'Then run: pyembed sync',
    'A CMakeLists.txt that may not be touched: `pyembed cmake` tells how, after sync.',
  ]
  return { json: { ...result, cmakeLines }, text: text.join('\n') }
}
