import { fetchProject } from '../project/fetch-project.ts'
import { formatColumns } from '../text/columns.ts'
import { formatSize } from '../text/size.ts'
import type { Run } from './command.ts'
import { type CommonFlags, projectOptions, type TargetFlags } from './options.ts'

export const run: Run<CommonFlags & TargetFlags> = async (context, flags) => {
  const files = await fetchProject(context, projectOptions(flags))
  const rows = files.map(({ target, name, sizeBytes }) => [target, name, formatSize(sizeBytes)])
  return { json: files, text: formatColumns(rows) }
}
