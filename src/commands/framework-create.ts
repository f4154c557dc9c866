import { PyEmbedError } from '../errors.ts'
import type { LoaderEdit } from '../framework/loader-paths.ts'
import { makeFramework } from '../project/create-framework.ts'
import { formatColumns } from '../text/columns.ts'
import { formatCount } from '../text/count.ts'
import type { Run } from './command.ts'
import type { CommonFlags } from './options.ts'

interface Flags extends CommonFlags {
  readonly output?: string
  readonly identifier?: string
  readonly files?: string
  readonly python?: string
  readonly byteCode?: string
}

export const run: Run<Flags> = async (context, flags) => {
  const { operands, output, identifier, files, python, byteCode } = flags
  const [prefix = ''] = operands
  if (output === undefined) {
    throw new PyEmbedError('PYEMBED_USAGE', 'nothing says where the framework goes', {
      hint: 'Name a folder with `--output`',
    })
  }
  const options = { prefix, output, identifier, files, python, byteCode }
  const made = await makeFramework(context, options)
  const { framework, version, architectures, edits } = made
  const count = formatCount(made.files, 'file')
  const kind = `Python ${version} for ${architectures.join(' and ')}, ${count}`
  return { json: made, text: `${framework}: ${kind}${rows(edits)}` }
}

function rows(edits: readonly LoaderEdit[]): string {
  if (edits.length === 0) return ''
  const cells = edits.map(({ path, kind, from, to }) => [
    '',
    path,
    kind,
    from,
    '->',
    to ?? 'removed',
  ])
  return `\n${formatColumns(cells)}`
}
