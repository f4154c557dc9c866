/** Where things are in the tree of one target, and with which modes PBS adds them. */
export interface Layout {
  readonly minor: string
  readonly isLinux: boolean
  readonly isWindows: boolean
  readonly include: string
  readonly stdlib: string
  readonly fileMode: number
}

export function layOut(target: string, version: string): Layout {
  const minor = version.split('.').slice(0, 2).join('.')
  const isWindows = target.includes('windows')

  return {
    minor,
    isLinux: target.includes('linux'),
    isWindows,
    include: isWindows ? 'include' : `include/python${minor}`,
    stdlib: isWindows ? 'Lib' : `lib/python${minor}`,
    // Beside the 0664 and 0775 of the module's own files, as in the archives of PBS; on Windows everything is 0666.
    fileMode: isWindows ? 0o666 : 0o644,
  }
}
