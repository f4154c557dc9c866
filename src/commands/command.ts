import type { Command } from 'commander'

import type { Context } from '../context.ts'
import type { Output } from '../reporter/reporter.ts'
import type { CommonFlags } from './options.ts'

/** A verb of the command line: parses nothing, calls one flow function, describes its result. */
export type Run<Flags> = (context: Context, flags: Flags) => Output | Promise<Output>

/** Adds a verb; `name` may have its arguments, `create <name>`. Undefined: of a group that nobody asks for. */
export type AddCommand = <Flags extends CommonFlags>(
  parent: Command | undefined,
  name: string,
  description: string,
  load: () => Promise<Run<Flags>>,
  addFlags?: (command: Command) => Command,
) => void

/** Adds a verb that has verbs, unless nobody asks for it. */
export type AddGroup = (name: string, description: string) => Command | undefined
