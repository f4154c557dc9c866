export interface RunOptions {
  /** The whole environment of the child. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly input?: string
  readonly signal?: AbortSignal | undefined
  /** Is given each line of its standard output as it comes. */
  readonly onLine?: ((line: string) => void) | undefined
}

export interface RunResult {
  readonly isOk: boolean
  readonly stdout: string
  readonly stderr: string
  /** What to say when it failed: exit code or signal, never arguments, which may hold secrets. */
  readonly reason: string
}

/** Runs a program to its end. Its failure is a result; only a program that cannot be started throws. */
export async function run(
  program: string,
  args: readonly string[],
  { env, input, signal, onLine }: RunOptions,
): Promise<RunResult> {
  // Loaded when there is something to run: 10 ms.
  const { execa } = await import('execa')
  const result = await execa(program, args, {
    env,
    extendEnv: false,
    reject: false,
    maxBuffer: 64 * 1024 * 1024,
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
    ...(signal === undefined ? {} : { cancelSignal: signal }),
    ...(onLine === undefined
      ? {}
      : {
          *stdout(line: unknown) {
            onLine(String(line))
            yield line
          },
        }),
  })
  if (result.exitCode === undefined && result.signal === undefined) throw result.cause ?? result
  return {
    isOk: !result.failed,
    stdout: result.stdout,
    stderr: result.stderr,
    reason:
      result.signal === undefined ? `exit code ${result.exitCode}` : `signal ${result.signal}`,
  }
}
