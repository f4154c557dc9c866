export interface RunOptions {
  /** The whole environment of the child. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly input?: string
  readonly signal?: AbortSignal | undefined
  /** Is given each line of its standard output as it comes. */
  readonly onLine?: ((line: string) => void) | undefined
  /** A descriptor that it gets, too. */
  readonly inherited?: number | undefined
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
  { env, input, signal, onLine, inherited }: RunOptions,
): Promise<RunResult> {
  // Loaded when there is something to run: 10 ms.
  const { execa } = await import('execa')
  const result = await execa(program, args, {
    env,
    extendEnv: false,
    reject: false,
    maxBuffer: 64 * 1024 * 1024,
    ...(input === undefined ? {} : { input }),
    ...(signal === undefined ? {} : { cancelSignal: signal }),
    stdio: [
      input === undefined ? 'ignore' : 'pipe',
      onLine === undefined ? 'pipe' : passOn(onLine),
      'pipe',
      // Its types know 3 to 9 only.
      ...(inherited === undefined ? [] : [inherited as 3]),
    ],
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

function passOn(onLine: (line: string) => void) {
  return function* (line: unknown): Generator {
    onLine(String(line))
    yield line
  }
}
