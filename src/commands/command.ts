import type { Command } from 'commander'

import type { Context } from '../context.ts'
import type { Output } from '../reporter/reporter.ts'
import type { CommonFlags } from './options.ts'

/** A verb of the command line: parses nothing, calls one flow function, describes its result. */
export type Run<Flags> = (context: Context, flags: Flags) => Output | Promise<Output>

/** Adds a verb; `name` may have its arguments, `create <name>`. */
export type AddCommand = <Flags extends CommonFlags>(
  parent: Command,
  name: string,
  description: string,
  load: () => Promise<Run<Flags>>,
  addFlags?: (command: Command) => Command,
) => void
