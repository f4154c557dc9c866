import { cliPath } from './cli.ts'
import { askPython } from './python.ts'

interface Cost {
  readonly exitCode: number
  readonly stdout: string
  /** Seconds of all cores: other tests that run do not count. */
  readonly cpu: number
  /** The most memory that it had, in bytes. */
  readonly memory: number
}

const program = `
import json, resource, subprocess, sys
done = subprocess.run(json.loads(sys.argv[1]), capture_output=True, text=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"exitCode": done.returncode, "stdout": done.stdout,
                  "cpu": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss * 1024}))`

/** Runs `pyembed ARGS…` from dist/ and says what it took. */
export function measureCli(...args: readonly string[]): Cost {
  return askPython(program, [process.execPath, cliPath, ...args])
}
