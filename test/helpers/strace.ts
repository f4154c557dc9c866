/** Runs a program, and what it starts, with system calls that fail: `flock:error=ENOLCK`. */
export function withFault(fault: string): readonly string[] {
  return [...strace, '-o', '/dev/null', '-e', `inject=${fault}`]
}

/** Runs a program, and what it starts, and writes these of their system calls to `log`. */
export function tracing(calls: string, log: string): readonly string[] {
  return [...strace, '-s', '4096', '-e', `trace=${calls}`, '-e', 'signal=none', '-o', log]
}

/** `--seccomp-bpf`: nothing stops at other calls. */
const strace = ['strace', '-f', '--seccomp-bpf', '-qq']
