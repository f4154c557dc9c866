import type { Context } from '../context.ts'
import type { Output } from '../reporter/reporter.ts'

/** A verb of the command line: parses nothing, calls one flow function, describes its result. */
export type Run<Flags> = (context: Context, flags: Flags) => Output | Promise<Output>
