import { join } from 'node:path'

import { prefixLayout } from '../platform/layout.ts'
import { parseTarget } from '../platform/target.ts'
import { findEntries } from '../project/verify-project.ts'
import type { Run } from './command.ts'
import { type CommonFlags, projectOptions, type TargetFlags } from './options.ts'

export const run: Run<CommonFlags & TargetFlags> = async (context, flags) => {
  const entries = await findEntries(context, projectOptions(flags))
  const found = entries.map(({ head, prefix }) => {
    const layout = prefixLayout({ ...head, target: parseTarget(head.target) })
    return {
      pinId: head.pin.id,
      target: head.target,
      prefix,
      executable: join(prefix, layout.executable),
      library: join(prefix, layout.library),
      include: join(prefix, layout.include),
    }
  })
  return {
    json: found.length === 1 ? found[0] : found,
    text: found.map(({ executable }) => executable).join('\n'),
  }
}
