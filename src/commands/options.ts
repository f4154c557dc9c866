/** What the command line gives every command, as commander parses it. */
export interface CommonFlags {
  /** What is no flag, in order. */
  readonly operands: readonly string[]
  readonly project?: string
  readonly locked?: boolean
  readonly offline?: boolean
  readonly json?: boolean
  readonly quiet?: boolean
  readonly verbose?: boolean
}

export interface TargetFlags {
  readonly target?: string[]
  readonly allTargets?: boolean
}

/** Flags as the flow functions name them. */
export function projectOptions(flags: CommonFlags & TargetFlags): {
  readonly project: string | undefined
  readonly isLocked: boolean | undefined
  readonly targets: readonly string[] | undefined
  readonly isAllTargets: boolean | undefined
} {
  return {
    project: flags.project,
    isLocked: flags.locked,
    targets: flags.target,
    isAllTargets: flags.allTargets,
  }
}
